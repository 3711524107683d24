package dev.plinth.nativebench.measure;

/**
 * One column of the matrix: what all write paths are put through alike.
 *
 * @param sizeBytes bytes of one write, a multiple of 512
 * @param depth writers at once on the one file, each waiting for its own write
 * @param interference what goes on beside
 */
public record Load(int sizeBytes, int depth, Interference interference) {
    /** Writes of this and larger sizes are no log writes. */
    public static final int SIZE_MAX = 1 << 20;

    public static final int DEPTH_MAX = 256;

    public Load {
        if (sizeBytes < 512 || sizeBytes > SIZE_MAX || sizeBytes % 512 != 0) {
            throw new IllegalArgumentException(
                    "size " + sizeBytes + " is not a multiple of 512 up to " + SIZE_MAX);
        }
        if (depth < 1 || depth > DEPTH_MAX) {
            throw new IllegalArgumentException("depth " + depth + " is not 1.." + DEPTH_MAX);
        }
    }

    /** The load that the verdict is about: a lone commit. */
    public boolean isBase() {
        return sizeBytes == 4096 && depth == 1 && interference == Interference.NONE;
    }

    /** As a heading. */
    public String title() {
        String size = sizeBytes % 1024 == 0 ? sizeBytes / 1024 + " KiB" : sizeBytes + " B";
        String writers = depth == 1 ? "1 writer" : depth + " writers";
        return size
                + ", "
                + writers
                + (interference == Interference.NONE ? "" : ", beside: " + interference.label());
    }
}
