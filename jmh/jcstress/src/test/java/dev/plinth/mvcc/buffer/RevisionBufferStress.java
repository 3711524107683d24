package dev.plinth.mvcc.buffer;

import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.II_Result;

/**
 * A reader looks for the published revision while the flush moves it to the page store and the
 * apply thread publishes the next one, in the order of loads and stores of the store and its
 * backend. First number: the revision that the reader has; second: its value, which is 10 times the
 * revision, or 0 if it is found nowhere.
 */
@JCStressTest
@Outcome(
        id = {"1, 10", "2, 20"},
        expect = Expect.ACCEPTABLE)
@Outcome(expect = Expect.FORBIDDEN, desc = "a published revision is neither in buffer nor in store")
@State
public class RevisionBufferStress {
    private final RevisionBuffer buffer = new RevisionBuffer();
    private volatile long published;
    private volatile long flushedUpTo;

    /** Revision 1 is in the buffer. */
    public RevisionBufferStress() {
        append(1);
    }

    private void append(long revision) {
        byte[] data = buffer.append(revision, 0, false, 1);
        data[buffer.lastOffset()] = (byte) (10 * revision);
        published = revision;
    }

    /** The committer flushes revision 1; then the apply thread appends revision 2. */
    @Actor
    public void write() {
        int sealed = buffer.seal().length;
        flushedUpTo = 1;
        buffer.drop(sealed);
        append(2);
    }

    /** A reader: revision, segments, generation, in this order. */
    @Actor
    public void read(II_Result result) {
        long revision = published;
        RevisionSegment[] segments = buffer.segments();
        long generation = flushedUpTo;
        result.r1 = (int) revision;
        result.r2 = generation >= revision ? (int) (10 * revision) : valueIn(segments, revision);
    }

    private static int valueIn(RevisionSegment[] segments, long revision) {
        for (int i = segments.length - 1; i >= 0; i--) {
            if (segments[i].reaches(revision, 0)) {
                int offset = segments[i].offset(segments[i].entry(revision, 0));
                return segments[i].data()[offset];
            }
        }
        return 0;
    }
}
