package dev.plinth.pagestore.freelist;

import java.util.Arrays;

/** A set of page ids as a growing bitmap: one bit for each page of the file. */
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

    void clear() {
        Arrays.fill(words, 0);
    }

    long[] words() {
        return words;
    }
}
