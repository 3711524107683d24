package dev.plinth.pagestore.check;

/** One bit for each page of a file. */
final class PageBits {
    private final long[] words;

    PageBits(long pages) {
        words = new long[Math.toIntExact((pages >>> 6) + 1)];
    }

    boolean contains(long page) {
        long word = page >>> 6;
        return word < words.length && (words[(int) word] & 1L << page) != 0;
    }

    /** Sets a bit; false if it was set, or is not there. */
    boolean add(long page) {
        long word = page >>> 6;
        if (word >= words.length || contains(page)) {
            return false;
        }
        words[(int) word] |= 1L << page;
        return true;
    }
}
