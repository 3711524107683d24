package dev.plinth.tools.bench;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HexFormat;
import org.junit.jupiter.api.Test;

/** Keys are the bytes that Go's {@code binary.PutVarint} writes into a buffer of zeros. */
class KeysTest {
    private static String hex(long number, int bytes) {
        return HexFormat.of().formatHex(Keys.key(number, bytes).toByteArray());
    }

    @Test
    void numbersAreZigZagVarints() {
        assertThat(hex(0, 8)).isEqualTo("0000000000000000");
        assertThat(hex(1, 8)).isEqualTo("0200000000000000");
        assertThat(hex(63, 2)).isEqualTo("7e00");
        assertThat(hex(64, 4)).isEqualTo("80010000");
        assertThat(hex(100_000, 8)).isEqualTo("c09a0c0000000000");
    }

    @Test
    void aShortKeyHoldsWhatFits() {
        assertThat(hex(100_000, 1)).isEqualTo("c0");
    }
}
