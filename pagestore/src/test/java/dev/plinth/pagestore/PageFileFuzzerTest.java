package dev.plinth.pagestore;

import static org.assertj.core.api.Assertions.assertThat;

import dev.plinth.walio.fuzz.FuzzCorpus;
import org.junit.jupiter.api.Test;

/**
 * Plays again what the fuzzer has found worth keeping; each file once failed or led to new code.
 */
class PageFileFuzzerTest {
    @Test
    void nothingInTheCorpusFails() {
        int played = FuzzCorpus.play("/fuzz/pagefile", PageFileFuzzer::fuzzerTestOneInput);
        assertThat(played).isGreaterThan(50);
    }
}
