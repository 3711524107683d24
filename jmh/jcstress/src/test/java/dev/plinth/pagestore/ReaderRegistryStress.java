package dev.plinth.pagestore;

import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.JJ_Result;

/**
 * A reader begins while the writer publishes state 2 and then looks which states are read. First
 * number: the state that the reader uses. Second: the oldest one that the writer saw, 9 for none.
 */
@JCStressTest
@Outcome(id = "1, 1", expect = Expect.ACCEPTABLE, desc = "the reader of the old state is seen")
@Outcome(
        id = {"2, 1", "2, 2", "2, 9"},
        expect = Expect.ACCEPTABLE,
        desc = "the reader has the new state")
@Outcome(expect = Expect.FORBIDDEN, desc = "pages of state 1 are reused under its reader")
@State
public class ReaderRegistryStress {
    private static final long NONE = 9;

    private final ReaderRegistry readers = new ReaderRegistry();
    private volatile long published = 1;

    /** Begins to read, as a database does. */
    @Actor
    public void reader(JJ_Result result) {
        long state = published;
        int slot = readers.claim(state);
        while (state != published) {
            state = published;
            readers.set(slot, state);
        }
        result.r1 = state;
    }

    /** Publishes, then asks what may be released. */
    @Actor
    public void writer(JJ_Result result) {
        published = 2;
        long[] seen = readers.snapshots();
        result.r2 = seen.length == 0 ? NONE : seen[0];
    }
}
