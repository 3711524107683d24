package dev.plinth.raft;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * One entry of the log: immutable, and sharing its bytes with everyone who holds it.
 *
 * <p>Which fields are <em>present</em> is kept, since it decides the encoded bytes: releases up to
 * 3.6 write a zero type, 3.7 leaves it out, and a follower stores what it received. An entry that
 * was decoded holds on to the bytes it came in and writes exactly those again; one that was made
 * here is a small header in front of its payload. Either way the log writer and the streams to all
 * followers read the same payload array.
 *
 * <pre>
 *   08 type   10 term   18 index   22 length  payload
 *   \__________ header, at most 30 ________/  \_ shared _/
 * </pre>
 *
 * <p>Cost: one object of 56 bytes; no copy of the payload ever. Thread-safe.
 */
public final class Entry {
    private static final int HAS_TYPE = 1;
    private static final int HAS_TERM = 2;
    private static final int HAS_INDEX = 4;
    private static final int HAS_DATA = 8;
    private static final byte[] NO_BYTES = {};

    /** Most bytes that {@link #writeHeader} writes. */
    public static final int HEADER_SIZE_MAX = 2 + 11 + 11 + 6;

    private final EntryType type;
    private final int presence;
    private final long term;
    private final long index;
    private final byte[] buffer;
    private final int dataOffset;
    private final int dataLength;

    /**
     * Where the received encoding lies in {@link #buffer}; length 0 when the entry was not
     * received.
     */
    private final int encodedOffset;

    private final int encodedLength;

    private Entry(
            EntryType type,
            int presence,
            long term,
            long index,
            byte[] buffer,
            int dataOffset,
            int dataLength,
            int encodedOffset,
            int encodedLength) {
        this.type = type;
        this.presence = presence;
        this.term = term;
        this.index = index;
        this.buffer = buffer;
        this.dataOffset = dataOffset;
        this.dataLength = dataLength;
        this.encodedOffset = encodedOffset;
        this.encodedLength = encodedLength;
    }

    /**
     * A normal entry to be proposed: no type, term or index yet. The array is shared and must not
     * change any more.
     */
    public static Entry proposal(byte[] data) {
        return new Entry(EntryType.NORMAL, HAS_DATA, 0, 0, data, 0, data.length, 0, 0);
    }

    /** As {@link #proposal(byte[])}, for a part of an array. */
    public static Entry proposal(byte[] data, int offset, int length) {
        java.util.Objects.checkFromIndexSize(offset, length, data.length);
        return new Entry(EntryType.NORMAL, HAS_DATA, 0, 0, data, offset, length, 0, 0);
    }

    /** An entry to be proposed whose type is written out; absent data is null. */
    public static Entry proposal(EntryType type, @Nullable Bytes data) {
        return make(type, HAS_TYPE, 0, 0, data);
    }

    /** A normal entry without type and data, as a new leader appends it. */
    static Entry empty() {
        return new Entry(EntryType.NORMAL, 0, 0, 0, NO_BYTES, 0, 0, 0, 0);
    }

    /** A log entry as the 3.7 release makes it: the type of a normal entry is absent. */
    public static Entry of(long term, long index, EntryType type, @Nullable Bytes data) {
        return of(term, index, type, data, WireForm.V3_7);
    }

    /** A log entry in the form of a release. */
    public static Entry of(
            long term, long index, EntryType type, @Nullable Bytes data, WireForm form) {
        int typed = form == WireForm.V3_5 || type != EntryType.NORMAL ? HAS_TYPE : 0;
        return make(type, typed | HAS_TERM | HAS_INDEX, term, index, data);
    }

    private static Entry make(
            EntryType type, int presence, long term, long index, @Nullable Bytes data) {
        if (data == null) {
            return new Entry(type, presence, term, index, NO_BYTES, 0, 0, 0, 0);
        }
        return new Entry(
                type,
                presence | HAS_DATA,
                term,
                index,
                data.array(),
                data.offset(),
                data.length(),
                0,
                0);
    }

    /** This entry at its place in the log: same payload array, term and index present. */
    Entry placedAt(long newTerm, long newIndex, WireForm form) {
        int typed = form == WireForm.V3_5 ? HAS_TYPE : 0;
        return new Entry(
                type,
                presence | typed | HAS_TERM | HAS_INDEX,
                newTerm,
                newIndex,
                buffer,
                dataOffset,
                dataLength,
                0,
                0);
    }

    /**
     * Decodes an entry without a copy: the array is shared from now on.
     *
     * @throws RaftDecodeException when the bytes are not an entry
     */
    public static Entry decode(byte[] array, int offset, int length) throws RaftDecodeException {
        WireReader in = new WireReader(array, offset, length, "raftpb.Entry");
        EntryType type = EntryType.NORMAL;
        int presence = 0;
        long term = 0;
        long index = 0;
        int dataOffset = 0;
        int dataLength = 0;
        while (in.next()) {
            switch (in.field()) {
                case 1 -> {
                    type = EntryType.ofNumber(in.number());
                    presence |= HAS_TYPE;
                }
                case 2 -> {
                    term = in.number();
                    presence |= HAS_TERM;
                }
                case 3 -> {
                    index = in.number();
                    presence |= HAS_INDEX;
                }
                case 4 -> {
                    in.delimited();
                    dataOffset = in.start();
                    dataLength = in.length();
                    presence |= HAS_DATA;
                }
                default -> in.skip();
            }
        }
        return new Entry(
                type, presence, term, index, array, dataOffset, dataLength, offset, length);
    }

