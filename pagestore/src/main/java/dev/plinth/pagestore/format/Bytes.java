package dev.plinth.pagestore.format;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/**
 * Unaligned little-endian access and the order of keys: unsigned bytes, a prefix before the longer
 * key.
 *
 * <p>Keys are compared eight bytes at a time; most comparisons of a search end at the first step.
 * The search key is always a heap array and the stored key always lies in a segment: with one shape
 * of call the compiler keeps the accesses monomorphic.
 */
public final class Bytes {
    public static final ValueLayout.OfShort SHORT =
            ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    public static final ValueLayout.OfInt INT =
            ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    public static final ValueLayout.OfLong LONG =
            ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

    private static final ValueLayout.OfLong LONG_IN_KEY_ORDER =
            ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.BIG_ENDIAN);
    private static final VarHandle ARRAY_LONG_IN_KEY_ORDER =
            MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.BIG_ENDIAN);

    private Bytes() {}

    /** Orders the stored key against the search key: negative, zero or positive. */
    public static int compare(
            MemorySegment segment, long offset, int length, byte[] key, int keyLength) {
        int common = Math.min(length, keyLength);
        int i = 0;
        for (; i + 8 <= common; i += 8) {
            long stored = segment.get(LONG_IN_KEY_ORDER, offset + i);
            long sought = (long) ARRAY_LONG_IN_KEY_ORDER.get(key, i);
            if (stored != sought) {
                return Long.compareUnsigned(stored, sought);
            }
        }
        for (; i < common; i++) {
            int stored = segment.get(ValueLayout.JAVA_BYTE, offset + i) & 0xFF;
            int sought = key[i] & 0xFF;
            if (stored != sought) {
                return stored - sought;
            }
        }
        return length - keyLength;
    }

    /** Orders two stored keys. */
    public static int compare(
            MemorySegment left,
            long leftOffset,
            int leftLength,
            MemorySegment right,
            long rightOffset,
            int rightLength) {
        int common = Math.min(leftLength, rightLength);
        int i = 0;
        for (; i + 8 <= common; i += 8) {
            long a = left.get(LONG_IN_KEY_ORDER, leftOffset + i);
            long b = right.get(LONG_IN_KEY_ORDER, rightOffset + i);
            if (a != b) {
                return Long.compareUnsigned(a, b);
            }
        }
        for (; i < common; i++) {
            int a = left.get(ValueLayout.JAVA_BYTE, leftOffset + i) & 0xFF;
            int b = right.get(ValueLayout.JAVA_BYTE, rightOffset + i) & 0xFF;
            if (a != b) {
                return a - b;
            }
        }
        return leftLength - rightLength;
    }

    /** A heap copy of a stretch of the segment. */
    public static byte[] copy(MemorySegment segment, long offset, int length) {
        byte[] bytes = new byte[length];
        MemorySegment.copy(segment, ValueLayout.JAVA_BYTE, offset, bytes, 0, length);
        return bytes;
    }
}
