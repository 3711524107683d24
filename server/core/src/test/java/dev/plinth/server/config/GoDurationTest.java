package dev.plinth.server.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class GoDurationTest {
    @ParameterizedTest
    @CsvSource({
        "0, 0",
        "0s, 0",
        "1ns, 1",
        "300ms, 300000000",
        "1.5h, 5400000000000",
        "2h45m, 9900000000000",
        "-1s, -1000000000",
        "+5us, 5000",
        "1h1m1.5s, 3661500000000",
        ".5s, 500000000",
        "9223372036854775807ns, 9223372036854775807"
    })
    void readsWhatGoReads(String text, long nanos) {
        assertThat(GoDuration.parseNanos(text)).isEqualTo(nanos);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"", "-", "5", "1.s.", "s", "1x", "1..5s", ".s", "9223372036854775808ns"})
    void refusesWhatGoRefuses(String text) {
        assertThatThrownBy(() -> GoDuration.parseNanos(text))
                .isInstanceOf(IllegalArgumentException.class);
    }

    @ParameterizedTest
    @CsvSource({
        "0, 0s",
        "1, 1ns",
        "1500, 1.5µs",
        "1590000, 1.59ms",
        "100000000, 100ms",
        "1000000000, 1s",
        "60000000000, 1m0s",
        "7200000000000, 2h0m0s",
        "3661500000000, 1h1m1.5s",
        "-1000000000, -1s"
    })
    void writesAsGoWrites(long nanos, String text) {
        assertThat(GoDuration.format(nanos)).isEqualTo(text);
    }

    @Test
    void readsBackWhatItWrites() {
        for (long nanos = 1; nanos > 0 && nanos < Long.MAX_VALUE / 7; nanos *= 7) {
            assertThat(GoDuration.parseNanos(GoDuration.format(nanos))).isEqualTo(nanos);
        }
    }
}
