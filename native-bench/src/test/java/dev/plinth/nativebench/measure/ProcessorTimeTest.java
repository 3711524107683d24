package dev.plinth.nativebench.measure;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class ProcessorTimeTest {
    @Test
    void sharesOfTheTimeBetween() {
        ProcessorTime before = new ProcessorTime(1000, 5000, 10);
        ProcessorTime after = new ProcessorTime(1060, 5030, 20);
        assertThat(after.busyShareSince(before)).isEqualTo(0.7);
        assertThat(after.stolenShareSince(before)).isEqualTo(0.1);
        assertThat(before.busyShareSince(before)).isZero();
    }
}
