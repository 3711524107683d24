package dev.plinth.mvcc.codec;

import dev.plinth.mvcc.StoreCorruptedException;
import java.lang.foreign.MemorySegment;
import java.util.HexFormat;

/**
 * Keys of bucket {@code key}.
 *
 * <pre>
 *   0                8 9                17
 *   +----------------+-+----------------+ +
 *   | main, u64 BE   |_| sub, u64 BE    | t    '_' = 0x5F, 't' = 0x74
 *   +----------------+-+----------------+ +
 *   17 bytes for a put, 18 for a tombstone
 * </pre>
 */
public final class RevisionKey {
    public static final int PUT_BYTES = 17;
    public static final int TOMBSTONE_BYTES = 18;
    private static final byte SEPARATOR = '_';
    private static final byte TOMBSTONE_MARK = 't';

    private RevisionKey() {}

    /** A new key. */
    public static byte[] encode(long main, int sub, boolean tombstone) {
        byte[] key = new byte[tombstone ? TOMBSTONE_BYTES : PUT_BYTES];
        write(key, main, sub);
        if (tombstone) {
            key[PUT_BYTES] = TOMBSTONE_MARK;
        }
        return key;
    }

    /** Writes the first 17 bytes, the whole key of a put. */
    public static void write(byte[] target, long main, long sub) {
        Bytes.putLong(target, 0, main);
        target[8] = SEPARATOR;
        Bytes.putLong(target, 9, sub);
    }

    /** The main revision of a key that {@link #check} has passed. */
    public static long main(MemorySegment segment, long at) {
        return segment.get(Bytes.LONG_BIG_ENDIAN, at);
    }

    /** The sub-revision of a key that {@link #check} has passed. */
    public static int sub(MemorySegment segment, long at) {
        return (int) segment.get(Bytes.LONG_BIG_ENDIAN, at + 9);
    }

    /** Whether a key that {@link #check} has passed is a tombstone's. */
    public static boolean isTombstone(MemorySegment segment, long at, long length) {
        return length == TOMBSTONE_BYTES
                && segment.get(Bytes.BYTE, at + PUT_BYTES) == TOMBSTONE_MARK;
    }

    /**
     * Checks that the bytes are a revision.
     *
     * @throws StoreCorruptedException wrong length, separator or sign
     */
    public static void check(MemorySegment segment, long at, long length) {
        if ((length == PUT_BYTES || length == TOMBSTONE_BYTES)
                && segment.get(Bytes.BYTE, at + 8) == SEPARATOR
                && main(segment, at) >= 0
                && segment.get(Bytes.LONG_BIG_ENDIAN, at + 9) >>> 31 == 0) {
            return;
        }
        byte[] shown = new byte[(int) Math.min(length, 64)];
        MemorySegment.copy(segment, Bytes.BYTE, at, shown, 0, shown.length);
        throw new StoreCorruptedException(
                "bucket key: expected a revision of 17 or 18 bytes, found %d bytes %s"
                        .formatted(length, HexFormat.of().formatHex(shown)));
    }

    /** The main revision in a value of bucket {@code meta}. */
    public static long mainOf(byte[] key) {
        MemorySegment segment = MemorySegment.ofArray(key);
        check(segment, 0, key.length);
        return main(segment, 0);
    }
}
