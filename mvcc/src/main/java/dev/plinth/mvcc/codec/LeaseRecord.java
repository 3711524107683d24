package dev.plinth.mvcc.codec;

import java.lang.foreign.MemorySegment;

/** leasepb.Lease: 1 ID, 2 TTL, 3 RemainingTTL (0: the full lifetime). */
public record LeaseRecord(long id, long ttlSeconds, long remainingTtlSeconds) {

    /** Canonical proto3. */
    public byte[] encode() {
        byte[] buffer = new byte[33];
        int at = put(buffer, 0, 0x08, id);
        at = put(buffer, at, 0x10, ttlSeconds);
        at = put(buffer, at, 0x18, remainingTtlSeconds);
        return java.util.Arrays.copyOf(buffer, at);
    }

    /**
     * Reads a record.
     *
     * @throws dev.plinth.mvcc.StoreCorruptedException not a message
     */
    public static LeaseRecord decode(byte[] bytes) {
        ProtoReader reader = new ProtoReader();
        reader.wrap(MemorySegment.ofArray(bytes), 0, bytes.length);
        long id = 0;
        long ttl = 0;
        long remaining = 0;
        while (reader.next()) {
            if (reader.is(1, ProtoReader.VARINT)) {
                id = reader.varint();
            } else if (reader.is(2, ProtoReader.VARINT)) {
                ttl = reader.varint();
            } else if (reader.is(3, ProtoReader.VARINT)) {
                remaining = reader.varint();
            } else {
                reader.skip();
            }
        }
        return new LeaseRecord(id, ttl, remaining);
    }

    private static int put(byte[] target, int at, int tag, long value) {
        if (value == 0) {
            return at;
        }
        target[at] = (byte) tag;
        return Bytes.putVarint(target, at + 1, value);
    }
}
