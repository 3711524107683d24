package dev.plinth.mvcc.codec;

import dev.plinth.mvcc.StoreCorruptedException;
import java.lang.foreign.MemorySegment;

/** Reads the fields of one encoded message, checking every length. A flyweight. */
public final class ProtoReader {
    public static final int VARINT = 0;
    public static final int FIXED64 = 1;
    public static final int BYTES = 2;
    public static final int FIXED32 = 5;

    private MemorySegment segment = MemorySegment.NULL;
    private long start;
    private long position;
    private long end;
    private int tag;

    /** A reader of nothing; {@link #wrap} gives it a message. */
    public ProtoReader() {}

    public void wrap(MemorySegment message, long offset, long length) {
        segment = message;
        start = offset;
        position = offset;
        end = offset + length;
    }

    /** Goes to the next field; false at the end. Each field must be read or skipped. */
    public boolean next() {
        if (position == end) {
            return false;
        }
        tag = (int) varint();
        if (tag >>> 3 == 0) {
            throw corrupt("field number 0");
        }
        return true;
    }

    public int field() {
        return tag >>> 3;
    }

    /** Whether the field has the given number and wire type. */
    public boolean is(int field, int wireType) {
        return tag == (field << 3 | wireType);
    }

    public long varint() {
        long value = 0;
        for (int shift = 0; shift < 64; shift += 7) {
            if (position >= end) {
                throw corrupt("a number is cut off");
            }
            byte b = segment.get(Bytes.BYTE, position++);
            value |= (long) (b & 0x7F) << shift;
            if (b >= 0) {
                return value;
            }
        }
        throw corrupt("a number has more than 10 bytes");
    }

    /** Enters a length-delimited field: returns its length, the position is its start. */
    public int bytes() {
        long length = varint();
        if (length < 0 || length > end - position) {
            throw corrupt("a length of " + length + " goes beyond the end");
        }
        return (int) length;
    }

    public long position() {
        return position;
    }

    public void advance(int bytes) {
        position += bytes;
    }

    /** Passes over a field that is not known. */
    public void skip() {
        switch (tag & 7) {
            case VARINT -> varint();
            case FIXED64 -> skipFixed(8);
            case BYTES -> advance(bytes());
            case FIXED32 -> skipFixed(4);
            default -> throw corrupt("wire type " + (tag & 7));
        }
    }

    private void skipFixed(int bytes) {
        if (end - position < bytes) {
            throw corrupt("a fixed number is cut off");
        }
        position += bytes;
    }

    private StoreCorruptedException corrupt(String what) {
        return new StoreCorruptedException(
                "encoded message of %d bytes: at %d: %s"
                        .formatted(end - start, position - start, what));
    }
}
