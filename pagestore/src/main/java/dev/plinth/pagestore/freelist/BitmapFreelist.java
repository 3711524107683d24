package dev.plinth.pagestore.freelist;

import java.util.Arrays;

/**
 * One bit for each page of the file. Runs are chosen so that a commit becomes few writes: {@link
 * #prepare} is told how many pages the commit will take, and looks for one run for all of them;
 * what does not fit is taken in ascending order from where the last run was found. Allocating a
 * page costs a look at one word while free pages are near.
 *
 * <p>Looking for a run that is not there reads the whole bitmap (2 MiB for 64 GiB of pages of 4
 * KiB); the length that was not found is remembered until pages are freed, so that this happens
 * once for each length and commit at most.
 */
public final class BitmapFreelist extends Freelist {
    private long[] words = new long[16];
    private long count;

    /** Next place to look: ascending within a commit. */
    private long cursor = 2;

    /** No free run has this many pages. */
    private long absentRun = 1;

    @Override
    public long freeCount() {
        return count;
    }

    /** Places the cursor at a run of {@code pages}, or of the largest part that is to be had. */
    public void prepare(long pages) {
        for (long wanted = Math.min(pages, count); wanted > 1; wanted /= 2) {
            long first = findRun(2, wanted);
            if (first != 0) {
                cursor = first;
                return;
            }
            absentRun = Math.min(absentRun, wanted);
        }
    }

    @Override
    long take(long pages) {
        if (pages > count || pages >= absentRun) {
            return 0;
        }
        long first = findRun(cursor, pages);
        if (first == 0 && cursor > 2) {
            first = findRun(2, pages);
        }
        if (first == 0) {
            absentRun = pages;
            return 0;
        }
        for (long page = first; page < first + pages; page++) {
            words[(int) (page >>> 6)] &= ~(1L << page);
        }
        count -= pages;
        cursor = first + pages;
        return first;
    }

    /** The first run of that length which begins at or after {@code from}; 0 if there is none. */
    private long findRun(long from, long pages) {
        if (pages >= absentRun) {
            return 0;
        }
        long start = nextFree(from);
        while (start != 0) {
            long end = nextUsed(start, start + pages);
            if (end - start >= pages) {
                return start;
            }
            start = nextFree(end + 1);
        }
        return 0;
    }

    private long nextFree(long from) {
        int word = (int) (from >>> 6);
        if (word >= words.length) {
            return 0;
        }
        long bits = words[word] & -1L << from;
        while (bits == 0) {
            if (++word == words.length) {
                return 0;
            }
            bits = words[word];
        }
        return ((long) word << 6) + Long.numberOfTrailingZeros(bits);
    }

    /** The first page from {@code from} on that is not free, or {@code limit}. */
    private long nextUsed(long from, long limit) {
        long page = from;
        while (page < limit) {
            int word = (int) (page >>> 6);
            long used = word < words.length ? ~words[word] & -1L << page : -1L << page;
            if (used != 0) {
                return Math.min(limit, ((long) word << 6) + Long.numberOfTrailingZeros(used));
            }
            page = (long) (word + 1) << 6;
        }
        return limit;
    }

    @Override
    void addFree(long[] pages) {
        for (long page : pages) {
            int word = Math.toIntExact(page >>> 6);
            if (word >= words.length) {
                words = Arrays.copyOf(words, Math.max(word + 1, words.length * 2));
            }
            assert (words[word] & 1L << page) == 0;
            words[word] |= 1L << page;
        }
        count += pages.length;
        if (pages.length > 0) {
            absentRun = Long.MAX_VALUE;
        }
    }

    @Override
    long takeTail(long end) {
        long newEnd = end;
        while (newEnd > 2 && isFree(newEnd - 1)) {
            newEnd--;
            words[(int) (newEnd >>> 6)] &= ~(1L << newEnd);
            count--;
        }
        return newEnd;
    }

    private boolean isFree(long page) {
        int word = (int) (page >>> 6);
        return word < words.length && (words[word] & 1L << page) != 0;
    }

    @Override
    public boolean hasRunBelow(long end, long pages) {
        long first = findRun(2, pages);
        return first != 0 && first + pages <= end;
    }

    @Override
    public void preferLowest() {
        cursor = 2;
    }

    @Override
    void clearFree() {
        Arrays.fill(words, 0);
        count = 0;
        absentRun = 1;
        cursor = 2;
    }

    @Override
    public long[] freePages() {
        long[] pages = new long[Math.toIntExact(count)];
        int at = 0;
        for (int word = 0; word < words.length; word++) {
            for (long bits = words[word]; bits != 0; bits &= bits - 1) {
                pages[at++] = ((long) word << 6) + Long.numberOfTrailingZeros(bits);
            }
        }
        return pages;
    }

    @Override
    int slack() {
        return 0;
    }
}
