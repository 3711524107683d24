package dev.plinth.pagestore.freelist;

import dev.plinth.pagestore.format.FreelistPage;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.Map;
import java.util.TreeMap;

/**
 * Free and pending pages. A page freed by transaction t still belongs to the states before t: it is
 * <em>pending</em> until no reader of such a state is left, and only then <em>free</em>.
 *
 * <p>For each page taken from here the list remembers the transaction that took it. A page that was
 * both allocated and freed between two open snapshots is seen by neither and becomes free at once,
 * even below a reader that stays for hours. The durable state of a database that commits at
 * checkpoints counts as such a reader.
 *
 * <p>Subclasses keep the free pages and choose among them. Owned by the writer.
 */
public abstract sealed class Freelist permits ArrayFreelist, BitmapFreelist {
    /** Below this size it is not worth looking for records that nobody needs any more. */
    private static final int PRUNE_SIZE_MIN = 4096;

    private final TreeMap<Long, Pending> pending = new TreeMap<>();
    private final LongLongMap allocatedBy = new LongLongMap();
    private final PageSet freeOrPending = new PageSet();
    private long pendingCount;
    private int prunedSize = PRUNE_SIZE_MIN;

    /** Pages that one transaction has freed, with the transactions that had allocated them. */
    private static final class Pending {
        final LongList pages = new LongList();
        final LongList allocatedBy = new LongList();

        /** Start of the last range that was released: nothing new can be found there. */
        long lastReleaseBegin = -1;
    }

    Freelist() {}

    /** Number of pages that can be allocated. */
    public abstract long freeCount();

    /** Takes the pages of a run, or 0 if there is no run of that length. */
    abstract long take(long pages);

    /** Adds pages, ascending. */
    abstract void addFree(long[] pages);

    abstract void clearFree();

    /** Takes the free pages that are the last ones below a page; returns the first of them. */
    abstract long takeTail(long end);

    /** Whether there is a free run of that length that ends at or before a page. */
    public abstract boolean hasRunBelow(long end, long pages);

    /** The next allocations take the lowest pages. */
    public void preferLowest() {}

    /**
     * A commit is about to allocate about so many pages, and would like them to be neighbours.
     *
     * @param spareMax as long as no more pages are free, the file may rather grow
     */
    public void prepare(long pages, long spareMax) {}

    /** The file must not grow any more; false if it was not going to while pages are free. */
    public boolean stopGrowing() {
        return false;
    }

    /** Pages to allocate for a persisted list that needs at least so many. */
    public long listPages(long needed) {
        return needed;
    }

    /** Takes a run for the persisted list, or 0. */
    long takeForList(long pages) {
        return take(pages);
    }

    /** A run that holds the persisted list now will do so again. */
    public void setAsideForList(long first, long pages) {}

    /**
     * Forgets the free pages at the end of the file, which will not belong to it any more.
     *
     * @return the new end
     */
    public final long trim(long end) {
        long newEnd = takeTail(end);
        for (long page = newEnd; page < end; page++) {
            unlist(page);
        }
        return newEnd;
    }

    /** The free pages in ascending order. */
    public abstract long[] freePages();

    /** Number of pages that wait for readers. */
    public final long pendingCount() {
        return pendingCount;
    }

    /** Whether the page is free or pending. */
    public final boolean contains(long page) {
        return freeOrPending.contains(page);
    }

    /** Replaces the content: {@code pages} ascending, without duplicates, are free. */
    public final void load(long[] pages) {
        freeOrPending.clear();
        clearFree();
        for (long page : pages) {
            freeOrPending.add(page);
        }
        addFree(pages);
        for (Pending entry : pending.values()) {
            for (int i = 0; i < entry.pages.size(); i++) {
                freeOrPending.add(entry.pages.get(i));
            }
        }
    }

    /** As {@link #load}, but pages that are pending stay so. */
    public final void reload(long[] pages) {
        PageSet held = new PageSet();
        for (Pending entry : pending.values()) {
            for (int i = 0; i < entry.pages.size(); i++) {
                held.add(entry.pages.get(i));
            }
        }
        load(Arrays.stream(pages).filter(page -> !held.contains(page)).toArray());
    }

    /**
     * Takes a run of pages for a transaction.
     *
     * @return the first page, or 0 if the file has to grow
     */
    public final long allocate(long txid, long pages) {
        return pages == 0 ? 0 : allocated(txid, take(pages), pages);
    }

    /** As {@link #allocate}, for the list itself. */
    public final long allocateForList(long txid, long pages) {
        return allocated(txid, takeForList(pages), pages);
    }

    private long allocated(long txid, long first, long pages) {
        if (first == 0) {
            return 0;
        }
        if (first <= 1) {
            throw new IllegalStateException("invalid page allocation: " + first);
        }
        for (long page = first; page < first + pages; page++) {
            unlist(page);
        }
        allocatedBy.put(first, txid);
        return first;
    }

    /** Records that a transaction took a run from behind the end of the file. */
    public final void recordGrowth(long txid, long first) {
        allocatedBy.put(first, txid);
    }

    /** Gives back what {@link #allocate} took for a transaction that came to nothing. */
    public final void giveBack(long first, long pages) {
        allocatedBy.remove(first);
        long[] run = new long[Math.toIntExact(pages)];
        for (int i = 0; i < run.length; i++) {
            run[i] = first + i;
            freeOrPending.add(first + i);
        }
        addFree(run);
    }

