package dev.plinth.walio.io;

/** The modes of {@code fallocate(2)} that Plinth uses. */
public enum AllocateMode {
    /** Reserve blocks and grow the file if the range ends behind its size. */
    EXTEND(0),
    /** Reserve blocks, leave the size alone. */
    KEEP_SIZE(0x01),
    /**
     * Make the range read as zeros, as unwritten extents where the file system has them; grows the
     * file.
     */
    ZERO_RANGE(0x10),
    /** As {@link #ZERO_RANGE}, leave the size alone. */
    ZERO_RANGE_KEEP_SIZE(0x11),
    /** Give the blocks back; the range reads as zeros and the size stays. */
    PUNCH_HOLE(0x03);

    final int bits;

    AllocateMode(int bits) {
        this.bits = bits;
    }
}
