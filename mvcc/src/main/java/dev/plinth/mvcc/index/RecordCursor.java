package dev.plinth.mvcc.index;

import java.lang.foreign.MemorySegment;

/**
 * Walks the revisions of one key, newest first. A flyweight: no allocation, one thread.
 *
 * <p>A record is self-contained, and the bytes of an older record are the tail of a newer one:
 *
 * <pre>
 *   byte    flags        1: the newest revision is a tombstone   2: more revisions in a block
 *   u32     overflow     reference of that block                        (only with flag 2)
 *   varint  main, sub    the newest revision
 *   varint  main - create, version                                      (only for a put)
 *   for each older revision held here, newest first:
 *     varint  (newer.main - main) &lt;&lt; 2 | tombstone &lt;&lt; 1 | sub != 0
 *     varint  sub                                                       (only if not 0)
 *     varint  main - create, version         (only for a put right under a tombstone)
 * </pre>
 *
 * <p>A put under a put is of the same life: its create revision is the same, its version one less.
 * An overflow block is {@code u32 block size, u32 record length, record}: when a record grows too
 * long, it moves to a block as it is, and the key keeps a record of one revision that points there.
 * Forgetting old revisions is cutting a tail off.
 */
final class RecordCursor {
    static final int TOMBSTONE = 1;
    static final int OVERFLOW = 2;

    private final IndexMemory memory;
    private MemorySegment segment = MemorySegment.NULL;
    private long position;
    private long end;
    private int overflow;

    long main;
    int sub;
    boolean tombstone;
    long create;
    long version;

    RecordCursor(IndexMemory memory) {
        this.memory = memory;
    }

    /** Goes to the newest revision of the record in {@code [from, to)}. */
    void open(MemorySegment record, long from, long to) {
        segment = record;
        position = from;
        end = to;
        int flags = segment.get(IndexMemory.BYTE, position++);
        overflow = 0;
        if ((flags & OVERFLOW) != 0) {
            overflow = segment.get(IndexMemory.INT, position);
            position += 4;
        }
        main = varint();
        sub = (int) varint();
        tombstone = (flags & TOMBSTONE) != 0;
        if (!tombstone) {
            create = main - varint();
            version = varint();
        }
    }

    /** Goes to the next older revision; false when there is none. */
    boolean next() {
        if (position == end) {
            if (overflow == 0) {
                return false;
            }
            openBlock(overflow);
            return true;
        }
        long head = varint();
        boolean newerIsTombstone = tombstone;
        main -= head >>> 2;
        tombstone = (head & 2) != 0;
        sub = (head & 1) != 0 ? (int) varint() : 0;
        if (!tombstone) {
            if (newerIsTombstone) {
                create = main - varint();
                version = varint();
            } else {
                version--;
            }
        }
        return true;
    }

    /**
     * From the newest revision, goes to the newest one with a main revision of at most {@code
     * atMain}; false when there is none. Blocks whose revisions are all newer are passed over
     * unread.
     */
    boolean seek(long atMain) {
        while (overflow != 0 && main > atMain && newestOfBlock(overflow) > atMain) {
            openBlock(overflow);
        }
        while (main > atMain) {
            if (!next()) {
                return false;
            }
        }
        return true;
    }

    /** The block that holds what is older than this record; 0 for none. Valid after open. */
    int overflow() {
        return overflow;
    }

    /** Bytes of older revisions after the newest one. Valid right after {@link #open}. */
    long position() {
        return position;
    }

    void openBlock(int ref) {
        MemorySegment slab = memory.slab(ref);
        long start = IndexMemory.offset(ref);
        int length = slab.get(IndexMemory.INT, start + 4);
        open(slab, start + 8, start + 8 + length);
    }

    private long newestOfBlock(int ref) {
        MemorySegment slab = memory.slab(ref);
        long at = IndexMemory.offset(ref) + 8;
        int flags = slab.get(IndexMemory.BYTE, at++);
        return varintAt(slab, (flags & OVERFLOW) != 0 ? at + 4 : at);
    }

    private long varint() {
        byte b = segment.get(IndexMemory.BYTE, position++);
        if (b >= 0) {
            return b;
        }
        long value = b & 0x7F;
        for (int shift = 7; shift < 64; shift += 7) {
            b = segment.get(IndexMemory.BYTE, position++);
            value |= (long) (b & 0x7F) << shift;
            if (b >= 0) {
                return value;
            }
        }
        throw new IllegalStateException("varint longer than 64 bits in the index");
    }

    static long varintAt(MemorySegment s, long at) {
        long value = 0;
        for (int shift = 0; shift < 64; shift += 7) {
            byte b = s.get(IndexMemory.BYTE, at++);
            value |= (long) (b & 0x7F) << shift;
            if (b >= 0) {
                return value;
            }
        }
        throw new IllegalStateException("varint longer than 64 bits in the index");
    }
}