    /** A run of the committed state will not belong to the state that a transaction commits. */
    public final void free(long txid, long first, long pages) {
        if (first <= 1) {
            throw new IllegalStateException("cannot free page 0 or 1: " + first);
        }
        Pending entry = pending.computeIfAbsent(txid, _ -> new Pending());
        long allocated = allocatedBy.remove(first);
        assert allocated != txid : "page " + first + " was allocated by the same transaction";
        for (long page = first; page < first + pages; page++) {
            if (!freeOrPending.add(page)) {
                throw new IllegalStateException("page " + page + " already freed");
            }
            listed(page);
            entry.pages.add(page);
            entry.allocatedBy.add(allocated);
        }
        pendingCount += pages;
    }

    private void unlist(long page) {
        freeOrPending.remove(page);
        unlisted(page);
    }

    /** A page will be in the persisted list from now on. */
    void listed(long page) {}

    /** A page will not be in the persisted list any more. */
    void unlisted(long page) {}

    /** What was listed, unlisted and written since the last commit shall not have happened. */
    void listRolledBack() {}

    /** The list that was written is that of a committed state. */
    public void listCommitted() {}

    /** Undoes the frees of a transaction; what it allocated is not given back here. */
    public final void rollback(long txid) {
        listRolledBack();
        Pending entry = pending.remove(txid);
        if (entry != null) {
            for (int i = 0; i < entry.pages.size(); i++) {
                long page = entry.pages.get(i);
                freeOrPending.remove(page);
                long allocated = entry.allocatedBy.get(i);
                if (allocated != 0) {
                    allocatedBy.put(page, allocated);
                }
            }
            pendingCount -= entry.pages.size();
        }
        allocatedBy.removeValue(txid);
    }

    /**
     * Makes free what no reader can see: called when a write transaction begins.
     *
     * @param snapshots txids of the states that are still read, ascending; may hold duplicates
     */
    public final void releasePending(long[] snapshots) {
        if (snapshots.length == 0) {
            release(Long.MAX_VALUE);
            prune(Long.MAX_VALUE);
            return;
        }
        long begin = snapshots[0];
        if (begin > 0) {
            release(begin - slack());
        }
        prune(begin);
        for (long snapshot : snapshots) {
            // A reader of state 0 must not make this wrap.
            releaseRange(begin, snapshot == 0 ? 0 : snapshot - 1);
            begin = snapshot + 1;
        }
        releaseRange(begin, Long.MAX_VALUE);
    }

    /** 1 keeps one transaction more than needed, as the reference does; 0 does not. */
    abstract int slack();

    private void release(long txidMax) {
        var released = pending.headMap(txidMax, true);
        if (released.isEmpty()) {
            return;
        }
        LongList pages = new LongList();
        for (Pending entry : released.values()) {
            for (int i = 0; i < entry.pages.size(); i++) {
                pages.add(entry.pages.get(i));
            }
        }
        released.clear();
        makeFree(pages);
    }

    private void releaseRange(long begin, long end) {
        if (begin > end) {
            return;
        }
        LongList released = new LongList();
        var range = pending.subMap(begin, true, end, true).values().iterator();
        while (range.hasNext()) {
            Pending entry = range.next();
            if (entry.lastReleaseBegin == begin) {
                continue;
            }
            int kept = 0;
            for (int i = 0; i < entry.pages.size(); i++) {
                long allocated = entry.allocatedBy.get(i);
                if (allocated >= begin && allocated <= end) {
                    released.add(entry.pages.get(i));
                } else {
                    entry.pages.set(kept, entry.pages.get(i));
                    entry.allocatedBy.set(kept, allocated);
                    kept++;
                }
            }
            entry.pages.truncate(kept);
            entry.allocatedBy.truncate(kept);
            entry.lastReleaseBegin = begin;
            if (kept == 0) {
                range.remove();
            }
        }
        makeFree(released);
    }

    private void makeFree(LongList pages) {
        if (pages.size() > 0) {
            pendingCount -= pages.size();
            long[] sorted = pages.toArray();
            Arrays.sort(sorted);
            addFree(sorted);
        }
    }

    /** Who allocated a page matters only if that happened after the oldest snapshot. */
    private void prune(long oldestSnapshot) {
        if (allocatedBy.size() > prunedSize) {
            allocatedBy.removeValuesBelow(oldestSnapshot);
            prunedSize = Math.max(PRUNE_SIZE_MIN, allocatedBy.size() * 2);
        }
    }

    /** All free and pending pages, ascending: what the persisted list holds. */
    public final long[] freeAndPendingPages() {
        return freeOrPending.toArray();
    }

    final PageSet freeOrPending() {
        return freeOrPending;
    }

    /** Takes the pieces of a run that have to be written. */
    @FunctionalInterface
    public interface RunPieces {
        /** Memory for some pages of the run, to be filled at once. */
        MemorySegment piece(long firstPage, long pages);
    }

    /**
     * Writes the persisted list, {@link #freeAndPendingPages}, to a run that was allocated for it:
     * all of it, or what the run does not hold already.
     */
    public void writeList(long first, long pages, int pageSize, RunPieces target) {
        MemorySegment run = target.piece(first, pages);
        long count = freeCount() + pendingCount;
        FreelistPage.writeHeader(run, 0, first, pages - 1, count);
        long ids = FreelistPage.idsStart(count);
        long written = freeOrPending.copyTo(run, ids);
        assert written == count;
        run.asSlice(ids + count * Long.BYTES).fill((byte) 0);
    }

    /** Pending pages by the transaction that freed them, sorted; for tests and tools. */
    public final Map<Long, long[]> pendingPages() {
        TreeMap<Long, long[]> result = new TreeMap<>();
        pending.forEach((txid, entry) -> {
            long[] pages = entry.pages.toArray();
            Arrays.sort(pages);
            result.put(txid, pages);
        });
        return result;
    }
}
