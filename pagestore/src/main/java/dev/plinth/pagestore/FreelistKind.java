package dev.plinth.pagestore;

/** How free pages are kept in memory and chosen. The file is the same for all kinds. */
public enum FreelistKind {
    /**
     * The reference's sorted array: the lowest run that is long enough. The same operations give
     * the same file, byte for byte, as the reference. Its cost grows with the number of free pages.
     */
    ARRAY,
    /**
     * A bitmap; stands for the reference's hash map. Takes a whole commit's pages from one run
     * where there is one, else in ascending order, so that a commit is few and long writes.
     */
    BITMAP
}
