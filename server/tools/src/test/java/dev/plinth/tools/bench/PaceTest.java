package dev.plinth.tools.bench;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/** When calls may begin; times are nanoseconds. */
class PaceTest {
    @Test
    void withoutRateEveryMomentIsRight() {
        Pace pace = Pace.limited(0, 0);
        assertThat(pace.reserve(7)).isEqualTo(7);
        assertThat(pace.reserve(7)).isEqualTo(7);
    }

    @Test
    void timeThatPassesUnusedIsLost() {
        Pace pace = Pace.limited(1_000_000, 0);
        assertThat(pace.reserve(0)).isZero();
        assertThat(pace.reserve(0)).isEqualTo(1000);
        assertThat(pace.reserve(10_000)).isEqualTo(10_000);
        assertThat(pace.reserve(10_000)).isEqualTo(11_000);
    }

    @Test
    void aTimetableDoesNotWaitForThoseWhoAreLate() {
        Pace pace = Pace.steady(1_000_000, 500);
        assertThat(pace.reserve(500)).isEqualTo(500);
        assertThat(pace.reserve(10_000)).isEqualTo(1500);
        assertThat(pace.reserve(10_000)).isEqualTo(2500);
    }
}
