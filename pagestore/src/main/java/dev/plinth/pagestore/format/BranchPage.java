package dev.plinth.pagestore.format;

import java.lang.foreign.MemorySegment;

/**
 * A branch page: the header, an array of elements, then the keys.
 *
 * <pre>
 *  element     0           4           8                       16
 *             +-----------+-----------+-----------------------+
 *             | pos       | ksize     | pgid of the child     |
 *             +-----------+-----------+-----------------------+
 *  data, at element + pos:  key (ksize bytes)
 * </pre>
 *
 * Key i is the first key that child i had when the branch was last written: a lower bound of the
 * child, except that searches for smaller keys go to child 0.
 */
public final class BranchPage {
    public static final int ELEMENT_SIZE = 16;

    private static final int POS = 0;
    private static final int KEY_SIZE = 4;
    private static final int CHILD = 8;

    private BranchPage() {}

    public static long element(long page, int index) {
        return page + PageHeader.SIZE + (long) index * ELEMENT_SIZE;
    }

    public static long keyOffset(MemorySegment segment, long element) {
        return element + (segment.get(Bytes.INT, element + POS) & 0xFFFF_FFFFL);
    }

    public static int keySize(MemorySegment segment, long element) {
        return segment.get(Bytes.INT, element + KEY_SIZE);
    }

    public static long child(MemorySegment segment, long element) {
        return segment.get(Bytes.LONG, element + CHILD);
    }

    public static void writeElement(
            MemorySegment segment, long element, int pos, int keySize, long child) {
        segment.set(Bytes.INT, element + POS, pos);
        segment.set(Bytes.INT, element + KEY_SIZE, keySize);
        segment.set(Bytes.LONG, element + CHILD, child);
    }

    /**
     * The child to descend to: the last element whose key is not above the search key, or 0. The
     * page must have been validated.
     */
    public static int search(MemorySegment segment, long page, byte[] key, int keyLength) {
        int low = 1;
        int high = PageHeader.count(segment, page) - 1;
        while (low <= high) {
            int middle = (low + high) >>> 1;
            long element = element(page, middle);
            int order =
                    Bytes.compare(
                            segment,
                            keyOffset(segment, element),
                            keySize(segment, element),
                            key,
                            keyLength);
            if (order < 0) {
                low = middle + 1;
            } else if (order > 0) {
                high = middle - 1;
            } else {
                return middle;
            }
        }
        return low - 1;
    }
}
