package dev.plinth.pagestore.file;

import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.ZZ_Result;

/**
 * A reader notes that page 1 is sound while the writer takes back the note on its neighbour in the
 * same word, page 2, and lets the table grow: the note that was taken back stays so.
 */
@JCStressTest
@Outcome(id = "true, false", expect = Expect.ACCEPTABLE, desc = "both have happened")
@Outcome(
        id = "false, false",
        expect = Expect.ACCEPTABLE,
        desc = "a note lost to growth: page 1 is checked again")
@Outcome(expect = Expect.FORBIDDEN, desc = "a page that holds something else counts as checked")
@State
public class CheckedPagesStress {
    private static final long BEYOND_CAPACITY = 2_000;

    private final CheckedPages pages = new CheckedPages();

    /** Page 2 is known. */
    public CheckedPagesStress() {
        pages.add(2);
    }

    /** A reader. */
    @Actor
    public void reader() {
        pages.add(1);
    }

    /** The writer. */
    @Actor
    public void writer() {
        pages.remove(2);
        pages.ensureCapacity(BEYOND_CAPACITY);
    }

    /** What is known at the end. */
    @Arbiter
    public void end(ZZ_Result result) {
        result.r1 = pages.contains(1);
        result.r2 = pages.contains(2);
    }
}
