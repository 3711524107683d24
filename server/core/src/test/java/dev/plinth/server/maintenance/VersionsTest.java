package dev.plinth.server.maintenance;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class VersionsTest {
    @Test
    void aRoundGivesTheLowestVersionOfAllMembers() {
        List<String> releases = List.of("3.7.1", "3.6.14", "3.10.0-rc.1");
        assertThat(new MemberReleases.Round(2, 0, releases, true).lowest()).isEqualTo("3.6.0");
        assertThat(new MemberReleases.Round(2, 0, releases, false).lowest()).isNull();
        assertThat(new MemberReleases.Round(2, 0, releases, true).areAll("3.6.0")).isFalse();
        List<String> down = List.of("3.6.0", "3.6.14");
        assertThat(new MemberReleases.Round(2, 0, down, true).areAll("3.6.0")).isTrue();
        assertThat(new MemberReleases.Round(2, 0, down, false).areAll("3.6.0")).isFalse();
    }

    @Test
    void whatIsOneMinorBelow() {
        assertThat(Versions.isOneMinorBelow("3.6.0", "3.7.0")).isTrue();
        assertThat(Versions.isOneMinorBelow("3.7.0", "3.7.0")).isFalse();
        assertThat(Versions.isOneMinorBelow("3.5.0", "3.7.0")).isFalse();
        assertThat(Versions.isOneMinorBelow("2.6.0", "3.7.0")).isFalse();
    }

    @Test
    void whatIsARelease() {
        assertThat(Versions.isRelease("3.7.1")).isTrue();
        assertThat(Versions.isRelease("3.7.0-alpha.0")).isTrue();
        assertThat(Versions.isRelease("3.7")).isFalse();
        assertThat(Versions.isRelease("99999999999.1.1")).isFalse();
        assertThat(Versions.cluster("3.10.4")).isEqualTo("3.10.0");
        assertThat(Versions.minor("3.7.0")).isEqualTo("3.7");
    }
}
