package dev.plinth.mvcc.index;

import static dev.plinth.mvcc.index.IndexMemory.BYTE;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;

/**
 * Sorts records in native memory by their keys; equal keys keep the order in which they lie.
 *
 * <p>A record is named by its offset: four bytes with the key's length, then the key. Sorting goes
 * by eight bytes at a time behind what all keys of a range have in common: these are sorted as
 * numbers, sixteen bits a pass, and only runs that are still equal are looked at again, further
 * right.
 *
 * <p>Cost: for n keys that differ within eight bytes behind their common prefix at most four passes
 * over n, and 24 bytes a record of scratch space.
 */
final class KeySorter {
    /** Below this many records, comparing whole keys is cheaper than counting digits. */
    private static final int COMPARE_BELOW = 512;

    private static final int DIGIT_BITS = 16;
    private static final int DIGITS = 1 << DIGIT_BITS;
    private static final ValueLayout.OfLong LONG_BIG_ENDIAN =
            ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.BIG_ENDIAN);

    private final MemorySegment memory;
    private final int[] records;
    private final int[] spareRecords;
    private final long[] words;
    private final long[] spareWords;
    private final int[] starts = new int[DIGITS + 1];

    /**
     * @param memory holds the records
     * @param records offsets, in ascending order; sorted in place
     * @param count how many of them
     */
    KeySorter(MemorySegment memory, int[] records, int count) {
        this.memory = memory;
        this.records = records;
        this.spareRecords = new int[count];
        this.words = new long[count];
        this.spareWords = new long[count];
    }

    void sort() {
        sort(0, spareRecords.length);
    }

    private void sort(int from, int to) {
        if (to - from < COMPARE_BELOW) {
            mergeSort(from, to);
            return;
        }
        int common = commonPrefix(from, to);
        boolean isOneKey = true;
        for (int i = from; i < to; i++) {
            isOneKey &= length(records[i]) == common;
            words[i] = word(records[i], common);
        }
        if (isOneKey) {
            return;
        }
        sortByWords(from, to);
        if (words[from] == words[to - 1]) {
            // Only zeros distinguish these keys from the padding of shorter ones.
            mergeSort(from, to);
            return;
        }
        int run = from;
        for (int i = from + 1; i <= to; i++) {
            if (i == to || words[i] != words[run]) {
                if (i - run > 1) {
                    sort(run, i);
                }
                run = i;
            }
        }
    }

    private int length(int record) {
        return memory.get(IndexMemory.INT, record);
    }

    /** Eight bytes of the key from {@code at} on, zeros behind its end. */
    private long word(int record, int at) {
        int length = length(record);
        if (length - at >= 8) {
            return memory.get(LONG_BIG_ENDIAN, record + 4L + at);
        }
        long word = 0;
        for (int i = 0; i < 8; i++) {
            word =
                    word << 8
                            | (at + i < length ? memory.get(BYTE, record + 4L + at + i) & 0xFF : 0);
        }
        return word;
    }

    private int commonPrefix(int from, int to) {
        int first = records[from];
        int common = length(first);
        for (int i = from + 1; i < to && common > 0; i++) {
            int record = records[i];
            common = Math.min(common, length(record));
            long mismatch =
                    MemorySegment.mismatch(
                            memory,
                            first + 4L,
                            first + 4L + common,
                            memory,
                            record + 4L,
                            record + 4L + common);
            common = mismatch < 0 ? common : (int) mismatch;
        }
        return common;
    }

    /** Sorts the words as unsigned numbers, the records along with them; stable. */
    private void sortByWords(int from, int to) {
        long differing = 0;
        for (int i = from; i < to; i++) {
            differing |= words[i] ^ words[from];
        }
        for (int shift = 0; shift < Long.SIZE; shift += DIGIT_BITS) {
            if ((differing >>> shift & (DIGITS - 1)) != 0) {
                distribute(from, to, shift);
            }
        }
    }

    private void distribute(int from, int to, int shift) {
        java.util.Arrays.fill(starts, 0);
        for (int i = from; i < to; i++) {
            starts[(int) (words[i] >>> shift & (DIGITS - 1)) + 1]++;
        }
        for (int digit = 1; digit <= DIGITS; digit++) {
            starts[digit] += starts[digit - 1];
        }
        for (int i = from; i < to; i++) {
            int at = from + starts[(int) (words[i] >>> shift & (DIGITS - 1))]++;
            spareWords[at] = words[i];
            spareRecords[at] = records[i];
        }
        System.arraycopy(spareWords, from, words, from, to - from);
        System.arraycopy(spareRecords, from, records, from, to - from);
    }

    private void mergeSort(int from, int to) {
        if (to - from < 2) {
            return;
        }
        int middle = (from + to) >>> 1;
        mergeSort(from, middle);
        mergeSort(middle, to);
        if (compare(records[middle - 1], records[middle]) <= 0) {
            return;
        }
        System.arraycopy(records, from, spareRecords, from, middle - from);
        int left = from;
        int right = middle;
        for (int at = from; left < middle; at++) {
            records[at] =
                    right == to || compare(spareRecords[left], records[right]) <= 0
                            ? spareRecords[left++]
                            : records[right++];
        }
    }

    private int compare(int a, int b) {
        int lengthA = length(a);
        int lengthB = length(b);
        int common = Math.min(lengthA, lengthB);
        long mismatch =
                MemorySegment.mismatch(
                        memory, a + 4L, a + 4L + common, memory, b + 4L, b + 4L + common);
        return mismatch < 0
                ? Integer.compare(lengthA, lengthB)
                : Byte.compareUnsigned(
                        memory.get(BYTE, a + 4L + mismatch), memory.get(BYTE, b + 4L + mismatch));
    }
}
