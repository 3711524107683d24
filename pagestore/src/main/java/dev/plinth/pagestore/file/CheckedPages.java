package dev.plinth.pagestore.file;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;

/**
 * Remembers which pages have passed their validation, so that each page of the file is checked once
 * and not once per access: one bit for a page. Any thread.
 *
 * <p>A set bit means: the bytes of the run that starts at this page have been found in bounds, or
 * were written by this process. Pages of a visible state never change, so the bit stays true until
 * the writer reuses the page, and then the writer sets or clears it before the new state becomes
 * visible. Readers only set bits. Bits are changed atomically because a set by a reader must not
 * bring back a neighbour that the writer has just cleared. When the writer replaces the array by a
 * longer one, a reader's bit may get lost in the old one: the page is then checked once more.
 */
public final class CheckedPages {
    private static final VarHandle WORD = MethodHandles.arrayElementVarHandle(long[].class);

    private volatile long[] words = new long[16];

    /** Whether the page needs no further check. */
    public boolean contains(long page) {
        long[] current = words;
        long word = page >>> 6;
        return word >= 0
                && word < current.length
                && ((long) WORD.getOpaque(current, (int) word) & 1L << page) != 0;
    }

    /** The page has been validated. */
    public void add(long page) {
        long[] current = words;
        if (page >>> 6 < current.length) {
            WORD.getAndBitwiseOr(current, (int) (page >>> 6), 1L << page);
        }
    }

    /** Called by the writer alone: the page holds something else now. */
    public void remove(long page) {
        long[] current = words;
        if (page >>> 6 < current.length) {
            WORD.getAndBitwiseAnd(current, (int) (page >>> 6), ~(1L << page));
        }
    }

    /** Called by the writer alone: makes room for pages below {@code highWaterMark}. */
    public void ensureCapacity(long highWaterMark) {
        long[] current = words;
        long needed = (highWaterMark >>> 6) + 1;
        if (needed > current.length) {
            long[] longer = new long[Math.toIntExact(Math.max(needed, current.length * 3L / 2))];
            for (int i = 0; i < current.length; i++) {
                longer[i] = (long) WORD.getVolatile(current, i);
            }
            words = longer;
        }
    }
}
