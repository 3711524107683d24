package dev.plinth.pagestore.freelist;

import java.util.Arrays;

/**
 * From positive longs to longs, open addressing with linear probing, no boxing. Absent keys read as
 * 0, so a value of 0 is not told from absence.
 */
final class LongLongMap {
    private static final int FIRST_CAPACITY = 64;

    private long[] keys = new long[FIRST_CAPACITY];
    private long[] values = new long[FIRST_CAPACITY];
    private int size;

    int size() {
        return size;
    }

    long get(long key) {
        int slot = find(key);
        return keys[slot] == key ? values[slot] : 0;
    }

    void put(long key, long value) {
        assert key > 0;
        int slot = find(key);
        if (keys[slot] == 0) {
            if (size * 2 >= keys.length) {
                rehash(keys.length * 2);
                slot = find(key);
            }
            keys[slot] = key;
            size++;
        }
        values[slot] = value;
    }

    long remove(long key) {
        int slot = find(key);
        if (keys[slot] == 0) {
            return 0;
        }
        long value = values[slot];
        closeGap(slot);
        size--;
        return value;
    }

    /** Moves later entries of the probe sequence up, so that none hides behind an empty slot. */
    private void closeGap(int gap) {
        int mask = keys.length - 1;
        int empty = gap;
        int slot = gap;
        while (true) {
            slot = (slot + 1) & mask;
            if (keys[slot] == 0) {
                break;
            }
            int home = home(keys[slot]);
            if (((slot - home) & mask) >= ((slot - empty) & mask)) {
                keys[empty] = keys[slot];
                values[empty] = values[slot];
                empty = slot;
            }
        }
        keys[empty] = 0;
    }

    /** Drops all entries whose value is below a bound. */
    void removeValuesBelow(long bound) {
        long[] oldKeys = keys;
        long[] oldValues = values;
        int kept = 0;
        for (int i = 0; i < oldKeys.length; i++) {
            if (oldKeys[i] != 0 && oldValues[i] >= bound) {
                kept++;
            }
        }
        int capacity = Math.max(FIRST_CAPACITY, Integer.highestOneBit(kept * 2 + 1) << 1);
        keys = new long[capacity];
        values = new long[capacity];
        size = 0;
        for (int i = 0; i < oldKeys.length; i++) {
            if (oldKeys[i] != 0 && oldValues[i] >= bound) {
                put(oldKeys[i], oldValues[i]);
            }
        }
    }

    /** Drops all entries with a value. */
    void removeValue(long value) {
        long[] found = new long[size];
        int count = 0;
        for (int i = 0; i < keys.length; i++) {
            if (keys[i] != 0 && values[i] == value) {
                found[count++] = keys[i];
            }
        }
        for (int i = 0; i < count; i++) {
            remove(found[i]);
        }
    }

    private void rehash(int capacity) {
        long[] oldKeys = keys;
        long[] oldValues = values;
        keys = new long[capacity];
        values = new long[capacity];
        for (int i = 0; i < oldKeys.length; i++) {
            if (oldKeys[i] != 0) {
                int slot = find(oldKeys[i]);
                keys[slot] = oldKeys[i];
                values[slot] = oldValues[i];
            }
        }
    }

    private int find(long key) {
        int mask = keys.length - 1;
        int slot = home(key);
        while (keys[slot] != 0 && keys[slot] != key) {
            slot = (slot + 1) & mask;
        }
        return slot;
    }

    private int home(long key) {
        long mixed = key * 0x9E3779B97F4A7C15L;
        return (int) (mixed >>> 32) & (keys.length - 1);
    }

    @Override
    public String toString() {
        return Arrays.toString(keys) + " -> " + Arrays.toString(values);
    }
}
