package dev.plinth.walio.io;

/** How {@link Disk#open} opens a file. Close-on-exec is always set. */
public enum OpenFlag {
    /** Reading is wanted. Neither this nor {@link #WRITE} means reading alone. */
    READ,
    /** Writing is wanted. */
    WRITE,
    /** Make the file, with the mode given, if it is missing. */
    CREATE,
    /** With {@link #CREATE}: fail with {@link Errno#EEXIST} if the file is there. */
    EXCLUSIVE,
    /** Cut an existing file to length 0. */
    TRUNCATE,
    /**
     * Bypass the page cache. Buffers, positions and lengths must be multiples of the alignments in
     * {@link FileStatus}; a file system without support refuses with {@link Errno#EINVAL}.
     */
    DIRECT
}
