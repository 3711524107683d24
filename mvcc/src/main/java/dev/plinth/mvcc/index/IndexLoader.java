package dev.plinth.mvcc.index;

import static dev.plinth.mvcc.index.IndexMemory.BYTE;
import static dev.plinth.mvcc.index.IndexMemory.INT;
import static dev.plinth.mvcc.index.IndexMemory.LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;

/**
 * Fills an index with the revisions of a database, which come in the order of revisions: they are
 * collected, sorted by key and entered in the order of keys. An empty index is built from its
 * leaves up, each node written once, instead of copying a leaf for every key that falls into it.
 *
 * <p>Holds native memory up to the given bound and, while it sorts, about half as much heap; a
 * larger database is entered in several rounds.
 *
 * <pre>
 *   record:  u32 key length, key, u64 main, u32 sub, u8 tombstone, u64 create, u64 version
 * </pre>
 */
public final class IndexLoader implements AutoCloseable {
    private static final int FIRST_BYTES = 1 << 20;
    private static final int FIXED_BYTES = 33;
    private static final int RECORD_MAX_BYTES = RecordWriter.INLINE_MAX_BYTES + 128;

    private final KeyIndex index;
    private final int batchBytesMax;
    private final Arena arena = Arena.ofConfined();

    /** A record that the next revision goes on top of; longer ones are moved to blocks. */
    private final MemorySegment older = arena.allocate(RECORD_MAX_BYTES);

    private Arena batchArena = Arena.ofConfined();
    private MemorySegment batch;

    private int[] records = new int[1024];
    private int count;
    private int used;

    /**
     * @param batchBytesMax a revision takes its key and 33 bytes of it
     */
    public IndexLoader(KeyIndex index, int batchBytesMax) {
        this.index = index;
        this.batchBytesMax = batchBytesMax;
        this.batch = batchArena.allocate(Math.min(FIRST_BYTES, batchBytesMax), 8);
    }

    /**
     * Takes a revision; see {@link KeyIndex#restore}.
     *
     * @param keyMemory holds the key from {@code keyAt} on
     */
    public void add(
            MemorySegment keyMemory,
            long keyAt,
            int keyLength,
            long main,
            int sub,
            boolean tombstone,
            long create,
            long version) {
        if (keyLength > batchBytesMax - FIXED_BYTES) {
            enter();
            byte[] key = new byte[keyLength];
            MemorySegment.copy(keyMemory, BYTE, keyAt, key, 0, keyLength);
            index.restore(key, main, sub, tombstone, create, version);
            return;
        }
        long needed = (long) used + FIXED_BYTES + keyLength;
        if (needed > batchBytesMax) {
            enter();
        } else if (needed > batch.byteSize()) {
            grow(needed);
        }
        if (count == records.length) {
            records = Arrays.copyOf(records, count + (count >> 1));
        }
        records[count++] = used;
        batch.set(INT, used, keyLength);
        MemorySegment.copy(keyMemory, keyAt, batch, used + 4L, keyLength);
        long at = used + 4L + keyLength;
        batch.set(LONG, at, main);
        batch.set(INT, at + 8, sub);
        batch.set(BYTE, at + 12, (byte) (tombstone ? 1 : 0));
        batch.set(LONG, at + 13, create);
        batch.set(LONG, at + 21, version);
        used += FIXED_BYTES + keyLength;
    }

    /** New memory is cleared by the library, so no more is taken than what is soon filled. */
    private void grow(long needed) {
        Arena larger = Arena.ofConfined();
        MemorySegment grown =
                larger.allocate(Math.min(batchBytesMax, Math.max(needed, 2 * batch.byteSize())), 8);
        MemorySegment.copy(batch, 0, grown, 0, used);
        batchArena.close();
        batchArena = larger;
        batch = grown;
    }

    /** Enters what was collected. */
    public void finish() {
        enter();
    }

    private void enter() {
        new KeySorter(batch, records, count).sort();
        if (index.isEmpty()) {
            build();
        } else {
            restore();
        }
        count = 0;
        used = 0;
    }

    /** The first round, mostly the only one: the tree is built from below. */
    private void build() {
        TreeBuilder builder = index.newBuilder();
        RecordWriter writer = index.newRecordWriter();
        int from = 0;
        while (from < count) {
            byte[] key = key(records[from]);
            int to = from + 1;
            while (to < count && isKey(records[to], key)) {
                to++;
            }
            builder.add(key, record(writer, key.length, from, to));
            from = to;
        }
        index.adopt(builder.build());
    }

    /** The record of a key whose revisions are {@code [from, to)} of the batch. */
    private byte[] record(RecordWriter writer, int keyLength, int from, int to) {
        boolean isDead = false;
        for (int i = from; i < to; i++) {
            long at = records[i] + 4L + keyLength;
            long main = batch.get(LONG, at);
            int sub = batch.get(INT, at + 8);
            boolean tombstone = batch.get(BYTE, at + 12) != 0;
            if (i == from) {
                writer.first(
                        main, sub, tombstone, batch.get(LONG, at + 13), batch.get(LONG, at + 21));
            } else if (!(tombstone && isDead)) {
                int length = writer.length();
                MemorySegment.copy(writer.array(), 0, older, BYTE, 0, length);
                writer.next(older, 0, length, main, sub, tombstone);
            }
            isDead = tombstone;
        }
        return writer.copy();
    }

    /** Later rounds: the tree is visited key by key, each leaf many times in a row. */
    private void restore() {
        for (int i = 0; i < count; i++) {
            byte[] key = key(records[i]);
            long at = records[i] + 4L + key.length;
            index.restore(
                    key,
                    batch.get(LONG, at),
                    batch.get(INT, at + 8),
                    batch.get(BYTE, at + 12) != 0,
                    batch.get(LONG, at + 13),
                    batch.get(LONG, at + 21));
        }
    }

    private byte[] key(int record) {
        byte[] key = new byte[batch.get(INT, record)];
        MemorySegment.copy(batch, BYTE, record + 4L, key, 0, key.length);
        return key;
    }

    private boolean isKey(int record, byte[] key) {
        return batch.get(INT, record) == key.length
                && Node.compare(key, 0, batch, record + 4L, key.length) == 0;
    }

    /** Gives the memory back. */
    @Override
    public void close() {
        batchArena.close();
        arena.close();
    }
}
