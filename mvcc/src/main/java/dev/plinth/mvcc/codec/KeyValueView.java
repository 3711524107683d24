package dev.plinth.mvcc.codec;

import java.lang.foreign.MemorySegment;

/** Reads an encoded mvccpb.KeyValue in place. A flyweight: no allocation, one thread. */
public final class KeyValueView {
    private final ProtoReader reader = new ProtoReader();
    private MemorySegment segment = MemorySegment.NULL;
    private long keyAt;
    private int keyLength;
    private long valueAt;
    private int valueLength;
    private long create;
    private long mod;
    private long version;
    private long lease;

    /** A view of nothing; {@link #wrap} points it at a message. */
    public KeyValueView() {}

    /**
     * Parses the message.
     *
     * @throws dev.plinth.mvcc.StoreCorruptedException not a message
     */
    public KeyValueView wrap(MemorySegment message, long offset, long length) {
        segment = message;
        keyAt = valueAt = offset;
        keyLength = valueLength = 0;
        create = mod = version = lease = 0;
        reader.wrap(message, offset, length);
        while (reader.next()) {
            if (reader.is(1, ProtoReader.BYTES)) {
                keyLength = reader.bytes();
                keyAt = reader.position();
                reader.advance(keyLength);
            } else if (reader.is(5, ProtoReader.BYTES)) {
                valueLength = reader.bytes();
                valueAt = reader.position();
                reader.advance(valueLength);
            } else if (reader.is(2, ProtoReader.VARINT)) {
                create = reader.varint();
            } else if (reader.is(3, ProtoReader.VARINT)) {
                mod = reader.varint();
            } else if (reader.is(4, ProtoReader.VARINT)) {
                version = reader.varint();
            } else if (reader.is(6, ProtoReader.VARINT)) {
                lease = reader.varint();
            } else {
                reader.skip();
            }
        }
        return this;
    }

    /** The segment that was parsed; the key lies in it at {@link #keyOffset}. */
    public MemorySegment segment() {
        return segment;
    }

    public long keyOffset() {
        return keyAt;
    }

    public int keyLength() {
        return keyLength;
    }

    public byte[] key() {
        return copy(keyAt, keyLength);
    }

    public byte[] value() {
        return copy(valueAt, valueLength);
    }

    public int valueLength() {
        return valueLength;
    }

    /** Bytes of key and value. */
    public long size() {
        return (long) keyLength + valueLength;
    }

    public long create() {
        return create;
    }

    public long mod() {
        return mod;
    }

    public long version() {
        return version;
    }

    public long lease() {
        return lease;
    }

    private byte[] copy(long at, int length) {
        byte[] bytes = new byte[length];
        MemorySegment.copy(segment, Bytes.BYTE, at, bytes, 0, length);
        return bytes;
    }
}
