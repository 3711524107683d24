package dev.plinth.mvcc.codec;

import java.lang.foreign.MemorySegment;

/**
 * Writes mvccpb.Event: 1 type (PUT 0, DELETE 1), 2 kv, 3 prev_kv.
 *
 * <p>The pair of a put is its stored bytes; the pair of a deletion is the key and the revision of
 * the deletion.
 */
public final class EventEncoder {
    private static final int KV = 0x12;
    private static final int PREV_KV = 0x1A;
    private static final byte[] DELETE = {0x08, 0x01};

    private EventEncoder() {}

    public static byte[] put(MemorySegment source, long at, int length) {
        byte[] event = new byte[1 + Bytes.varintSize(length) + length];
        event[0] = KV;
        int position = Bytes.putVarint(event, 1, length);
        MemorySegment.copy(source, Bytes.BYTE, at, event, position, length);
        return event;
    }

    public static byte[] delete(byte[] key, long revision) {
        byte[] pair = KeyValueEncoder.keyOnly(key, 0, revision, 0);
        byte[] event = new byte[2 + 1 + Bytes.varintSize(pair.length) + pair.length];
        System.arraycopy(DELETE, 0, event, 0, 2);
        event[2] = KV;
        int position = Bytes.putVarint(event, 3, pair.length);
        System.arraycopy(pair, 0, event, position, pair.length);
        return event;
    }

    /** The event with the pair that it replaced or deleted. */
    public static byte[] withPrevious(byte[] event, MemorySegment source, long at, int length) {
        int from = event.length;
        byte[] result = new byte[from + 1 + Bytes.varintSize(length) + length];
        System.arraycopy(event, 0, result, 0, from);
        result[from] = PREV_KV;
        int position = Bytes.putVarint(result, from + 1, length);
        MemorySegment.copy(source, Bytes.BYTE, at, result, position, length);
        return result;
    }
}
