package dev.plinth.pagestore.freelist;

import java.util.Arrays;

/** A growing array of longs. */
final class LongList {
    private long[] values = new long[16];
    private int size;

    int size() {
        return size;
    }

    long get(int index) {
        assert index < size;
        return values[index];
    }

    void add(long value) {
        if (size == values.length) {
            values = Arrays.copyOf(values, size * 2);
        }
        values[size++] = value;
    }

    void set(int index, long value) {
        assert index < size;
        values[index] = value;
    }

    void truncate(int newSize) {
        assert newSize <= size;
        size = newSize;
    }

    long[] toArray() {
        return Arrays.copyOf(values, size);
    }
}
