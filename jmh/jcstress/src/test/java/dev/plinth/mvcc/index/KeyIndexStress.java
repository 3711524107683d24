package dev.plinth.mvcc.index;

import dev.plinth.mvcc.reclaim.Epochs;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.JJ_Result;

/**
 * A reader looks for two keys in one pinned root while the writer publishes two states in each of
 * which both keys have the same revision: it sees both keys of one state.
 */
@JCStressTest
@Outcome(
        id = {"1, 1", "2, 2", "3, 3"},
        expect = Expect.ACCEPTABLE,
        desc = "one state")
@Outcome(expect = Expect.FORBIDDEN, desc = "parts of several states")
@State
public class KeyIndexStress {
    private static final byte[] LEFT = {'a'};
    private static final byte[] RIGHT = {'b'};

    private final Epochs epochs = new Epochs();
    private final KeyIndex index = new KeyIndex(epochs);
    private final IndexReader reader = index.newReader();
    private final KeyState scratch = new KeyState();
    private volatile int published;

    /** Both keys at revision 1. */
    public KeyIndexStress() {
        putBoth(1);
    }

    private void putBoth(long revision) {
        index.put(LEFT, revision, 0, scratch);
        index.put(RIGHT, revision, 1, scratch);
        published = index.publish();
        index.published(epochs.advance());
    }

    /** Publishes twice. */
    @Actor
    public void writer() {
        putBoth(2);
        putBoth(3);
    }

    /** Reads both keys. */
    @Actor
    public void reader(JJ_Result result) {
        int ticket = epochs.pin();
        int root = published;
        KeyState found = new KeyState();
        reader.find(root, LEFT, Long.MAX_VALUE, found);
        result.r1 = found.mod;
        reader.find(root, RIGHT, Long.MAX_VALUE, found);
        result.r2 = found.mod;
        epochs.unpin(ticket);
    }

    /** Gives the memory of this round back. */
    @Arbiter
    public void end(JJ_Result result) {
        index.close();
    }
}
