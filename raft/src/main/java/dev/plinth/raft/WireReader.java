package dev.plinth.raft;

/**
 * Reads protobuf fields from a range of an array that nobody has checked: each length is held
 * against what is left before it is used, so hostile input ends in a {@link RaftDecodeException}
 * and never in an allocation.
 */
final class WireReader {
    private final byte[] array;
    private final int limit;
    private final String what;
    private int pos;
    private int field;
    private int wireType;

    /** Start and length of the last length-delimited field that was read. */
    private int start;

    private int length;

    WireReader(byte[] array, int offset, int length, String what) {
        java.util.Objects.checkFromIndexSize(offset, length, array.length);
        this.array = array;
        this.pos = offset;
        this.limit = offset + length;
        this.what = what;
    }

    /** Steps to the next field; false at the end. */
    boolean next() throws RaftDecodeException {
        if (pos == limit) {
            return false;
        }
        long tag = varint();
        if (tag >>> 3 == 0 || tag >>> 32 != 0) {
            throw malformed("field number " + (tag >>> 3));
        }
        field = (int) (tag >>> 3);
        wireType = (int) tag & 7;
        return true;
    }

    int field() {
        return field;
    }

    long number() throws RaftDecodeException {
        expect(Wire.VARINT);
        return varint();
    }

    boolean bool() throws RaftDecodeException {
        return number() != 0;
    }

    /**
     * Reads the frame of a length-delimited field; its range is {@link #start()}, {@link
     * #length()}.
     */
    void delimited() throws RaftDecodeException {
        expect(Wire.LENGTH_DELIMITED);
        long size = varint();
        if (size < 0 || size > limit - pos) {
            throw malformed(
                    "length "
                            + Long.toUnsignedString(size)
                            + " with "
                            + (limit - pos)
                            + " bytes left");
        }
        start = pos;
        length = (int) size;
        pos += length;
    }

    Bytes bytes() throws RaftDecodeException {
        delimited();
        return Bytes.wrap(array, start, length);
    }

    WireReader message(String name) throws RaftDecodeException {
        delimited();
        return new WireReader(array, start, length, name);
    }

    int start() {
        return start;
    }

    int length() {
        return length;
    }

    /** Appends a repeated number, packed or not. */
    long[] repeated(long[] ids) throws RaftDecodeException {
        if (wireType == Wire.VARINT) {
            return appended(ids, varint());
        }
        WireReader packed = message(what);
        while (packed.pos < packed.limit) {
            ids = appended(ids, packed.varint());
        }
        return ids;
    }

    /** Steps over a field that is not known. */
    void skip() throws RaftDecodeException {
        switch (wireType) {
            case Wire.VARINT -> varint();
            case Wire.FIXED64 -> advance(8);
            case Wire.LENGTH_DELIMITED -> delimited();
            case Wire.FIXED32 -> advance(4);
            default -> throw malformed("wire type " + wireType);
        }
    }

    private void advance(int count) throws RaftDecodeException {
        if (limit - pos < count) {
            throw malformed("end inside a field");
        }
        pos += count;
    }

    private void expect(int expected) throws RaftDecodeException {
        if (wireType != expected) {
            throw malformed("wire type " + wireType + " where " + expected + " is expected");
        }
    }

    private long varint() throws RaftDecodeException {
        long value = 0;
        for (int shift = 0; shift < 64; shift += 7) {
            if (pos == limit) {
                throw malformed("end inside a number");
            }
            byte b = array[pos++];
            value |= (long) (b & 0x7f) << shift;
            if (b >= 0) {
                return value;
            }
        }
        throw malformed("number longer than 64 bits");
    }

    private RaftDecodeException malformed(String found) {
        return new RaftDecodeException(
                what + ": field " + field + " at byte " + pos + ": " + found);
    }

    private static long[] appended(long[] ids, long id) {
        long[] longer = java.util.Arrays.copyOf(ids, ids.length + 1);
        longer[ids.length] = id;
        return longer;
    }
}
