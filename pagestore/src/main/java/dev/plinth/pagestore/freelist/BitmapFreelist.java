package dev.plinth.pagestore.freelist;

/**
 * One bit for each page of the file. Runs are chosen so that a commit becomes few writes, because a
 * device takes one long write much faster than many short ones: {@link #prepare} is told how many
 * pages the commit will take, and looks for one run for all of them. If there is none, the commit
 * goes to the end of the file, as long as the free pages are few; else it takes what is free in
 * ascending order, from where the last commit ended. So the pages that have been left alone for
 * longest come next, and of those most have become free meanwhile.
 *
 * <p>The persisted list needs a long run in each commit. Two such runs are set aside and take
 * turns; else the small allocations would nibble at them and the file would grow by a new one each
 * time.
 *
 * <p>Allocating a page costs a look at one word while free pages are near. A length for which there
 * is no run is remembered until pages that are freed make one.
 */
public final class BitmapFreelist extends Freelist {
    /** Runs of fewer pages on average are not worth having: a write of its own costs more. */
    private static final long PAGES_PER_PIECE = 8;

    /** Two more writes do not matter. */
    private static final long SLACK_PAGES = 16;

    private final PageSet free = new PageSet();
    private final ListRun[] listRuns = {new ListRun(), new ListRun()};
    private long count;

    /** Next place to look. */
    private long cursor = 2;

    /** No free run that is not set aside has this many pages. */
    private long absentRun = 1;

    /** This commit goes to the end of the file. */
    private boolean growing;

    /** Pages that only the persisted list may have. */
    private static final class ListRun {
        long first;
        long end;
    }

    @Override
    public long freeCount() {
        return count;
    }

    @Override
    public void prepare(long pages, long spareMax) {
        growing = false;
        if (pages <= 1) {
            return;
        }
        long first = search(cursor, pages);
        if (first == 0) {
            first = search(2, pages);
        }
        if (first != 0) {
            cursor = first;
        } else {
            absentRun = Math.min(absentRun, pages);
            growing = count <= spareMax && piecesFor(pages) * PAGES_PER_PIECE > pages + SLACK_PAGES;
        }
    }

    /** Into how many runs a commit would fall that took what comes next. */
    private long piecesFor(long pages) {
        long pieces = pages > count ? 1 : 0;
        long rest = Math.min(pages, count);
        long start = free.next(cursor);
        while (rest > 0) {
            if (start == 0) {
                start = free.next(2);
            }
            long end = free.nextAbsent(start, start + rest);
            rest -= end - start;
            pieces++;
            start = free.next(end);
        }
        return pieces;
    }

    @Override
    public boolean stopGrowing() {
        boolean stopped = growing;
        growing = false;
        return stopped;
    }

    @Override
    long take(long pages) {
        if (growing || pages > count || pages >= absentRun) {
            return 0;
        }
        long first = search(cursor, pages);
        if (first == 0 && cursor > 2) {
            first = search(2, pages);
        }
        if (first == 0) {
            absentRun = pages;
            return 0;
        }
        cursor = first + pages;
        return taken(first, pages);
    }

    private long taken(long first, long pages) {
        for (long page = first; page < first + pages; page++) {
            free.remove(page);
        }
        count -= pages;
        return first;
    }

    @Override
    long takeForList(long pages) {
        for (ListRun run : listRuns) {
            boolean fits = run.end - run.first >= pages;
            if (fits && free.nextAbsent(run.first, run.end) == run.end) {
                return taken(run.first, pages);
            }
        }
        return take(pages);
    }

    @Override
    public void setAsideForList(long first, long pages) {
        ListRun older = listRuns[0];
        ListRun newer = listRuns[1];
        if (first == newer.first) {
            return;
        }
        if (first != older.first) {
            older.first = first;
            older.end = first + pages;
        }
        listRuns[0] = newer;
        listRuns[1] = older;
    }

    /** The first run of that length which begins at or after {@code from}; 0 if there is none. */
    private long search(long from, long pages) {
        if (pages >= absentRun) {
            return 0;
        }
        long start = free.findRun(from, pages);
        while (start != 0) {
            long behind = endOfListRunWithin(start, start + pages);
            if (behind == 0) {
                return start;
            }
            start = free.findRun(behind, pages);
        }
        return 0;
    }

    private long endOfListRunWithin(long start, long end) {
        for (ListRun run : listRuns) {
            if (run.first < end && start < run.end) {
                return run.end;
            }
        }
        return 0;
    }

    @Override
    void addFree(long[] pages) {
        for (long page : pages) {
            boolean added = free.add(page);
            assert added;
        }
        count += pages.length;
        long measured = 0;
        for (long page : pages) {
            if (page >= measured) {
                long start = free.runStart(page);
                measured = free.nextAbsent(page, Long.MAX_VALUE);
                absentRun = Math.max(absentRun, measured - start + 1);
            }
        }
    }

    @Override
    long takeTail(long end) {
        long newEnd = end;
        while (newEnd > 2 && free.contains(newEnd - 1)) {
            newEnd--;
            free.remove(newEnd);
            count--;
        }
        return newEnd;
    }

    @Override
    public boolean hasRunBelow(long end, long pages) {
        long first = search(2, pages);
        return first != 0 && first + pages <= end;
    }

    @Override
    public void preferLowest() {
        cursor = 2;
        growing = false;
        for (ListRun run : listRuns) {
            run.first = 0;
            run.end = 0;
        }
    }

    @Override
    void clearFree() {
        free.clear();
        count = 0;
        absentRun = 1;
        preferLowest();
    }

    @Override
    public long[] freePages() {
        return free.toArray();
    }

    @Override
    int slack() {
        return 0;
    }
}
