package dev.plinth.mvcc.buffer;

import java.lang.foreign.MemorySegment;
import java.util.Arrays;

/** The changes of one write transaction, in order, where their pairs lie in the write buffer. */
public final class Changes {
    private byte[][] keys = new byte[8][];
    private RevisionSegment[] segments = new RevisionSegment[8];
    private int[] offsets = new int[8];
    private int[] lengths = new int[8];
    private boolean[] tombstones = new boolean[8];
    private long[] creates = new long[8];
    private int count;

    public void clear() {
        count = 0;
    }

    /** Records a change; {@code key} must not be changed afterwards. */
    public void add(
            byte[] key,
            boolean tombstone,
            long create,
            RevisionSegment segment,
            int offset,
            int length) {
        if (count == keys.length) {
            int size = count * 2;
            keys = Arrays.copyOf(keys, size);
            segments = Arrays.copyOf(segments, size);
            offsets = Arrays.copyOf(offsets, size);
            lengths = Arrays.copyOf(lengths, size);
            tombstones = Arrays.copyOf(tombstones, size);
            creates = Arrays.copyOf(creates, size);
        }
        keys[count] = key;
        segments[count] = segment;
        offsets[count] = offset;
        lengths[count] = length;
        tombstones[count] = tombstone;
        creates[count] = create;
        count++;
    }

    public int count() {
        return count;
    }

    public byte[] key(int i) {
        return keys[i];
    }

    public boolean isTombstone(int i) {
        return tombstones[i];
    }

    /** Create revision of a put. */
    public long create(int i) {
        return creates[i];
    }

    public MemorySegment memory(int i) {
        return segments[i].memory();
    }

    public int offset(int i) {
        return offsets[i];
    }

    public int length(int i) {
        return lengths[i];
    }
}
