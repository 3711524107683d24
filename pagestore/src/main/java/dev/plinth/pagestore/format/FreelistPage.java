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

    /** Whether so many ids need the escape. */
    public static boolean isEscaped(long count) {
        return count >= PageHeader.COUNT_MAX;
    }

    /** Bytes before the first of {@code count} ids. */
    public static int idsStart(long count) {
        return PageHeader.SIZE + (isEscaped(count) ? ID_SIZE : 0);
    }

    /** Bytes that {@code count} ids take, header included. */
    public static long sizeOf(long count) {
        return idsStart(count) + ID_SIZE * count;
    }

    /** Pages that the reference takes for {@code count} ids: an exact fit wastes one. */
    public static long pagesFor(long count, int pageSize) {
        return sizeOf(count) / pageSize + 1;
    }

    /** Writes the header and the count; the ids have to follow at {@link #idsStart}. */
    public static void writeHeader(
            MemorySegment segment, long page, long id, long overflow, long count) {
        boolean escape = isEscaped(count);
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
    }
}
