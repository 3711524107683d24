package dev.plinth.walio.frame;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/** Protobuf's base-128 integers. */
public final class Varint {
    /** Bytes of the longest one. */
    public static final int BYTES_MAX = 10;

    private Varint() {}

    /** Bytes that an unsigned value takes. */
    public static int size(long value) {
        return (Long.SIZE - Long.numberOfLeadingZeros(value | 1) + 6) / 7;
    }

    /** Writes a value and gives the offset behind it. */
    public static long put(MemorySegment target, long offset, long value) {
        long rest = value;
        long at = offset;
        while ((rest & ~0x7fL) != 0) {
            target.set(ValueLayout.JAVA_BYTE, at++, (byte) (rest | 0x80));
            rest >>>= 7;
        }
        target.set(ValueLayout.JAVA_BYTE, at++, (byte) rest);
        return at;
    }
}
