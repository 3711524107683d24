package dev.plinth.tools.text;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.Random;
import org.junit.jupiter.api.Test;

class RawTextTest {
    private static final int TRIES = 50_000;
    private static final long SEED = 3;

    @Test
    void anyBytesComeBackAsTheyWere() {
        Random random = new Random(SEED);
        for (int i = 0; i < TRIES; i++) {
            byte[] bytes = new byte[random.nextInt(12)];
            random.nextBytes(bytes);
            assertThat(RawText.encode(RawText.decode(bytes))).isEqualTo(bytes);
        }
    }

    @Test
    void whatIsUtf8IsDecodedAsSuch() {
        String text = "é☃\uD83D\uDE00 ascii";
        assertThat(RawText.decode(text.getBytes(StandardCharsets.UTF_8))).isEqualTo(text);
        assertThat(RawText.encode(text)).isEqualTo(text.getBytes(StandardCharsets.UTF_8));
    }
}
