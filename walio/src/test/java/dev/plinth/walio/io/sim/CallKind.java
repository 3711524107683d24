package dev.plinth.walio.io.sim;

/** Calls that {@link DiskFaults} can act on. A durable write counts as a WRITE, then as a SYNC. */
public enum CallKind {
    OPEN,
    READ,
    WRITE,
    /** fdatasync, fsync of a file, and the second half of a durable write. */
    SYNC,
    SYNC_DIRECTORY,
    ALLOCATE,
    TRUNCATE,
    CREATE_DIRECTORY,
    RENAME,
    /** unlink and rmdir. */
    REMOVE,
    MAP
}
