package dev.plinth.mvcc.backend;

/**
 * When buffered changes go to the page store, and when the page store is made durable.
 *
 * @param flushIntervalNanos longest time that changes stay in the write buffer alone
 * @param flushOperations changes that start a flush at once
 * @param flushBytes buffered bytes that start a flush at once
 * @param checkpointIntervalNanos longest time between two checkpoints while there are changes
 * @param checkpointBytes bytes flushed since the last checkpoint that start one at once
 */
public record BackendOptions(
        long flushIntervalNanos,
        int flushOperations,
        long flushBytes,
        long checkpointIntervalNanos,
        long checkpointBytes) {

    /** etcd's 100 ms and 10 000 operations for a flush; a checkpoint each 5 s or 64 MiB. */
    public static final BackendOptions DEFAULT =
            new BackendOptions(100_000_000L, 10_000, 4L << 20, 5_000_000_000L, 64L << 20);

    public BackendOptions {
        if (flushIntervalNanos <= 0
                || flushOperations <= 0
                || flushBytes <= 0
                || checkpointIntervalNanos <= 0
                || checkpointBytes <= 0) {
            throw new IllegalArgumentException("all limits must be positive");
        }
    }
}
