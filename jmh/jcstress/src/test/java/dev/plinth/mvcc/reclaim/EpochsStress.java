package dev.plinth.mvcc.reclaim;

import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.IZ_Result;

/**
 * A reader pins and loads the state while a writer publishes another and asks whether the memory of
 * the old one may be reused.
 */
@JCStressTest
@Outcome(
        id = "0, false",
        expect = Expect.ACCEPTABLE,
        desc = "the reader of the old state is waited for")
@Outcome(
        id = {"1, true", "1, false"},
        expect = Expect.ACCEPTABLE,
        desc = "the reader has the new state")
@Outcome(expect = Expect.FORBIDDEN, desc = "memory of the old state is reused under its reader")
@State
public class EpochsStress {
    private final Epochs epochs = new Epochs();
    private volatile int state;

    /** Reads without giving the pin back. */
    @Actor
    public void reader(IZ_Result result) {
        epochs.pin();
        result.r1 = state;
    }

    /** Publishes. */
    @Actor
    public void writer(IZ_Result result) {
        state = 1;
        long epoch = epochs.advance();
        result.r2 = epochs.minimumPinned() >= epoch;
    }
}
