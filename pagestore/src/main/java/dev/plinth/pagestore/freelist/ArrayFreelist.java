package dev.plinth.pagestore.freelist;

import java.util.Arrays;

/**
 * A sorted array of free pages; a run is the first one that is long enough. Equal, decision by
 * decision, to the reference's array freelist, so that the same operations give the same file.
 * Cost: linear in the number of free pages for each allocation and release.
 */
public final class ArrayFreelist extends Freelist {
    private long[] free = new long[0];

    @Override
    public long freeCount() {
        return free.length;
    }

    @Override
    long take(long pages) {
        int runStart = 0;
        for (int i = 0; i < free.length; i++) {
            if (i == 0 || free[i] != free[i - 1] + 1) {
                runStart = i;
            }
            if (i - runStart + 1 == pages) {
                long first = free[runStart];
                long[] rest = new long[free.length - (int) pages];
                System.arraycopy(free, 0, rest, 0, runStart);
                System.arraycopy(free, i + 1, rest, runStart, free.length - i - 1);
                free = rest;
                return first;
            }
        }
        return 0;
    }

    @Override
    void addFree(long[] pages) {
        long[] merged = new long[free.length + pages.length];
        int left = 0;
        int right = 0;
        for (int i = 0; i < merged.length; i++) {
            boolean takeLeft =
                    right == pages.length || (left < free.length && free[left] < pages[right]);
            merged[i] = takeLeft ? free[left++] : pages[right++];
        }
        free = merged;
    }

    @Override
    long takeTail(long end) {
        int kept = free.length;
        long newEnd = end;
        while (kept > 0 && free[kept - 1] == newEnd - 1) {
            kept--;
            newEnd--;
        }
        free = Arrays.copyOf(free, kept);
        return newEnd;
    }

    @Override
    public boolean hasRunBelow(long end, long pages) {
        int runStart = 0;
        for (int i = 0; i < free.length && free[i] < end; i++) {
            if (i == 0 || free[i] != free[i - 1] + 1) {
                runStart = i;
            }
            if (i - runStart + 1 == pages) {
                return true;
            }
        }
        return false;
    }

    @Override
    void clearFree() {
        free = new long[0];
    }

    @Override
    public long[] freePages() {
        return Arrays.copyOf(free, free.length);
    }

    @Override
    int slack() {
        return 1;
    }
}
