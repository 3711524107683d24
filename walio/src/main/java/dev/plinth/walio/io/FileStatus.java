package dev.plinth.walio.io;

/**
 * What {@code statx(2)} tells of a file.
 *
 * @param kind what the name stands for
 * @param mode permission bits, without the kind
 * @param sizeBytes length
 * @param allocatedBytes space that the file system holds for it
 * @param inode number of the file in its file system
 * @param deviceMajor device that the file system lies on; 0 for file systems without one
 * @param deviceMinor second half of the device number
 * @param directMemoryAlignment bytes that buffers of direct transfers must be aligned to; 0 when
 *     the file cannot be opened with {@link OpenFlag#DIRECT}, -1 when the kernel does not say
 * @param directOffsetAlignment the same for positions and lengths
 */
public record FileStatus(
        Kind kind,
        int mode,
        long sizeBytes,
        long allocatedBytes,
        long inode,
        int deviceMajor,
        int deviceMinor,
        int directMemoryAlignment,
        int directOffsetAlignment) {
    /** What a name stands for. */
    public enum Kind {
        REGULAR,
        DIRECTORY,
        BLOCK_DEVICE,
        OTHER
    }

    public boolean isDirectory() {
        return kind == Kind.DIRECTORY;
    }

    public boolean isRegular() {
        return kind == Kind.REGULAR;
    }
}
