package dev.plinth.walio.frame;

import static java.nio.ByteOrder.LITTLE_ENDIAN;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;

/**
 * Frames waiting to be written, in block-aligned native memory that mirrors the tail of a segment:
 * byte 0 lies at a block border of the file, the first bytes may be the durable part of the tail
 * block, and behind the last frame it is zero up to the next block border once {@link #padToBlock}
 * was called. One thread.
 *
 * <p>Cost: a record's bytes are copied once and read once for the crc while they are in the cache;
 * for one record in 16, whose crc has a short encoding, they are moved once more by a byte. Nothing
 * is allocated unless a record is larger than the buffer; then the buffer grows to hold it and
 * shrinks again afterwards.
 */
public final class FrameBuffer {
    /** Unit of writes. All alignments that devices ask for divide it. */
    public static final int BLOCK = 4096;

    private static final ValueLayout.OfLong WORD = ValueLayout.JAVA_LONG.withOrder(LITTLE_ENDIAN);

    /** A buffer that has grown for a large record is kept up to this size. */
    private static final int RETAINED_MAX = 16 << 20;

    private static final int CRC_VARINT_MAX = 5;

    /** Tags of walpb.Record: field number and wire type. */
    private static final byte TAG_TYPE = 0x08;

    private static final byte TAG_CRC = 0x10;
    private static final byte TAG_DATA = 0x1a;

    /** Everything of a frame but the data: word, type, crc, data's tag and length, padding. */
    private static final int OVERHEAD_MAX = Frame.WORD_BYTES + 2 + 1 + CRC_VARINT_MAX + 1 + 5 + 7;

    private final Crc32cChain chain;
    private final int normalCapacity;
    private MemorySegment memory;
    private ByteBuffer view;
    private int tail;

    /**
     * A buffer that can take records of any size.
     *
     * @param capacity bytes that it holds without growing; a multiple of {@link #BLOCK}
     */
    public FrameBuffer(Crc32cChain chain, int capacity) {
        if (capacity < 2 * BLOCK || capacity % BLOCK != 0) {
            throw new IllegalArgumentException("capacity " + capacity);
        }
        this.chain = chain;
        this.normalCapacity = capacity;
        this.memory = Arena.ofAuto().allocate(capacity, BLOCK);
        this.view = memory.asByteBuffer();
    }

    /** The bytes; valid until a record is added. */
    public MemorySegment memory() {
        return memory;
    }

    /** Bytes in use, the durable part of the tail block included. */
    public int tail() {
        return tail;
    }

    /** Whether a record with this much data fits in without growing. */
    public boolean hasRoomFor(long dataBytes) {
        return tail + dataBytes + OVERHEAD_MAX <= normalCapacity - BLOCK;
    }

    /** Forgets everything; the next frame starts at byte 0. */
    public void clear() {
        restoreCapacity(0);
        tail = 0;
    }

    /** Takes over bytes that are in the file already, starting at a block border. */
    public void load(MemorySegment bytes) {
        clear();
        tail = Math.toIntExact(bytes.byteSize());
        MemorySegment.copy(bytes, 0, memory, 0, tail);
    }

    /** Adds a crc record with the running value; the chain is not touched. */
    public void putCrcRecord() {
        ensureRoom(0);
        int crc = chain.value();
        long crcField = Integer.toUnsignedLong(crc);
        int start = tail;
        long recordBytes = 2L + 1 + Varint.size(crcField);
        long at = (long) start + Frame.WORD_BYTES;
        memory.set(ValueLayout.JAVA_BYTE, at++, TAG_TYPE);
        memory.set(ValueLayout.JAVA_BYTE, at++, (byte) Frame.TYPE_CRC);
        memory.set(ValueLayout.JAVA_BYTE, at++, TAG_CRC);
        finish(start, Varint.put(memory, at, crcField), recordBytes);
    }

