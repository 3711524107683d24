package dev.plinth.raft;

import java.util.AbstractList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.RandomAccess;

/**
 * A view of a range of an entry array. Its owner may add entries behind the range but never changes
 * what lies in it, so the view is as good as immutable and handing out a part of a log costs one
 * small object.
 */
final class EntryList extends AbstractList<Entry> implements RandomAccess {
    private final Entry[] array;
    private final int from;
    private final int size;

    private EntryList(Entry[] array, int from, int size) {
        this.array = array;
        this.from = from;
        this.size = size;
    }

    static List<Entry> of(Entry[] array, int from, int to) {
        return from == to ? List.of() : new EntryList(array, from, to - from);
    }

    @Override
    public Entry get(int i) {
        Objects.checkIndex(i, size);
        return array[from + i];
    }

    @Override
    public int size() {
        return size;
    }

    @Override
    public List<Entry> subList(int lo, int hi) {
        Objects.checkFromToIndex(lo, hi, size);
        return of(array, from + lo, from + hi);
    }

    /** Both parts one after the other. */
    static List<Entry> concat(List<Entry> head, List<Entry> tail) {
        if (head.isEmpty()) {
            return tail;
        }
        if (tail.isEmpty()) {
            return head;
        }
        Entry[] all = Arrays.copyOf(head.toArray(new Entry[0]), head.size() + tail.size());
        for (int i = 0; i < tail.size(); i++) {
            all[head.size() + i] = tail.get(i);
        }
        return new EntryList(all, 0, all.length);
    }

    /** Bytes of all encodings together. */
    static long encodedSize(List<Entry> entries) {
        long size = 0;
        for (int i = 0; i < entries.size(); i++) {
            size += entries.get(i).encodedSize();
        }
        return size;
    }

    /** Payload bytes of all together. */
    static long payloadSize(List<Entry> entries) {
        long size = 0;
        for (int i = 0; i < entries.size(); i++) {
            size += entries.get(i).dataLength();
        }
        return size;
    }

    /**
     * The longest prefix whose encodings take at most {@code sizeMax} bytes, but at least one
     * entry.
     */
    static List<Entry> limited(List<Entry> entries, long sizeMax) {
        if (entries.isEmpty()) {
            return entries;
        }
        long size = entries.get(0).encodedSize();
        for (int i = 1; i < entries.size(); i++) {
            size += entries.get(i).encodedSize();
            if (Long.compareUnsigned(size, sizeMax) > 0) {
                return entries.subList(0, i);
            }
        }
        return entries;
    }
}
