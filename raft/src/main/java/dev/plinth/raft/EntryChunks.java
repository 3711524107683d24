package dev.plinth.raft;

import java.util.Arrays;
import java.util.List;

/**
 * A growing row of entries that is cut at both ends: arrays of {@value #CHUNK} slots. Slots are
 * filled once and never overwritten, so views of a chunk stay as they are; a truncation inside a
 * chunk goes on in a copy of it, and so does a cut at the front, so that what was dropped is kept
 * alive by such views alone.
 *
 * <p>Cost: a little over 4 bytes for each entry, no copy while it grows. A slice over a chunk's
 * border copies its references. Positions count from the first entry that is left. Not thread-safe.
 */
final class EntryChunks {
    private static final int SHIFT = 7;
    private static final int CHUNK = 1 << SHIFT;
    private static final int CHUNKS_MIN = 8;

    private Entry[][] chunks = new Entry[CHUNKS_MIN][];

    /** Slot of the first entry, in the first chunk. */
    private int start;

    private int count;

    /** Encoded bytes of the entries. */
    private long bytes;

    int count() {
        return count;
    }

    long bytes() {
        return bytes;
    }

    /** How many entries have to go from the front so that the rest takes at most so many bytes. */
    int excess(long bytesMax) {
        long left = bytes;
        int dropped = 0;
        while (left > bytesMax) {
            left -= get(dropped++).encodedSize();
        }
        return dropped;
    }

    Entry get(int position) {
        int slot = start + position;
        return chunks[slot >> SHIFT][slot & (CHUNK - 1)];
    }

    void add(List<Entry> entries) {
        int slot = start + count;
        reserve(slot + entries.size());
        for (int i = 0; i < entries.size(); i++, slot++) {
            Entry[] chunk = chunks[slot >> SHIFT];
            if (chunk == null) {
                chunk = new Entry[CHUNK];
                chunks[slot >> SHIFT] = chunk;
            }
            Entry entry = entries.get(i);
            chunk[slot & (CHUNK - 1)] = entry;
            bytes += entry.encodedSize();
        }
        count += entries.size();
    }

    private void reserve(int slots) {
        int needed = (slots + CHUNK - 1) >> SHIFT;
        if (needed > chunks.length) {
            chunks = Arrays.copyOf(chunks, Math.max(needed, 2 * chunks.length));
        }
    }

    /** Keeps the first entries only. */
    void truncate(int kept) {
        if (kept == count) {
            return;
        }
        for (int i = kept; i < count; i++) {
            bytes -= get(i).encodedSize();
        }
        int end = start + kept;
        int inLast = end & (CHUNK - 1);
        int last = end >> SHIFT;
        if (inLast != 0) {
            Entry[] shorter = new Entry[CHUNK];
            System.arraycopy(chunks[last], 0, shorter, 0, inLast);
            chunks[last] = shorter;
            last++;
        }
        Arrays.fill(chunks, last, chunks.length, null);
        count = kept;
    }

    /** Drops entries at the front. */
    void drop(int dropped) {
        for (int i = 0; i < dropped; i++) {
            bytes -= get(i).encodedSize();
        }
        int slot = start + dropped;
        int whole = slot >> SHIFT;
        if (whole > 0) {
            System.arraycopy(chunks, whole, chunks, 0, chunks.length - whole);
            Arrays.fill(chunks, chunks.length - whole, chunks.length, null);
        }
        start = slot & (CHUNK - 1);
        count -= dropped;
        if (start > 0) {
            Entry[] rest = new Entry[CHUNK];
            System.arraycopy(chunks[0], start, rest, start, CHUNK - start);
            chunks[0] = rest;
        }
    }

    /**
     * Entries in {@code [lo, hi)} as far as their encodings take at most {@code sizeMax} bytes, but
     * at least one.
     */
    List<Entry> slice(int lo, int hi, long sizeMax) {
        int slot = start + lo;
        int inChunk = slot & (CHUNK - 1);
        if (inChunk + hi - lo <= CHUNK) {
            List<Entry> whole = EntryList.of(chunks[slot >> SHIFT], inChunk, inChunk + hi - lo);
            return EntryList.limited(whole, sizeMax);
        }
        Entry[] copy = new Entry[limited(lo, hi, sizeMax)];
        for (int i = 0; i < copy.length; i++) {
            copy[i] = get(lo + i);
        }
        return EntryList.of(copy, 0, copy.length);
    }

    private int limited(int lo, int hi, long sizeMax) {
        long size = get(lo).encodedSize();
        int at = lo + 1;
        for (; at < hi; at++) {
            size += get(at).encodedSize();
            if (U64.gt(size, sizeMax)) {
                break;
            }
        }
        return at - lo;
    }
}
