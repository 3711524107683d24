package dev.plinth.pagestore.format;

import java.lang.foreign.MemorySegment;

/**
 * The persisted list of free pages: ids of eight bytes behind the header. A count of 0xFFFF is an
 * escape: the first eight bytes then hold the number of ids, and the ids follow.
 */
public final class FreelistPage {
    private static final int ID_SIZE = 8;

    private FreelistPage() {}

    public static boolean hasEscape(MemorySegment segment, long page) {
        return PageHeader.count(segment, page) == PageHeader.COUNT_MAX;
    }

    /** Number of ids, as the page claims it. */
    public static long count(MemorySegment segment, long page) {
        return hasEscape(segment, page)
                ? segment.get(Bytes.LONG, page + PageHeader.SIZE)
                : PageHeader.count(segment, page);
    }

    /** The offset of the first id. */
    public static long ids(MemorySegment segment, long page) {
        return page + PageHeader.SIZE + (hasEscape(segment, page) ? ID_SIZE : 0);
    }

    /** Bytes that {@code count} ids take, header included. */
    public static long sizeOf(long count) {
        return PageHeader.SIZE + ID_SIZE * (count >= PageHeader.COUNT_MAX ? count + 1 : count);
    }

    /** Pages that the reference takes for {@code count} ids: an exact fit wastes one. */
    public static long pagesFor(long count, int pageSize) {
        return sizeOf(count) / pageSize + 1;
    }

    /** Writes the header and the count; returns the offset at which the ids have to follow. */
    public static long writeHeader(
            MemorySegment segment, long page, long id, long overflow, long count) {
        boolean escape = count >= PageHeader.COUNT_MAX;
        PageHeader.write(
                segment,
                page,
                id,
                PageHeader.FREELIST,
                escape ? PageHeader.COUNT_MAX : (int) count,
                overflow);
        if (escape) {
            segment.set(Bytes.LONG, page + PageHeader.SIZE, count);
        }
        return ids(segment, page);
    }
}
