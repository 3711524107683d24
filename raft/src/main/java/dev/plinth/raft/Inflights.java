package dev.plinth.raft;

import java.util.Arrays;

/**
 * The window of appends to one member that are not answered yet: a ring of (last index, payload
 * bytes) that grows up to its limit. The byte limit is soft: the append that crosses it still goes
 * out.
 */
final class Inflights {
    private static final int CAPACITY_INITIAL = 8;

    private final int countMax;
    private final long sizeMax;
    private long[] lastIndexes;
    private long[] sizes;
    private int start;
    private int count;
    private long size;

    /**
     * @param sizeMax payload bytes; 0 for no limit
     */
    Inflights(int countMax, long sizeMax) {
        this.countMax = countMax;
        this.sizeMax = sizeMax;
        int capacity = Math.min(countMax, CAPACITY_INITIAL);
        lastIndexes = new long[capacity];
        sizes = new long[capacity];
    }

    int count() {
        return count;
    }

    long size() {
        return size;
    }

    boolean isFull() {
        return count == countMax || (sizeMax != 0 && U64.ge(size, sizeMax));
    }

    void add(long lastIndex, long payloadSize) {
        if (isFull()) {
            throw new RaftFatalError("cannot add into a Full inflights");
        }
        if (count == lastIndexes.length) {
            grow();
        }
        int at = start + count;
        if (at >= lastIndexes.length) {
            at -= lastIndexes.length;
        }
        lastIndexes[at] = lastIndex;
        sizes[at] = payloadSize;
        count++;
        size += payloadSize;
    }

    private void grow() {
        int capacity = (int) Math.min(countMax, 2L * lastIndexes.length);
        lastIndexes = unrolled(lastIndexes, capacity);
        sizes = unrolled(sizes, capacity);
        start = 0;
    }

    private long[] unrolled(long[] ring, int capacity) {
        long[] line = Arrays.copyOfRange(ring, start, start + capacity);
        System.arraycopy(ring, 0, line, ring.length - start, start);
        return line;
    }

    /** Everything up to the index is answered. */
    void freeUpTo(long index) {
        while (count != 0 && U64.le(lastIndexes[start], index)) {
            size -= sizes[start];
            count--;
            start = start + 1 == lastIndexes.length ? 0 : start + 1;
        }
    }

    void reset() {
        start = 0;
        count = 0;
        size = 0;
    }
}
