package dev.plinth.mvcc.index;

import java.lang.foreign.MemorySegment;
import java.util.Arrays;

/**
 * The entries of one or two leaves, taken out to be put together anew: for splits, merges,
 * compaction and when a key does not share a leaf's prefix. Scratch space of the writer.
 */
final class LeafEntries {
    private byte[][] keys = new byte[64][];
    private byte[][] records = new byte[64][];
    private int count;

    void clear() {
        Arrays.fill(keys, 0, count, new byte[0]);
        Arrays.fill(records, 0, count, new byte[0]);
        count = 0;
    }

    int count() {
        return count;
    }

    byte[] key(int i) {
        return keys[i];
    }

    void add(byte[] key, byte[] record) {
        if (count == keys.length) {
            keys = Arrays.copyOf(keys, count * 2);
            records = Arrays.copyOf(records, count * 2);
        }
        keys[count] = key;
        records[count++] = record;
    }

    /** Appends entries {@code [from, to)} of a leaf. */
    void addAll(MemorySegment s, long o, int from, int to) {
        for (int i = from; i < to; i++) {
            long entry = Node.entryAt(s, o, i);
            long record = Node.recordAt(s, entry);
            byte[] bytes = new byte[(int) (Node.entryAt(s, o, i + 1) - record)];
            MemorySegment.copy(s, IndexMemory.BYTE, record, bytes, 0, bytes.length);
            add(Node.keyOf(s, o, i), bytes);
        }
    }

    /** Bytes of a leaf of entries {@code [from, to)}. */
    int leafBytes(int from, int to) {
        int prefix = prefix(from, to);
        int bytes = Node.HEADER_BYTES + prefix;
        for (int i = from; i < to; i++) {
            int suffix = keys[i].length - prefix;
            bytes += RecordBuffer.varintSize(suffix) + suffix + records[i].length;
        }
        int narrow = bytes + 2 * (to - from);
        return narrow <= 0xFFFF ? narrow : bytes + 4 * (to - from);
    }

    /** Where to cut so that both leaves are about equally long; both get at least one entry. */
    int middle() {
        long total = 0;
        for (int i = 0; i < count; i++) {
            total += keys[i].length + records[i].length;
        }
        long left = 0;
        int cut = 0;
        while (cut < count - 1 && left < total / 2) {
            left += keys[cut].length + records[cut].length;
            cut++;
        }
        return Math.max(1, cut);
    }

    /** Writes entries {@code [from, to)} as a leaf and returns it. */
    int build(int from, int to, IndexMemory memory, long stamp) {
        int prefix = prefix(from, to);
        int used = leafBytes(from, to);
        int shift = used <= 0xFFFF ? 1 : 2;
        int ref = memory.allocate(used);
        MemorySegment s = memory.slab(ref);
        long o = IndexMemory.offset(ref);
        Node.writeHeader(s, o, Node.LEAF, shift, to - from, used, prefix);
        Node.stamp(s, o, stamp);
        long slots = o + Node.HEADER_BYTES;
        long at = slots + ((long) (to - from) << shift);
        MemorySegment.copy(keys[from], 0, s, IndexMemory.BYTE, at, prefix);
        at += prefix;
        int live = 0;
        for (int i = from; i < to; i++) {
            Node.slot(s, slots, shift, i - from, (int) (at - o));
            byte[] key = keys[i];
            byte[] record = records[i];
            at = putVarint(s, at, key.length - prefix);
            MemorySegment.copy(key, prefix, s, IndexMemory.BYTE, at, key.length - prefix);
            at += key.length - prefix;
            MemorySegment.copy(record, 0, s, IndexMemory.BYTE, at, record.length);
            at += record.length;
            live += (record[0] & RecordCursor.TOMBSTONE) == 0 ? 1 : 0;
        }
        Node.live(s, o, live);
        return ref;
    }

    /** The shortest key that sorts after entry {@code i - 1} and not after entry {@code i}. */
    byte[] separatorBefore(int i) {
        return Arrays.copyOf(keys[i], Arrays.mismatch(keys[i - 1], keys[i]) + 1);
    }

    static long putVarint(MemorySegment s, long at, int value) {
        int rest = value;
        while ((rest & ~0x7F) != 0) {
            s.set(IndexMemory.BYTE, at++, (byte) (rest | 0x80));
            rest >>>= 7;
        }
        s.set(IndexMemory.BYTE, at++, (byte) rest);
        return at;
    }

    /** A leaf of one key has no prefix: the next key would most likely not share it. */
    private int prefix(int from, int to) {
        if (to - from < 2) {
            return 0;
        }
        int mismatch = Arrays.mismatch(keys[from], keys[to - 1]);
        return mismatch < 0 ? 0 : mismatch;
    }
}
