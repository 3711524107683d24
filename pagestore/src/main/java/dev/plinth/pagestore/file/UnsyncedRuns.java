package dev.plinth.pagestore.file;

import dev.plinth.walio.io.DiskFile;
import java.io.IOException;
import java.util.Arrays;

/**
 * The pages that commits have written since the last checkpoint: one bit for each page. The writer
 * adds to it, a checkpoint takes it as a whole and hands the pages to the device in ascending
 * order, in pieces of which no more than two are under way at a time. So the device's queue stays
 * short for the log, whose syncs would otherwise wait behind all of a checkpoint, and the sync that
 * follows has next to nothing left to do.
 */
final class UnsyncedRuns {
    /** Long enough for a device to be busy, short enough to wait for. */
    private static final long PIECE_BYTES = 1 << 20;

    private final int pageSize;
    private long[] words = new long[64];

    UnsyncedRuns(int pageSize) {
        this.pageSize = pageSize;
    }

    /** Adds the runs of a commit. */
    synchronized void add(CommitBuffer buffer) {
        for (int run = 0; run < buffer.runCount(); run++) {
            long end = buffer.page(run) + buffer.runLength(run);
            if (end >>> 6 >= words.length) {
                long needed = Math.max((end >>> 6) + 1, words.length * 2L);
                words = Arrays.copyOf(words, Math.toIntExact(needed));
            }
            for (long page = buffer.page(run); page < end; page++) {
                words[(int) (page >>> 6)] |= 1L << page;
            }
        }
    }

    private synchronized long[] take() {
        long[] taken = words;
        words = new long[taken.length];
        return taken;
    }

    /** Hands all pages to the device. A sync has to follow. */
    void writeBack(DiskFile file) throws IOException {
        long[] pages = take();
        long end = (long) pages.length << 6;
        long previous = -1;
        long previousLength = 0;
        for (long start = next(pages, 0, end); start < end; ) {
            long stop = start;
            // Pages in between that are clean cost nothing: the kernel looks for dirty ones only.
            for (long page = start;
                    page < end && (page - start) * pageSize < PIECE_BYTES;
                    page = next(pages, page + 1, end)) {
                stop = page + 1;
            }
            long position = start * pageSize;
            long length = (stop - start) * pageSize;
            file.startWriteback(position, length);
            if (previous >= 0) {
                file.awaitWriteback(previous, previousLength);
            }
            previous = position;
            previousLength = length;
            start = next(pages, stop, end);
        }
    }

    /** The first page from {@code from} on that is in the set, or {@code end}. */
    private static long next(long[] pages, long from, long end) {
        int word = (int) (from >>> 6);
        if (word >= pages.length) {
            return end;
        }
        long bits = pages[word] & -1L << from;
        while (bits == 0) {
            if (++word == pages.length) {
                return end;
            }
            bits = pages[word];
        }
        return ((long) word << 6) + Long.numberOfTrailingZeros(bits);
    }
}
