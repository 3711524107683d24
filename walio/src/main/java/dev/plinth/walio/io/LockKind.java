package dev.plinth.walio.io;

/**
 * The two families of whole-file locks that etcd uses. They do not see each other; both belong to
 * the open file description, so closing another descriptor of the same file does not drop them.
 */
public enum LockKind {
    /** {@code flock(LOCK_SH)}: the database opened for reading. */
    FLOCK_SHARED,
    /** {@code flock(LOCK_EX)}: the database opened for writing. */
    FLOCK_EXCLUSIVE,
    /** {@code fcntl(F_OFD_SETLK, F_WRLCK)} over the whole file: segments of the log. */
    OFD_EXCLUSIVE
}
