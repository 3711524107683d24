package dev.plinth.pagestore;

import dev.plinth.pagestore.format.Bytes;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/**
 * A reusable window on a key or a value, filled by {@link Bucket#get(byte[], ByteView)} and by
 * cursors without allocating anything. Owned by one thread.
 *
 * <p>What it shows is valid until the transaction ends (in a write transaction: until the bucket is
 * next changed). Reading it later does not crash the process, but may show other bytes: use the
 * segments that {@link Bucket#get(byte[])} returns where the compiler should not be trusted with
 * that rule.
 */
public final class ByteView {
    private MemorySegment segment = MemorySegment.NULL;
    private long offset;
    private int length;

    /** Where keys given as segments are copied to for the search. */
    private byte[] scratch = new byte[64];

    /** A view of nothing. */
    public ByteView() {}

    /** The segment that holds the bytes; its other bytes are not the caller's business. */
    public MemorySegment segment() {
        return segment;
    }

    /** Where in {@link #segment} the bytes start. */
    public long offset() {
        return offset;
    }

    /** Number of bytes. */
    public int length() {
        return length;
    }

    /** The byte at an index from 0. */
    public byte get(int index) {
        return segment.get(ValueLayout.JAVA_BYTE, offset + checkIndex(index, 1));
    }

    /** Eight bytes in key order, that is big-endian. */
    public long getLongBigEndian(int index) {
        return Long.reverseBytes(segment.get(Bytes.LONG, offset + checkIndex(index, Long.BYTES)));
    }

    /** Copies a part of the bytes. */
    public void copyTo(int index, byte[] target, int targetIndex, int count) {
        checkIndex(index, count);
        MemorySegment.copy(
                segment, ValueLayout.JAVA_BYTE, offset + index, target, targetIndex, count);
    }

    /** A heap copy of the bytes. */
    public byte[] toByteArray() {
        return Bytes.copy(segment, offset, length);
    }

    /** Whether the bytes are those of the array. */
    public boolean contentEquals(byte[] other) {
        return length == other.length
                && Bytes.compare(segment, offset, length, other, other.length) == 0;
    }

    private int checkIndex(int index, int count) {
        return java.util.Objects.checkFromIndexSize(index, count, length);
    }

    void set(MemorySegment newSegment, long newOffset, int newLength) {
        segment = newSegment;
        offset = newOffset;
        length = newLength;
    }

    byte[] scratch(MemorySegment key) {
        int size = Math.toIntExact(key.byteSize());
        if (scratch.length < size) {
            scratch = new byte[Integer.highestOneBit(size) << 1];
        }
        MemorySegment.copy(key, ValueLayout.JAVA_BYTE, 0, scratch, 0, size);
        return scratch;
    }
}
