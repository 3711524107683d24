package dev.plinth.server.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.junit.jupiter.api.Test;

/** Against ids that real members computed (vectors peer/ids.json). */
class MemberIdsTest {
    private static long initial(String url) {
        return MemberIds.ofInitialMember(List.of(url), "plinth-vec");
    }

    @Test
    void computesIdsOfTheFirstMembersAndTheirCluster() {
        long m1 = initial("http://127.0.0.1:21211");
        long m2 = initial("http://127.0.0.1:21212");
        long m3 = initial("http://127.0.0.1:21213");
        assertThat(List.of(m1, m2, m3))
                .extracting(MemberIds::text)
                .containsExactly("5a0ab2d088848a15", "a4898e3bfbfb965c", "c4a6914f2cb1ef2d");
        assertThat(MemberIds.text(MemberIds.ofCluster(List.of(m3, m1, m2))))
                .isEqualTo("447d4ede43723900");
    }

    @Test
    void computesIdsOfAddedMembers() {
        assertThat(
                        MemberIds.text(
                                MemberIds.ofAddedMember(
                                        List.of("http://127.0.0.1:21205"), 1_795_208_483L)))
                .isEqualTo("c7fb331daac97c67");
    }

    @Test
    void orderOfUrlsDoesNotMatter() {
        assertThat(MemberIds.ofInitialMember(List.of("http://b:1", "http://a:1"), "t"))
                .isEqualTo(MemberIds.ofInitialMember(List.of("http://a:1", "http://b:1"), "t"));
    }

    @Test
    void textIsUnpaddedAndReadBack() {
        assertThat(MemberIds.text(0x0a)).isEqualTo("a");
        assertThat(MemberIds.parse("ffffffffffffffff")).isEqualTo(-1L);
        assertThatThrownBy(() -> MemberIds.parse("")).isInstanceOf(NumberFormatException.class);
        assertThatThrownBy(() -> MemberIds.parse("xyz")).isInstanceOf(NumberFormatException.class);
        assertThatThrownBy(() -> MemberIds.parse("00000000000000001"))
                .isInstanceOf(NumberFormatException.class);
    }
}
