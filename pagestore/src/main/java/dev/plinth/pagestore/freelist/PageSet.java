package dev.plinth.pagestore.freelist;

import dev.plinth.pagestore.format.Bytes;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;

/**
 * A set of page ids as a growing bitmap: one bit for each page of the file. Searches look at 64
 * pages at a time, so a search through the bitmap of 4 GiB in pages of 4 KiB takes some ten
 * microseconds, however fragmented it is.
 */
final class PageSet {
    private long[] words = new long[16];

    boolean contains(long page) {
        int word = (int) (page >>> 6);
        return word < words.length && (words[word] & 1L << page) != 0;
    }

    /** Adds a page; false if it was in. */
    boolean add(long page) {
        int word = Math.toIntExact(page >>> 6);
        if (word >= words.length) {
            words = Arrays.copyOf(words, Math.max(word + 1, words.length * 2));
        }
        boolean added = (words[word] & 1L << page) == 0;
        words[word] |= 1L << page;
        return added;
    }

    void remove(long page) {
        int word = (int) (page >>> 6);
        if (word < words.length) {
            words[word] &= ~(1L << page);
        }
    }

    /** No member is as large. */
    long end() {
        return (long) words.length << 6;
    }

    void clear() {
        Arrays.fill(words, 0);
    }

    /** The first page of the set from {@code from} on; 0 if there is none. */
    long next(long from) {
        int word = (int) (from >>> 6);
        if (word >= words.length) {
            return 0;
        }
        long bits = words[word] & -1L << from;
        while (bits == 0) {
            if (++word == words.length) {
                return 0;
            }
            bits = words[word];
        }
        return ((long) word << 6) + Long.numberOfTrailingZeros(bits);
    }

    /** The first page from {@code from} on that is not in the set, or {@code limit}. */
    long nextAbsent(long from, long limit) {
        long page = from;
        while (page < limit) {
            int word = (int) (page >>> 6);
            long absent = word < words.length ? ~words[word] & -1L << page : -1L << page;
            if (absent != 0) {
                return Math.min(limit, ((long) word << 6) + Long.numberOfTrailingZeros(absent));
            }
            page = (long) (word + 1) << 6;
        }
        return limit;
    }

    /** The start of the run of members that a member belongs to. */
    long runStart(long page) {
        int word = (int) (page >>> 6);
        long absent = ~words[word] & ~(-1L << page);
        while (absent == 0) {
            if (--word < 0) {
                return 0;
            }
            absent = ~words[word];
        }
        return ((long) word << 6) + 64 - Long.numberOfLeadingZeros(absent);
    }

    /** The first run of {@code pages} members that begins at or after a page; 0 for none. */
    long findRun(long from, long pages) {
        assert pages > 0;
        long open = 0; // members right before the word looked at
        int first = (int) (from >>> 6);
        for (int i = first; i < words.length; i++) {
            long word = i == first ? words[i] & -1L << from : words[i];
            if (word == 0) {
                open = 0;
                continue;
            }
            long head = Long.numberOfTrailingZeros(~word);
            if (open + head >= pages) {
                return ((long) i << 6) - open;
            }
            if (head == 64) {
                open += 64;
                continue;
            }
            if (pages < 64) {
                long starts = starts(word, (int) pages);
                if (starts != 0) {
                    return ((long) i << 6) + Long.numberOfTrailingZeros(starts);
                }
            }
            open = Long.numberOfLeadingZeros(~word);
        }
        return 0;
    }

    /** The bits of a word at which a run of so many bits begins. */
    private static long starts(long word, int length) {
        long starts = word;
        int covered = 1;
        while (covered < length) {
            int step = Math.min(covered, length - covered);
            starts &= starts >>> step;
            covered += step;
        }
        return starts;
    }

    /** Writes the members as longs, ascending, and returns their number. */
    long copyTo(MemorySegment target, long offset) {
        long at = offset;
        for (int word = 0; word < words.length; word++) {
            for (long bits = words[word]; bits != 0; bits &= bits - 1) {
                target.set(Bytes.LONG, at, ((long) word << 6) + Long.numberOfTrailingZeros(bits));
                at += Long.BYTES;
            }
        }
        return (at - offset) / Long.BYTES;
    }

    /** The members, ascending. */
    long[] toArray() {
        int count = 0;
        for (long word : words) {
            count += Long.bitCount(word);
        }
        long[] pages = new long[count];
        copyTo(MemorySegment.ofArray(pages), 0);
        return pages;
    }
}