    public EntryType type() {
        return type;
    }

    public long term() {
        return term;
    }

    public long index() {
        return index;
    }

    /** Whether the type is written out. */
    public boolean hasType() {
        return (presence & HAS_TYPE) != 0;
    }

    /** Whether data is present; present data may still be empty. */
    public boolean hasData() {
        return (presence & HAS_DATA) != 0;
    }

    /** The payload; empty when absent. */
    public Bytes data() {
        return Bytes.wrap(buffer, dataOffset, dataLength);
    }

    /** The array that holds the payload at {@link #dataOffset()}; read only. */
    public byte[] dataArray() {
        return buffer;
    }

    public int dataOffset() {
        return dataOffset;
    }

    /** Payload bytes: what quotas count. */
    public int dataLength() {
        return dataLength;
    }

    /** Bytes of the encoding: what message size limits count. */
    public int encodedSize() {
        return encodedLength != 0 ? encodedLength : headerSize() + dataLength;
    }

    private int headerSize() {
        int size = 0;
        if ((presence & HAS_TYPE) != 0) {
            size += 2;
        }
        if ((presence & HAS_TERM) != 0) {
            size += Wire.fieldSize(term);
        }
        if ((presence & HAS_INDEX) != 0) {
            size += Wire.fieldSize(index);
        }
        if ((presence & HAS_DATA) != 0) {
            size += Wire.fieldSize(dataLength);
        }
        return size;
    }

    /**
     * Writes all of the encoding that precedes the payload. Header and payload together are the
     * whole encoding when {@link #isContiguous()} is false.
     *
     * @return the position after the header
     */
    public int writeHeader(byte[] dst, int pos) {
        if ((presence & HAS_TYPE) != 0) {
            pos = Wire.putField(dst, pos, 1, type.number());
        }
        if ((presence & HAS_TERM) != 0) {
            pos = Wire.putField(dst, pos, 2, term);
        }
        if ((presence & HAS_INDEX) != 0) {
            pos = Wire.putField(dst, pos, 3, index);
        }
        if ((presence & HAS_DATA) != 0) {
            pos = Wire.putLength(dst, pos, 4, dataLength);
        }
        return pos;
    }

    /** Whether the encoding as received lies in one piece: {@link #encoded()} gives it. */
    public boolean isContiguous() {
        return encodedLength != 0;
    }

    /** The encoding as received; empty when {@link #isContiguous()} is false. */
    public Bytes encoded() {
        return Bytes.wrap(buffer, encodedOffset, encodedLength);
    }

    /**
     * Writes the encoding, {@link #encodedSize()} bytes.
     *
     * @return the position after it
     */
    public int writeTo(byte[] dst, int pos) {
        if (encodedLength != 0) {
            System.arraycopy(buffer, encodedOffset, dst, pos, encodedLength);
            return pos + encodedLength;
        }
        pos = writeHeader(dst, pos);
        System.arraycopy(buffer, dataOffset, dst, pos, dataLength);
        return pos + dataLength;
    }

    /**
     * Writes the encoding into a segment; the scratch array takes the header on its way.
     *
     * @param scratch at least {@link #HEADER_SIZE_MAX} bytes
     * @return the position after it
     */
    public long writeTo(MemorySegment dst, long pos, byte[] scratch) {
        if (encodedLength != 0) {
            MemorySegment.copy(
                    buffer, encodedOffset, dst, ValueLayout.JAVA_BYTE, pos, encodedLength);
            return pos + encodedLength;
        }
        int header = writeHeader(scratch, 0);
        MemorySegment.copy(scratch, 0, dst, ValueLayout.JAVA_BYTE, pos, header);
        MemorySegment.copy(
                buffer, dataOffset, dst, ValueLayout.JAVA_BYTE, pos + header, dataLength);
        return pos + header + dataLength;
    }

    public byte[] toBytes() {
        byte[] encoding = new byte[encodedSize()];
        writeTo(encoding, 0);
        return encoding;
    }

    /** Equal in type, term, index and data; presence of zero fields does not count. */
    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof Entry that
                && type == that.type
                && term == that.term
                && index == that.index
                && Arrays.equals(
                        buffer,
                        dataOffset,
                        dataOffset + dataLength,
                        that.buffer,
                        that.dataOffset,
                        that.dataOffset + that.dataLength);
    }

    @Override
    public int hashCode() {
        return Long.hashCode(term * 31 + index);
    }

    @Override
    public String toString() {
        return Long.toUnsignedString(term)
                + "/"
                + Long.toUnsignedString(index)
                + " "
                + type
                + " "
                + dataLength
                + " bytes";
    }
}
