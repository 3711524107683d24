package dev.plinth.walio;

import static org.assertj.core.api.Assertions.assertThat;

import dev.plinth.walio.fuzz.FuzzCorpus;
import org.junit.jupiter.api.Test;

/**
 * Plays again what the fuzzer has found worth keeping; each file once failed or led to new code.
 */
class LogFuzzerTest {
    @Test
    void nothingInTheCorpusFails() {
        int played = FuzzCorpus.play("/fuzz/log", LogFuzzer::fuzzerTestOneInput);
        assertThat(played).isGreaterThan(50);
    }
}
