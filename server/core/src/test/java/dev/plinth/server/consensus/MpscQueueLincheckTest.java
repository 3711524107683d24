package dev.plinth.server.consensus;

import org.jetbrains.lincheck.datastructures.IntGen;
import org.jetbrains.lincheck.datastructures.ModelCheckingOptions;
import org.jetbrains.lincheck.datastructures.Operation;
import org.jetbrains.lincheck.datastructures.Param;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/**
 * One producer and the consumer, in every interleaving of a few operations: as if one came after
 * the other. (With two producers it is not so by design: the consumer stops at a slot that is
 * claimed and not yet filled, although a later one is; the jcstress test has two.) {@code
 * -Dlincheck.iterations} sets the number of scenarios.
 */
@Param(name = "element", gen = IntGen.class, conf = "1:9")
public class MpscQueueLincheckTest {
    private static final int ITERATIONS = Integer.getInteger("lincheck.iterations", 2);

    private final MpscQueue<Integer> queue = new MpscQueue<>(2);

    /** The producer. */
    @Operation(nonParallelGroup = "producer")
    public boolean offer(@Param(name = "element") int element) {
        return queue.offer(element);
    }

    /** The consumer. */
    @Operation(nonParallelGroup = "consumer")
    public @Nullable Integer poll() {
        return queue.poll();
    }

    /** By others it may miss an element while the consumer takes the one before. */
    @Operation(nonParallelGroup = "consumer")
    public boolean isEmpty() {
        return queue.isEmpty();
    }

    @Test
    void isLinearizable() {
        new ModelCheckingOptions()
                .iterations(ITERATIONS)
                .invocationsPerIteration(200)
                .threads(2)
                .actorsPerThread(3)
                .check(MpscQueueLincheckTest.class);
    }
}
