package dev.plinth.pagestore.format;

import java.lang.foreign.MemorySegment;

/**
 * A leaf page: the header, an array of elements, then keys and values.
 *
 * <pre>
 *  element     0           4           8           12          16
 *             +-----------+-----------+-----------+-----------+
 *             | flags     | pos       | ksize     | vsize     |
 *             +-----------+-----------+-----------+-----------+
 *  data, at element + pos:  key (ksize bytes), value (vsize bytes)
 * </pre>
 *
 * Bit 0 of flags says that the value is a bucket ({@link BucketHeader}).
 */
public final class LeafPage {
    public static final int ELEMENT_SIZE = 16;
    public static final int BUCKET_FLAG = 0x01;

    private static final int FLAGS = 0;
    private static final int POS = 4;
    private static final int KEY_SIZE = 8;
    private static final int VALUE_SIZE = 12;

    private LeafPage() {}

    /** The offset of element {@code index} of the page at {@code page}. */
    public static long element(long page, int index) {
        return page + PageHeader.SIZE + (long) index * ELEMENT_SIZE;
    }

    public static boolean isBucket(MemorySegment segment, long element) {
        return (segment.get(Bytes.INT, element + FLAGS) & BUCKET_FLAG) != 0;
    }

    public static int flags(MemorySegment segment, long element) {
        return segment.get(Bytes.INT, element + FLAGS);
    }

    public static long keyOffset(MemorySegment segment, long element) {
        return element + (segment.get(Bytes.INT, element + POS) & 0xFFFF_FFFFL);
    }

    public static int keySize(MemorySegment segment, long element) {
        return segment.get(Bytes.INT, element + KEY_SIZE);
    }

    public static int valueSize(MemorySegment segment, long element) {
        return segment.get(Bytes.INT, element + VALUE_SIZE);
    }

    public static long valueOffset(MemorySegment segment, long element) {
        return keyOffset(segment, element) + keySize(segment, element);
    }

    public static void writeElement(
            MemorySegment segment, long element, int flags, int pos, int keySize, int valueSize) {
        segment.set(Bytes.INT, element + FLAGS, flags);
        segment.set(Bytes.INT, element + POS, pos);
        segment.set(Bytes.INT, element + KEY_SIZE, keySize);
        segment.set(Bytes.INT, element + VALUE_SIZE, valueSize);
    }

    /**
     * The first element whose key is not below the search key; {@code -(insertion point) - 1} when
     * no key equals it. The page must have been validated.
     */
    public static int search(MemorySegment segment, long page, byte[] key, int keyLength) {
        int low = 0;
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
        return -(low + 1);
    }
}
