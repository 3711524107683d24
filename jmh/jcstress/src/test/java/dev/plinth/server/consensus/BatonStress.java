package dev.plinth.server.consensus;

import java.util.concurrent.atomic.AtomicBoolean;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.L_Result;

/**
 * Two threads bring work and try to do a turn themselves: at the end nothing is left, unless the
 * agent's own thread was woken for it.
 */
@JCStressTest
@Outcome(
        id = {"done", "left and woken"},
        expect = Expect.ACCEPTABLE)
@Outcome(expect = Expect.FORBIDDEN, desc = "work is forgotten")
@State
public class BatonStress {
    private final Baton baton = new Baton();
    private final MpscQueue<Integer> queue = new MpscQueue<>(8);
    private final AtomicBoolean woken = new AtomicBoolean();

    private void bringWork() {
        queue.offer(1);
        baton.turn(() -> !queue.isEmpty(), this::doTurn, () -> woken.set(true));
    }

    private int doTurn() {
        int done = 0;
        while (queue.poll() != null) {
            done++;
        }
        return done;
    }

    /** One thread. */
    @Actor
    public void one() {
        bringWork();
    }

    /** Another. */
    @Actor
    public void two() {
        bringWork();
    }

    /** What is left. */
    @Arbiter
    public void end(L_Result result) {
        result.r1 = queue.isEmpty() ? "done" : woken.get() ? "left and woken" : "forgotten";
    }
}
