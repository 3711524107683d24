package dev.plinth.mvcc.codec;

import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/** Layouts and array accesses that the codecs share. */
public final class Bytes {
    public static final byte[] EMPTY = {};
    public static final ValueLayout.OfByte BYTE = ValueLayout.JAVA_BYTE;
    static final ValueLayout.OfLong LONG_BIG_ENDIAN =
            ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.BIG_ENDIAN);
    private static final VarHandle ARRAY_LONG =
            MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.BIG_ENDIAN);

    private Bytes() {}

    public static long getLong(byte[] bytes, int at) {
        return (long) ARRAY_LONG.get(bytes, at);
    }

    public static void putLong(byte[] bytes, int at, long value) {
        ARRAY_LONG.set(bytes, at, value);
    }

    /** Eight bytes, big-endian. */
    public static byte[] ofLong(long value) {
        byte[] bytes = new byte[8];
        putLong(bytes, 0, value);
        return bytes;
    }

    /** Number of bytes of a protobuf varint. */
    public static int varintSize(long value) {
        return (70 - Long.numberOfLeadingZeros(value | 1)) / 7;
    }

    /** Writes a protobuf varint and returns the position after it. */
    public static int putVarint(byte[] target, int at, long value) {
        long rest = value;
        int position = at;
        while ((rest & ~0x7FL) != 0) {
            target[position++] = (byte) (rest | 0x80);
            rest >>>= 7;
        }
        target[position++] = (byte) rest;
        return position;
    }
}
