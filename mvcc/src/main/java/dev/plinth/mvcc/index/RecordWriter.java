package dev.plinth.mvcc.index;

import java.lang.foreign.MemorySegment;
import java.util.Arrays;

/**
 * Makes the record of a key ({@link RecordCursor} draws it): a first one, or the one that a newer
 * revision turns an older record into. One thread.
 */
final class RecordWriter {
    static final int INLINE_MAX_BYTES = 192;
    private static final int REVISIONS_PER_BLOCK = 64;

    private final IndexMemory memory;
    private final RecordCursor cursor;
    private final RecordBuffer record = new RecordBuffer();

    /** Of the key with the record written last. */
    long create;

    /** Of the key with the record written last. */
    long version;

    RecordWriter(IndexMemory memory) {
        this.memory = memory;
        this.cursor = new RecordCursor(memory);
    }

    /** Bytes of the record written last. */
    int length() {
        return record.length();
    }

    /** Starts with the bytes of the record written last; valid until the next one. */
    byte[] array() {
        return record.array();
    }

    byte[] copy() {
        return Arrays.copyOf(record.array(), record.length());
    }

    /** A key's first revision. */
    void first(long main, int sub, boolean tombstone, long newCreate, long newVersion) {
        record.clear();
        create = newCreate;
        version = newVersion;
        newest(main, sub, tombstone, 0);
    }

    /**
     * A revision on top of the record in {@code [from, to)}.
     *
     * @throws IllegalStateException it is not above the newest one there
     */
    void next(MemorySegment s, long from, long to, long main, int sub, boolean tombstone) {
        record.clear();
        cursor.open(s, from, to);
        if (main < cursor.main || (main == cursor.main && sub <= cursor.sub)) {
            throw new IllegalStateException(
                    "revision %d.%d of a key is not above its last one, %d.%d"
                            .formatted(main, sub, cursor.main, cursor.sub));
        }
        create = cursor.tombstone ? main : cursor.create;
        version = cursor.tombstone ? 1 : cursor.version + 1;
        int length = (int) (to - from);
        if (length > INLINE_MAX_BYTES) {
            newest(main, sub, tombstone, moveToBlock(s, from, length));
            return;
        }
        newest(main, sub, tombstone, cursor.overflow());
        long head = (main - cursor.main) << 2;
        record.putVarint(head | (cursor.tombstone ? 2 : 0) | (cursor.sub != 0 ? 1 : 0));
        if (cursor.sub != 0) {
            record.putVarint(cursor.sub);
        }
        if (tombstone && !cursor.tombstone) {
            record.putVarint(cursor.main - cursor.create);
            record.putVarint(cursor.version);
        }
        record.put(s, cursor.position(), (int) (to - cursor.position()));
    }

    private int moveToBlock(MemorySegment s, long from, int length) {
        int block = memory.allocate(8 + length);
        MemorySegment b = memory.slab(block);
        long at = IndexMemory.offset(block);
        b.set(IndexMemory.INT, at + 4, length);
        MemorySegment.copy(s, from, b, at + 8, length);
        return block;
    }

    private void newest(long main, int sub, boolean tombstone, int overflow) {
        record.putByte(
                (tombstone ? RecordCursor.TOMBSTONE : 0)
                        | (overflow != 0 ? RecordCursor.OVERFLOW : 0));
        if (overflow != 0) {
            record.putInt(overflow);
        }
        record.putVarint(main);
        record.putVarint(sub);
        if (!tombstone) {
            record.putVarint(main - create);
            record.putVarint(version);
        }
    }

    /** All of {@code revisions} from {@code first} on; long histories go to blocks. */
    void encodeFrom(Revisions revisions, int first) {
        int from = first;
        int overflow = 0;
        while (revisions.count() - from > REVISIONS_PER_BLOCK) {
            record.clear();
            revisions.encode(from, from + REVISIONS_PER_BLOCK, overflow, record);
            overflow = memory.allocate(8 + record.length());
            MemorySegment b = memory.slab(overflow);
            long at = IndexMemory.offset(overflow);
            b.set(IndexMemory.INT, at + 4, record.length());
            MemorySegment.copy(record.array(), 0, b, IndexMemory.BYTE, at + 8, record.length());
            from += REVISIONS_PER_BLOCK;
        }
        record.clear();
        revisions.encode(from, revisions.count(), overflow, record);
    }
}
