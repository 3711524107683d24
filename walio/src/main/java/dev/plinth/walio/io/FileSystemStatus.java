package dev.plinth.walio.io;

/**
 * What {@code statfs(2)} tells of the file system under a path.
 *
 * @param typeMagic number of the file system's kind, such as 0xEF53 for ext2, ext3 and ext4
 * @param blockSizeBytes unit of allocation
 * @param totalBytes size
 * @param freeBytes unused space, the superuser's reserve included
 * @param availableBytes unused space for everybody
 * @param readOnly whether it is mounted read-only
 */
public record FileSystemStatus(
        long typeMagic,
        long blockSizeBytes,
        long totalBytes,
        long freeBytes,
        long availableBytes,
        boolean readOnly) {}
