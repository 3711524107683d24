package dev.plinth.pagestore.format;

import java.lang.foreign.MemorySegment;

/**
 * The header of a run of pages. Only the first page of a run has one; the pages that follow carry
 * raw data, and free pages keep whatever they held.
 *
 * <pre>
 *   0               8       10      12              16
 *  +---------------+-------+-------+---------------+----
 *  | id            | flags | count | overflow      | elements ...
 *  +---------------+-------+-------+---------------+----
 * </pre>
 *
 * <ul>
 *   <li>id: the page's own number; 0 in the image of an inline bucket
 *   <li>flags: exactly one of {@link #BRANCH}, {@link #LEAF}, {@link #META}, {@link #FREELIST}
 *   <li>count: number of elements, unsigned
 *   <li>overflow: number of pages that follow and belong to this one, unsigned
 * </ul>
 */
public final class PageHeader {
    public static final int SIZE = 16;

    public static final int BRANCH = 0x01;
    public static final int LEAF = 0x02;
    public static final int META = 0x04;
    public static final int FREELIST = 0x10;

    /** A page holds fewer elements than this; the value itself is the freelist's escape. */
    public static final int COUNT_MAX = 0xFFFF;

    private static final int ID = 0;
    private static final int FLAGS = 8;
    private static final int COUNT = 10;
    private static final int OVERFLOW = 12;

    private PageHeader() {}

    public static long id(MemorySegment segment, long page) {
        return segment.get(Bytes.LONG, page + ID);
    }

    public static int flags(MemorySegment segment, long page) {
        return segment.get(Bytes.SHORT, page + FLAGS) & 0xFFFF;
    }

    public static int count(MemorySegment segment, long page) {
        return segment.get(Bytes.SHORT, page + COUNT) & 0xFFFF;
    }

    public static long overflow(MemorySegment segment, long page) {
        return segment.get(Bytes.INT, page + OVERFLOW) & 0xFFFF_FFFFL;
    }

    public static boolean isLeaf(MemorySegment segment, long page) {
        return flags(segment, page) == LEAF;
    }

    public static void write(
            MemorySegment segment, long page, long id, int flags, int count, long overflow) {
        assert count >= 0 && count <= COUNT_MAX;
        assert overflow >= 0 && overflow <= 0xFFFF_FFFFL;
        segment.set(Bytes.LONG, page + ID, id);
        segment.set(Bytes.SHORT, page + FLAGS, (short) flags);
        segment.set(Bytes.SHORT, page + COUNT, (short) count);
        segment.set(Bytes.INT, page + OVERFLOW, (int) overflow);
    }

    public static void setId(MemorySegment segment, long page, long id) {
        segment.set(Bytes.LONG, page + ID, id);
    }

    public static void setCount(MemorySegment segment, long page, int count) {
        segment.set(Bytes.SHORT, page + COUNT, (short) count);
    }

    public static void setOverflow(MemorySegment segment, long page, long overflow) {
        segment.set(Bytes.INT, page + OVERFLOW, (int) overflow);
    }

    /** The name that the tools print for a page of these flags. */
    public static String typeName(int flags) {
        return switch (flags) {
            case BRANCH -> "branch";
            case LEAF -> "leaf";
            case META -> "meta";
            case FREELIST -> "freelist";
            default -> String.format("unknown<%02x>", flags);
        };
    }
}
