package dev.plinth.pagestore.freelist;

import dev.plinth.pagestore.format.FreelistPage;
import java.lang.foreign.MemorySegment;
import java.util.BitSet;
import org.jspecify.annotations.Nullable;

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
 * time. Of a run that has had the list before, only the pages are written whose content is another
 * ({@link ListedPages}), so a commit does not cost more the more pages are free. When they lie too
 * far apart the list is put in order and written as a whole.
 *
 * <p>Allocating a page costs a look at one word while free pages are near. A length for which there
 * is no run is remembered until pages that are freed make one.
 */
public final class BitmapFreelist extends Freelist {
    /** Runs of fewer pages on average are not worth having: a write of its own costs more. */
    private static final long PAGES_PER_PIECE = 8;

    /** Two more writes do not matter. */
    private static final long SLACK_PAGES = 16;

    /**
     * A new run for the list is longer than needed by this share, so that it serves for a while.
     */
    private static final long GROWTH_SHARE = 8;

    /**
     * So few pages between two that have to be written are written too: it costs less than a call.
     */
    private static final int LIST_GAP_MAX = 1;

    /** More pieces than these cost more than the whole list in order, of which the next gain. */
    private static final int LIST_PIECES_MAX = 12;

    /** Beyond so many pages of a file (64 GiB) the memory for slots is not worth it. */
    private static final long SLOTTED_PAGES_MAX = 1 << 24;

    private final PageSet free = new PageSet();
    private final ListRun[] listRuns = {new ListRun(), new ListRun()};
    private long count;

    /** Next place to look. */
    private long cursor = 2;

    /** No free run that is not set aside has this many pages. */
    private long absentRun = 1;

    /** This commit goes to the end of the file. */
    private boolean growing;

    /** Null until the list is written, and after changes that were taken back. */
    private @Nullable ListedPages listed;

    /** Pages have come or gone since the last commit. */
    private boolean listTouched;

    /** Pages that only the persisted list may have. */
    private static final class ListRun {
        long first;
        long end;

        /** Pages of the run that the file has with another content than the list has now. */
        final BitSet stale = new BitSet();

        long length() {
            return end - first;
        }

        void nothingKnown() {
            stale.clear();
            stale.set(0, Math.toIntExact(length()));
        }
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
    public long listPages(long needed) {
        for (ListRun run : listRuns) {
            boolean fits = run.length() >= needed && run.length() <= 2 * needed + SLACK_PAGES;
            if (fits && isFree(run)) {
                return run.length();
            }
        }
        return needed + needed / GROWTH_SHARE;
    }

    private boolean isFree(ListRun run) {
        return free.nextAbsent(run.first, run.end) == run.end;
    }

    @Override
    long takeForList(long pages) {
        for (ListRun run : listRuns) {
            if (run.length() == pages && isFree(run)) {
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
            older.nothingKnown();
        }
        listRuns[0] = newer;
        listRuns[1] = older;
    }

    // ---------------------------------------------------------------- the persisted list

    @Override
    void listed(long page) {
        listTouched = true;
        if (listed != null) {
            listed.add(page);
        }
    }

    @Override
    void unlisted(long page) {
        listTouched = true;
        if (listed != null) {
            listed.remove(page);
        }
    }

    @Override
    void listRolledBack() {
        if (listTouched) {
            listed = null;
            listTouched = false;
        }
    }

    @Override
    public void listCommitted() {
        listRuns[1].stale.clear();
        listTouched = false;
    }

    @Override
    public void writeList(long first, long pages, int pageSize, RunPieces target) {
        ListRun run = listRuns[1];
        assert run.first == first && run.length() == pages;
        if (freeOrPending().end() > SLOTTED_PAGES_MAX) {
            listed = null;
            super.writeList(first, pages, pageSize, target);
            return;
        }
        ListedPages slots = settledList(pageSize);
        if (piecesOf(run.stale) > LIST_PIECES_MAX) {
            slots = orderedList(pageSize);
        }
        run.stale.set(0); // the count and the number of the run
        for (int start = 0; start >= 0; ) {
            int end = pieceEnd(run.stale, start);
            MemorySegment piece = target.piece(first + start, end - start);
            slots.copyTo(piece, start);
            if (start == 0) {
                FreelistPage.writeHeader(piece, 0, first, pages - 1, slots.size());
            }
            start = run.stale.nextSetBit(end);
        }
    }

    private ListedPages settledList(int pageSize) {
        ListedPages slots = listed;
        if (slots == null) {
            return orderedList(pageSize);
        }
        BitSet changed = new BitSet();
        slots.settle(page -> endOfListRunWithin(page, page + 1) != 0, changed);
        for (ListRun run : listRuns) {
            run.stale.or(changed);
            run.stale.clear(Math.toIntExact(run.length()), Integer.MAX_VALUE);
        }
        return slots;
    }

    private ListedPages orderedList(int pageSize) {
        ListedPages slots = new ListedPages(freeOrPending(), pageSize);
        for (ListRun run : listRuns) {
            run.nothingKnown();
        }
        listed = slots;
        return slots;
    }

    private static int piecesOf(BitSet stale) {
        int pieces = 0;
        for (int start = stale.nextSetBit(0); start >= 0; pieces++) {
            start = stale.nextSetBit(pieceEnd(stale, start));
        }
        return pieces;
    }

    /** The end of the stale pages from one on that are so near together that one write is best. */
    private static int pieceEnd(BitSet stale, int start) {
        int end = stale.nextClearBit(start);
        int next = stale.nextSetBit(end);
        while (next >= 0 && next - end <= LIST_GAP_MAX) {
            end = stale.nextClearBit(next);
            next = stale.nextSetBit(end);
        }
        return end;
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
        listed = null;
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
