package dev.plinth.pagestore.format;

import java.lang.foreign.MemorySegment;

/**
 * The value of a bucket element.
 *
 * <pre>
 *   0               8               16
 *  +---------------+---------------+-----------------------------
 *  | root pgid     | sequence      | page image, when root is 0
 *  +---------------+---------------+-----------------------------
 * </pre>
 *
 * With root 0 the bucket is inline: a complete leaf page image (id 0) follows the header.
 */
public final class BucketHeader {
    public static final int SIZE = 16;

    private BucketHeader() {}

    public static long root(MemorySegment segment, long header) {
        return segment.get(Bytes.LONG, header);
    }

    public static long sequence(MemorySegment segment, long header) {
        return segment.get(Bytes.LONG, header + 8);
    }

    public static void write(MemorySegment segment, long header, long root, long sequence) {
        segment.set(Bytes.LONG, header, root);
        segment.set(Bytes.LONG, header + 8, sequence);
    }
}
