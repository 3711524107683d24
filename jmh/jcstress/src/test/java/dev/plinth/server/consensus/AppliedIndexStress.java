package dev.plinth.server.consensus;

import dev.plinth.server.core.Barrier;
import dev.plinth.server.core.EtcdError;
import dev.plinth.server.core.RefusedException;
import java.util.concurrent.atomic.AtomicInteger;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.II_Result;

/**
 * Somebody waits for an index while the apply loop reaches it. First number: how often the wait has
 * ended; second: the effect of the entry that the waiter has seen.
 */
@JCStressTest
@Outcome(id = "1, 7", expect = Expect.ACCEPTABLE)
@Outcome(expect = Expect.FORBIDDEN, desc = "the wait is lost, ends twice, or before the effect")
@State
public class AppliedIndexStress {
    private final AppliedIndex applied = new AppliedIndex();
    private final AtomicInteger passes = new AtomicInteger();
    private int effect;
    private int seen;

    /** The apply loop. */
    @Actor
    public void apply() {
        effect = 7;
        applied.advance(1);
    }

    /** A read. */
    @Actor
    public void read() {
        applied.await(
                1,
                Long.MAX_VALUE,
                EtcdError.TIMEOUT,
                new Barrier() {
                    @Override
                    public void passed() {
                        seen = effect;
                        passes.incrementAndGet();
                    }

                    @Override
                    public void failed(RefusedException reason) {
                        passes.addAndGet(10);
                    }
                });
    }

    /** What has come of it. */
    @Arbiter
    public void end(II_Result result) {
        result.r1 = passes.get();
        result.r2 = seen;
    }
}
