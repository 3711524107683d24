package dev.plinth.mvcc.index;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Blocks of native memory for the index, named by 32-bit references.
 *
 * <p>A reference is (slab number &lt;&lt; 16 | offset / 16): slabs of 1 MiB, blocks at multiples of
 * 64 bytes, so 64 GiB can be named; 0 is never a block. Blocks of up to {@value #CLASS_MAX_BYTES}
 * bytes come from free lists, one for each multiple of 64 bytes up to 512 and of 512 bytes above; a
 * larger block (a node with a huge key) is a slab of its own, given back to the system when freed.
 * The first four bytes of a block hold its size.
 *
 * <p>One writer thread at a time; readers resolve references of a published state.
 */
final class IndexMemory implements AutoCloseable {

    static final ValueLayout.OfInt INT = ValueLayout.JAVA_INT_UNALIGNED;
    static final ValueLayout.OfLong LONG = ValueLayout.JAVA_LONG_UNALIGNED;
    static final ValueLayout.OfShort SHORT = ValueLayout.JAVA_SHORT_UNALIGNED;
    static final ValueLayout.OfByte BYTE = ValueLayout.JAVA_BYTE;

    private static final int SLAB_BYTES = 1 << 20;
    private static final int UNIT_SHIFT = 6;
    private static final int SMALL_MAX_BYTES = 512;
    private static final int CLASS_MAX_BYTES = 16 << 10;

    private final Arena arena = Arena.ofShared();
    private final int[][] freeBlocks = new int[(CLASS_MAX_BYTES >> UNIT_SHIFT) + 1][0];
    private final int[] freeCounts = new int[freeBlocks.length];
    private volatile MemorySegment[] slabs = new MemorySegment[16];
    private @Nullable Arena[] hugeArenas = new Arena[0];
    private int[] freeHugeSlots = new int[0];
    private int slabCount;
    private int openSlab = -1;
    private int openOffset = SLAB_BYTES;
    private long reservedBytes;
    private long usedBytes;

    /** The slab that holds the block. */
    MemorySegment slab(int ref) {
        return slabs[ref >>> 16];
    }

    /** Where in {@link #slab} the block starts. */
    static long offset(int ref) {
        return (ref & 0xFFFFL) << 4;
    }

    /**
     * Nodes of one tree grow and split at about the same time, since keys fall everywhere alike.
     * With many sizes each would keep the blocks of the moment when most nodes had it: 54 bytes a
     * key reserved for 14 in use, where few sizes reserve half of that.
     */
    private static int blockSize(int bytes) {
        int unit = bytes <= SMALL_MAX_BYTES ? 1 << UNIT_SHIFT : SMALL_MAX_BYTES;
        return (bytes + unit - 1) / unit * unit;
    }

    /** A block of at least {@code bytes}; its content is undefined but for the size field. */
    int allocate(int bytes) {
        int size = blockSize(bytes);
        int units = size >>> UNIT_SHIFT;
        int ref;
        if (size > CLASS_MAX_BYTES) {
            ref = allocateHuge(size);
        } else if (freeCounts[units] > 0) {
            ref = freeBlocks[units][--freeCounts[units]];
        } else {
            ref = carve(size);
        }
        usedBytes += size;
        slab(ref).set(INT, offset(ref), size);
        return ref;
    }

    /** Gives a block back; no reader can reach it any more. */
    void free(int ref) {
        int size = slab(ref).get(INT, offset(ref));
        usedBytes -= size;
        if (size > CLASS_MAX_BYTES) {
            freeHuge(ref, size);
            return;
        }
        int units = size >>> UNIT_SHIFT;
        int[] list = freeBlocks[units];
        if (list.length == freeCounts[units]) {
            list = Arrays.copyOf(list, Math.max(16, list.length * 2));
        }
        list[freeCounts[units]++] = ref;
        freeBlocks[units] = list;
    }

    /** Native bytes taken from the system. */
    long reservedBytes() {
        return reservedBytes;
    }

    /** Bytes in blocks that are in use or wait for their last reader. */
    long usedBytes() {
        return usedBytes;
    }

    @Override
    public void close() {
        arena.close();
        for (Arena huge : hugeArenas) {
            if (huge != null) {
                huge.close();
            }
        }
    }

    private int carve(int size) {
        if (openOffset + size > SLAB_BYTES) {
            keepRemainder();
            openSlab = addSlab(arena.allocate(SLAB_BYTES, 64));
            // Reference 0 means "none": the first unit of the first slab stays unused.
            openOffset = openSlab == 0 ? 64 : 0;
            reservedBytes += SLAB_BYTES;
        }
        int ref = openSlab << 16 | openOffset >>> 4;
        openOffset += size;
        return ref;
    }

    /** What is left of a full slab becomes one free block, for whoever wants just that size. */
    private void keepRemainder() {
        int rest = SLAB_BYTES - openOffset;
        if (openSlab >= 0 && rest > 0) {
            int ref = openSlab << 16 | openOffset >>> 4;
            slab(ref).set(INT, offset(ref), rest);
            usedBytes += rest;
            free(ref);
        }
    }

    private int addSlab(MemorySegment segment) {
        MemorySegment[] table = slabs;
        if (slabCount == table.length) {
            if (slabCount == 1 << 16) {
                throw new OutOfMemoryError("index larger than 64 GiB");
            }
            table = Arrays.copyOf(table, Math.min(table.length * 2, 1 << 16));
        }
        table[slabCount] = segment;
        slabs = table;
        return slabCount++;
    }

    private int allocateHuge(int size) {
        Arena own = Arena.ofShared();
        MemorySegment segment = own.allocate(size, 64);
        int slot;
        if (freeHugeSlots.length > 0) {
            slot = freeHugeSlots[freeHugeSlots.length - 1];
            freeHugeSlots = Arrays.copyOf(freeHugeSlots, freeHugeSlots.length - 1);
            MemorySegment[] table = slabs;
            table[slot] = segment;
            slabs = table;
        } else {
            if (slabCount == 0) {
                carve(64);
            }
            slot = addSlab(segment);
        }
        if (hugeArenas.length <= slot) {
            hugeArenas = Arrays.copyOf(hugeArenas, slot + 16);
        }
        hugeArenas[slot] = own;
        reservedBytes += size;
        return slot << 16;
    }

    private void freeHuge(int ref, int size) {
        int slot = ref >>> 16;
        Objects.requireNonNull(hugeArenas[slot]).close();
        hugeArenas[slot] = null;
        freeHugeSlots = Arrays.copyOf(freeHugeSlots, freeHugeSlots.length + 1);
        freeHugeSlots[freeHugeSlots.length - 1] = slot;
        reservedBytes -= size;
    }
}
