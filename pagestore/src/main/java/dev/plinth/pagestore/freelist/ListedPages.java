package dev.plinth.pagestore.freelist;

import dev.plinth.pagestore.format.Bytes;
import dev.plinth.pagestore.format.FreelistPage;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.BitSet;
import java.util.function.LongPredicate;

/**
 * The persisted list as it stands in the file: each page in a slot of its own, in no order, which
 * the format allows. A page that is listed newly takes the slot of one that is not listed any more,
 * so a commit changes some neighbouring slots however long the list is, and {@link #settle} says in
 * which pages of the list.
 *
 * <p>Takes 8 bytes of heap for each listed page and 4 for each page of the file. Owned by the
 * writer.
 */
final class ListedPages {
    private static final int NONE = 0;

    private final int longsPerPage;

    /** What stands in each slot. */
    private long[] ids;

    private int size;

    /** By page: its slot plus one, or {@link #NONE}. */
    private int[] slots;

    private final LongList added = new LongList();
    private final LongList removed = new LongList();

    /** The members of a set, ascending. */
    ListedPages(PageSet pages, int pageSize) {
        longsPerPage = pageSize / Long.BYTES;
        ids = pages.toArray();
        size = ids.length;
        slots = new int[size == 0 ? 64 : Math.toIntExact(ids[size - 1] + 1)];
        for (int slot = 0; slot < size; slot++) {
            slots[(int) ids[slot]] = slot + 1;
        }
    }

    void add(long page) {
        added.add(page);
    }

    void remove(long page) {
        removed.add(page);
    }

    int size() {
        return size;
    }

    /**
     * Gives a slot to each page that came since the last time and takes it from those that went.
     *
     * @param together pages that exchange slots among themselves only: the runs of the list itself,
     *     which take turns in it
     * @param changed gets the pages of the list whose content is another now
     */
    void settle(LongPredicate together, BitSet changed) {
        int oldSize = size;
        long[] coming = ordered(added, together);
        long[] going = ordered(removed, together);
        int both = Math.min(coming.length, going.length);
        for (int i = 0; i < both; i++) {
            put(coming[i], takeSlot(going[i]), changed);
        }
        for (int i = both; i < coming.length; i++) {
            append(coming[i], changed);
        }
        if (both < going.length) {
            close(Arrays.copyOfRange(going, both, going.length), changed);
        }
        if (FreelistPage.isEscaped(oldSize) != FreelistPage.isEscaped(size)) {
            changed.set(0, pageOf(Math.max(oldSize, size)) + 1);
        }
        added.truncate(0);
        removed.truncate(0);
    }

    private static long[] ordered(LongList pages, LongPredicate first) {
        long[] all = pages.toArray();
        long[] ordered = new long[all.length];
        int at = 0;
        for (long page : all) {
            if (first.test(page)) {
                ordered[at++] = page;
            }
        }
        for (long page : all) {
            if (!first.test(page)) {
                ordered[at++] = page;
            }
        }
        return ordered;
    }

    private int takeSlot(long page) {
        int slot = slots[(int) page] - 1;
        assert slot >= 0 && ids[slot] == page : "page " + page + " is not listed";
        slots[(int) page] = NONE;
        return slot;
    }

    private void put(long page, int slot, BitSet changed) {
        if (page >= slots.length) {
            slots = Arrays.copyOf(slots, Math.max(Math.toIntExact(page + 1), slots.length * 2));
        }
        assert slots[(int) page] == NONE : "page " + page + " is listed";
        ids[slot] = page;
        slots[(int) page] = slot + 1;
        changed.set(pageOf(slot));
    }

    private void append(long page, BitSet changed) {
        if (size == ids.length) {
            ids = Arrays.copyOf(ids, Math.max(64, size * 2));
        }
        put(page, size++, changed);
    }

    /** Moves pages from the end into the slots of pages that are gone. */
    private void close(long[] going, BitSet changed) {
        int[] holes = new int[going.length];
        for (int i = 0; i < going.length; i++) {
            holes[i] = takeSlot(going[i]);
            ids[holes[i]] = NONE;
        }
        int newSize = size - holes.length;
        int last = size;
        for (int hole : holes) {
            if (hole < newSize) {
                do {
                    last--;
                } while (ids[last] == NONE);
                long moved = ids[last];
                takeSlot(moved);
                put(moved, hole, changed);
            }
        }
        size = newSize;
    }

    private int pageOf(int slot) {
        return (slot + FreelistPage.idsStart(size) / Long.BYTES) / longsPerPage;
    }

    /**
     * Writes some pages of the list: the ids that fall into them, zeros behind the last.
     *
     * @param target exactly the pages from {@code firstPage} on; their header is written by others
     */
    void copyTo(MemorySegment target, int firstPage) {
        long start = FreelistPage.idsStart(size);
        long pagesStart = (long) firstPage * longsPerPage * Long.BYTES;
        int slot = (int) Math.max(0, (pagesStart - start) / Long.BYTES);
        long at = Math.max(0, start - pagesStart);
        long room = (target.byteSize() - at) / Long.BYTES;
        int count = (int) Math.clamp(size - (long) slot, 0, room);
        MemorySegment.copy(ids, slot, target, Bytes.LONG, at, count);
        target.asSlice(at + (long) count * Long.BYTES).fill((byte) 0);
    }
}
