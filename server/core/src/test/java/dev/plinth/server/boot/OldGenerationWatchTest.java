package dev.plinth.server.boot;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class OldGenerationWatchTest {
    private static final long MIB = 1 << 20;

    private long used;
    private long alive;
    private final AtomicInteger collections = new AtomicInteger();

    private int collectionsAfterTurnWith(long usedMib, long aliveMib) {
        used = usedMib * MIB;
        alive = aliveMib * MIB;
        new OldGenerationWatch(() -> used, () -> alive, collections::incrementAndGet).turn();
        return collections.getAndSet(0);
    }

    @Test
    void littleThatIsAliveMayGrowByTheLeast() {
        assertThat(collectionsAfterTurnWith(356, 100)).isZero();
        assertThat(collectionsAfterTurnWith(357, 100)).isOne();
    }

    @Test
    void muchThatIsAliveMayDouble() {
        assertThat(collectionsAfterTurnWith(2000, 1000)).isZero();
        assertThat(collectionsAfterTurnWith(2001, 1000)).isOne();
    }

    @Test
    void nothingIsDoneAfterAShrink() {
        assertThat(collectionsAfterTurnWith(10, 1000)).isZero();
    }
}
