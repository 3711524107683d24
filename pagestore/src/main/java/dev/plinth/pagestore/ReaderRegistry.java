package dev.plinth.pagestore;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.Arrays;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * Which states are being read: a slot for each open read transaction, which holds the id of its
 * state. No lock: readers begin and end without waiting for each other or for the writer.
 *
 * <h2>Why no reader loses its pages</h2>
 *
 * A reader (1) writes the id of the published state into a slot, (2) reads the published state
 * again and, if it has changed, starts over. The writer (a) publishes a new state, (b) some time
 * later, at its next begin, reads all slots and releases pages that no id among them needs. All
 * four are volatile accesses, which have one total order. If the reader's second look (2) still
 * sees the old state, then (2) came before (a), so (1) came before (b), and the writer sees the
 * slot. If it does not, the reader starts over with the newer state. A slot that was claimed but
 * never confirmed holds back some pages for a moment, no more.
 *
 * <p>Slots are spread over cache lines, and a thread starts looking for one at a place of its own,
 * so that readers on different cores do not write to the same line. When all slots are taken the
 * table is replaced by one with more chunks; old chunks are part of it, so slots never move.
 */
final class ReaderRegistry {
    private static final int SLOTS_PER_CHUNK = 64;

    /** Distance of two slots: a cache line, and its neighbour that prefetching draws along. */
    private static final int STRIDE = 16;

    private static final long FREE = -1;

    private static final VarHandle SLOT = MethodHandles.arrayElementVarHandle(long[].class);

    private volatile long[][] chunks = {newChunk()};
    private volatile @Nullable Thread waiting;

    private static long[] newChunk() {
        long[] chunk = new long[SLOTS_PER_CHUNK * STRIDE];
        Arrays.fill(chunk, FREE);
        return chunk;
    }

    /** Takes a slot for a reader of the state {@code txid}; confirm it as described above. */
    int claim(long txid) {
        assert txid >= 0;
        int start = (int) Thread.currentThread().threadId() * 7;
        while (true) {
            long[][] current = chunks;
            int slots = current.length * SLOTS_PER_CHUNK;
            for (int i = 0; i < slots; i++) {
                int slot = Math.floorMod(start + i, slots);
                long[] chunk = current[slot / SLOTS_PER_CHUNK];
                int index = slot % SLOTS_PER_CHUNK * STRIDE;
                if ((long) SLOT.getOpaque(chunk, index) == FREE
                        && SLOT.compareAndSet(chunk, index, FREE, txid)) {
                    return slot;
                }
            }
            grow(current);
        }
    }

    private synchronized void grow(long[][] full) {
        if (chunks.length == full.length) {
            long[][] longer = Arrays.copyOf(full, full.length + 1);
            longer[full.length] = newChunk();
            chunks = longer;
        }
    }

    /** Moves a claimed slot to another state. */
    void set(int slot, long txid) {
        SLOT.setVolatile(chunks[slot / SLOTS_PER_CHUNK], slot % SLOTS_PER_CHUNK * STRIDE, txid);
    }

    /** Gives a slot back. */
    void release(int slot) {
        set(slot, FREE);
        Thread closer = waiting;
        if (closer != null) {
            LockSupport.unpark(closer);
        }
    }

    /** The states that are being read, ascending, each as often as it has readers. */
    long[] snapshots() {
        long[] found = new long[SLOTS_PER_CHUNK];
        int count = 0;
        for (long[] chunk : chunks) {
            for (int index = 0; index < chunk.length; index += STRIDE) {
                long txid = (long) SLOT.getVolatile(chunk, index);
                if (txid != FREE) {
                    if (count == found.length) {
                        found = Arrays.copyOf(found, count * 2);
                    }
                    found[count++] = txid;
                }
            }
        }
        long[] result = Arrays.copyOf(found, count);
        Arrays.sort(result);
        return result;
    }

    int count() {
        return snapshots().length;
    }

    /** Waits until no slot is taken. The caller has seen to it that no reader stays. */
    void awaitNone() {
        waiting = Thread.currentThread();
        boolean interrupted = false;
        while (count() > 0) {
            LockSupport.park(this);
            interrupted |= Thread.interrupted();
        }
        waiting = null;
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
