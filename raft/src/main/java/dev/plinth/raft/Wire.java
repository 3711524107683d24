package dev.plinth.raft;

/**
 * Varint arithmetic of the protobuf encoding, on plain arrays. Writers return the position after
 * what they wrote; sizes are exact, so a caller allocates once.
 */
final class Wire {
    static final int VARINT = 0;
    static final int FIXED64 = 1;
    static final int LENGTH_DELIMITED = 2;
    static final int FIXED32 = 5;

    private Wire() {}

    static int varintSize(long value) {
        return (70 - Long.numberOfLeadingZeros(value | 1)) / 7;
    }

    /** Size of a field with a one-byte tag (field numbers up to 15) and a varint. */
    static int fieldSize(long value) {
        return 1 + varintSize(value);
    }

    /** Size of a field with a one-byte tag, a length and that many bytes. */
    static int lengthDelimitedSize(int length) {
        return 1 + varintSize(length) + length;
    }

    static int putVarint(byte[] dst, int pos, long value) {
        while ((value & ~0x7fL) != 0) {
            dst[pos++] = (byte) (value | 0x80);
            value >>>= 7;
        }
        dst[pos++] = (byte) value;
        return pos;
    }

    static int putField(byte[] dst, int pos, int field, long value) {
        dst[pos] = (byte) (field << 3);
        return putVarint(dst, pos + 1, value);
    }

    /** Tag and length of a length-delimited field; the content follows. */
    static int putLength(byte[] dst, int pos, int field, int length) {
        dst[pos] = (byte) (field << 3 | LENGTH_DELIMITED);
        return putVarint(dst, pos + 1, length);
    }

    static int putBytes(byte[] dst, int pos, int field, Bytes value) {
        pos = putLength(dst, pos, field, value.length());
        System.arraycopy(value.array(), value.offset(), dst, pos, value.length());
        return pos + value.length();
    }
}
