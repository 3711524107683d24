package dev.plinth.walio.frame;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class Crc32cChainTest {
    private static int update(Crc32cChain chain, String text) {
        byte[] bytes = text.getBytes(StandardCharsets.US_ASCII);
        return chain.update(ByteBuffer.wrap(bytes), 0, bytes.length);
    }

    @Test
    void startsAtZeroAndGivesTheStandardCheckValue() {
        Crc32cChain chain = new Crc32cChain();
        assertThat(chain.value()).isZero();
        assertThat(update(chain, "123456789")).isEqualTo(0xe3069283);
    }

    @Test
    void continuesFromAnyValueAsIfItHadNeverStopped() {
        SplittableRandom random = new SplittableRandom(1);
        for (int i = 0; i < 1000; i++) {
            Crc32cChain whole = new Crc32cChain();
            int middle = update(whole, "head " + random.nextLong());
            int end = update(whole, "tail");
            Crc32cChain resumed = new Crc32cChain();
            resumed.seed(middle);
            assertThat(resumed.value()).isEqualTo(middle);
            assertThat(update(resumed, "tail")).isEqualTo(end);
        }
        Crc32cChain zero = new Crc32cChain();
        update(zero, "x");
        zero.seed(0);
        assertThat(update(zero, "123456789")).isEqualTo(0xe3069283);
    }
}