    /** Adds a record with data from the heap. */
    public void put(int type, byte[] data, int offset, int length) {
        int dataAt = beforeData(length);
        MemorySegment.copy(data, offset, memory, ValueLayout.JAVA_BYTE, dataAt, length);
        afterData(type, dataAt, length);
    }

    /** Adds a record with data from native memory. */
    public void put(int type, MemorySegment data, long offset, int length) {
        int dataAt = beforeData(length);
        MemorySegment.copy(data, offset, memory, dataAt, length);
        afterData(type, dataAt, length);
    }

    /** The data goes where it lies if the crc takes the most bytes, as 15 of 16 do. */
    private int beforeData(int length) {
        ensureRoom(length);
        return tail + Frame.WORD_BYTES + 2 + 1 + CRC_VARINT_MAX + 1 + Varint.size(length);
    }

    private void afterData(int type, int copiedTo, int length) {
        long crc = Integer.toUnsignedLong(chain.update(view, copiedTo, length));
        int crcBytes = Varint.size(crc);
        int dataAt = copiedTo - (CRC_VARINT_MAX - crcBytes);
        if (dataAt != copiedTo) {
            MemorySegment.copy(memory, copiedTo, memory, dataAt, length);
        }
        int start = tail;
        long recordBytes = (long) dataAt + length - start - Frame.WORD_BYTES;
        long at = (long) start + Frame.WORD_BYTES;
        memory.set(ValueLayout.JAVA_BYTE, at++, TAG_TYPE);
        memory.set(ValueLayout.JAVA_BYTE, at++, (byte) type);
        memory.set(ValueLayout.JAVA_BYTE, at++, TAG_CRC);
        at = Varint.put(memory, at, crc);
        memory.set(ValueLayout.JAVA_BYTE, at++, TAG_DATA);
        at = Varint.put(memory, at, length);
        assert at == dataAt;
        finish(start, (long) dataAt + length, recordBytes);
    }

    private void finish(int start, long end, long recordBytes) {
        memory.set(WORD, start, Frame.word(recordBytes));
        long at = end;
        for (int pad = Frame.padding(recordBytes); pad > 0; pad--) {
            memory.set(ValueLayout.JAVA_BYTE, at++, (byte) 0);
        }
        tail = Math.toIntExact(at);
        assert (tail & 7) == 0;
    }

    private void ensureRoom(int dataBytes) {
        long needed = (long) tail + dataBytes + OVERHEAD_MAX;
        if (needed > memory.byteSize() - BLOCK) {
            long capacity = (needed + 2L * BLOCK - 1) / BLOCK * BLOCK;
            if (capacity > Integer.MAX_VALUE - BLOCK) {
                throw new IllegalArgumentException(
                        "record of " + dataBytes + " bytes is too large");
            }
            replaceMemory((int) capacity, tail);
        }
    }

    /** Zeroes from the last frame to the next block border and gives that border. */
    public int padToBlock() {
        int border = (tail + BLOCK - 1) / BLOCK * BLOCK;
        memory.asSlice(tail, border - tail).fill((byte) 0);
        return border;
    }

    /** Everything is durable: keeps the tail block alone and gives the bytes dropped before it. */
    public int keepTailBlock() {
        int dropped = tail / BLOCK * BLOCK;
        if (dropped > 0) {
            int kept = tail - dropped;
            MemorySegment.copy(memory, dropped, memory, 0, kept);
            tail = kept;
            restoreCapacity(kept);
        }
        return dropped;
    }

    private void restoreCapacity(int kept) {
        if (memory.byteSize() > Math.max(normalCapacity, RETAINED_MAX)) {
            replaceMemory(normalCapacity, kept);
        }
    }

    private void replaceMemory(int capacity, int kept) {
        MemorySegment replacement = Arena.ofAuto().allocate(capacity, BLOCK);
        MemorySegment.copy(memory, 0, replacement, 0, kept);
        memory = replacement;
        view = replacement.asByteBuffer();
    }
}
