package dev.plinth.server.consensus;

import dev.plinth.server.core.Barrier;
import dev.plinth.server.core.EtcdError;
import dev.plinth.server.core.RefusedException;
import java.util.concurrent.atomic.AtomicInteger;
import org.jetbrains.lincheck.datastructures.ModelCheckingOptions;
import org.jetbrains.lincheck.datastructures.Operation;
import org.jetbrains.lincheck.datastructures.Validate;
import org.junit.jupiter.api.Test;

/**
 * The apply loop, readers that wait for its next index, and the timer, in every interleaving of a
 * few operations: whoever waits for an index that has been reached has passed, once.
 */
public class AppliedIndexLincheckTest {
    private static final int ITERATIONS = Integer.getInteger("lincheck.iterations", 2);
    private static final long NEVER = Long.MAX_VALUE;

    private final AppliedIndex applied = new AppliedIndex();
    private final AtomicInteger waits = new AtomicInteger();
    private final AtomicInteger ends = new AtomicInteger();
    private final AtomicInteger wrongEnds = new AtomicInteger();
    private long reached;

    /** The apply loop. */
    @Operation(nonParallelGroup = "apply")
    public void advance() {
        reached++;
        applied.advance(reached);
    }

    /** A reader. */
    @Operation
    public void await() {
        long index = applied.get() + 1;
        waits.incrementAndGet();
        applied.await(
                index,
                NEVER,
                EtcdError.TIMEOUT,
                new Barrier() {
                    @Override
                    public void passed() {
                        ends.incrementAndGet();
                        if (applied.get() < index) {
                            wrongEnds.incrementAndGet();
                        }
                    }

                    @Override
                    public void failed(RefusedException reason) {
                        wrongEnds.incrementAndGet();
                    }
                });
    }

    /** The timer, before any deadline. */
    @Operation
    public void expire() {
        applied.expire(0);
    }

    /** One more index lets all pass. */
    @Validate
    public void allHavePassedOnce() {
        reached++;
        applied.advance(reached);
        if (ends.get() != waits.get() || wrongEnds.get() != 0) {
            throw new IllegalStateException(
                    waits + " waits, " + ends + " ends, " + wrongEnds + " wrong ones");
        }
    }

    @Test
    void nobodyIsForgottenAndNobodyPassesTooEarly() {
        new ModelCheckingOptions()
                .iterations(ITERATIONS)
                .invocationsPerIteration(200)
                .threads(2)
                .actorsPerThread(3)
                .check(AppliedIndexLincheckTest.class);
    }
}
