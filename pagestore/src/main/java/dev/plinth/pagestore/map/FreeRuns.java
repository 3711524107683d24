package dev.plinth.pagestore.map;

/** How the free pages are scattered: runs of neighbours, counted by length in powers of two. */
final class FreeRuns {
    private static final int CLASSES = 32;

    private final long[] runs = new long[CLASSES];
    private final long[] pages = new long[CLASSES];
    private long runCount;
    private long pageCount;
    private long longest;

    void add(long length) {
        int sizeClass = 63 - Long.numberOfLeadingZeros(length);
        runs[sizeClass]++;
        pages[sizeClass] += length;
        runCount++;
        pageCount += length;
        longest = Math.max(longest, length);
    }

    /** Number of classes up to the largest that occurs. */
    int classes() {
        for (int i = CLASSES; i > 0; i--) {
            if (runs[i - 1] > 0) {
                return i;
            }
        }
        return 0;
    }

    /** Runs of at least 2 to the power of {@code sizeClass} pages and less than twice that. */
    long runs(int sizeClass) {
        return runs[sizeClass];
    }

    /** Pages in those runs. */
    long pages(int sizeClass) {
        return pages[sizeClass];
    }

    long runCount() {
        return runCount;
    }

    long pageCount() {
        return pageCount;
    }

    long longest() {
        return longest;
    }
}
