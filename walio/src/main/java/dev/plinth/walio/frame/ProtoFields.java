package dev.plinth.walio.frame;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/**
 * Walks over the fields of an encoded protobuf message without copying. Hostile input ends in
 * {@link MalformedMessageException}, never in a read outside the message.
 *
 * <pre>{@code
 * while (fields.next()) {
 *     switch (fields.number()) {
 *         case 1 -> type = fields.varint();
 *         default -> {}
 *     }
 * }
 * }</pre>
 *
 * <p>One thread; can be {@link #reset} to another message, so a scan allocates one.
 */
public final class ProtoFields {
    private static final int WIRE_VARINT = 0;
    private static final int WIRE_FIXED64 = 1;
    private static final int WIRE_BYTES = 2;
    private static final int WIRE_FIXED32 = 5;

    private MemorySegment message = MemorySegment.NULL;
    private long at;
    private long end;
    private int number;
    private int wireType;
    private long varint;
    private long bytesOffset;

    /** A walker over nothing; {@link #reset} gives it a message. */
    public ProtoFields() {}

    /** A walker over a whole segment. */
    public ProtoFields(MemorySegment message) {
        reset(message, 0, message.byteSize());
    }

    /** Starts over a part of a segment. */
    public void reset(MemorySegment segment, long offset, long length) {
        message = segment;
        at = offset;
        end = offset + length;
    }

    /** Moves to the next field; false at the end. */
    public boolean next() throws MalformedMessageException {
        if (at == end) {
            return false;
        }
        long tag = readVarint();
        if (tag >>> 3 == 0 || tag >>> 32 != 0) {
            throw new MalformedMessageException("illegal tag " + (tag >>> 3));
        }
        number = (int) (tag >>> 3);
        wireType = (int) (tag & 7);
        switch (wireType) {
            case WIRE_VARINT -> varint = readVarint();
            case WIRE_BYTES -> {
                varint = readVarint();
                skip(varint);
            }
            case WIRE_FIXED64 -> skip(Long.BYTES);
            case WIRE_FIXED32 -> skip(Integer.BYTES);
            default ->
                    throw new MalformedMessageException(
                            "illegal wire type " + wireType + " of field " + number);
        }
        return true;
    }

    private void skip(long length) throws MalformedMessageException {
        if (length < 0 || length > end - at) {
            throw new MalformedMessageException("field " + number + " ends behind the message");
        }
        bytesOffset = at;
        at += length;
    }

    private long readVarint() throws MalformedMessageException {
        long value = 0;
        for (int shift = 0; shift < 64; shift += 7) {
            if (at == end) {
                throw new MalformedMessageException("ends inside a number");
            }
            byte b = message.get(ValueLayout.JAVA_BYTE, at++);
            value |= (long) (b & 0x7f) << shift;
            if (b >= 0) {
                return value;
            }
        }
        throw new MalformedMessageException("a number is longer than 10 bytes");
    }

    /** The present field's number. */
    public int number() {
        return number;
    }

    /** The value of a number field. */
    public long varint() throws MalformedMessageException {
        require(WIRE_VARINT);
        return varint;
    }

    /** Where the content of a bytes field starts in the segment. */
    public long bytesOffset() throws MalformedMessageException {
        require(WIRE_BYTES);
        return bytesOffset;
    }

    /** Length of a bytes field. */
    public long bytesLength() throws MalformedMessageException {
        require(WIRE_BYTES);
        return varint;
    }

    /** A copy of a bytes field. */
    public byte[] bytes() throws MalformedMessageException {
        return message.asSlice(bytesOffset(), bytesLength()).toArray(ValueLayout.JAVA_BYTE);
    }

    private void require(int wanted) throws MalformedMessageException {
        if (wireType != wanted) {
            throw new MalformedMessageException(
                    "field " + number + " has wire type " + wireType + " instead of " + wanted);
        }
    }
}
