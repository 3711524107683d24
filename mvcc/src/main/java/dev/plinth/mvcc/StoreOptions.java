package dev.plinth.mvcc;

/**
 * Settings of a store.
 *
 * @param compactionBatchLimit entries scanned in one step of a physical compaction
 * @param compactionPauseNanos pause between two such steps
 * @param restoreBytesMax native memory that a start may take to sort keys, and about half as much
 *     heap; a start is fastest when all revisions fit, each with its key and 33 bytes
 */
public record StoreOptions(
        int compactionBatchLimit, long compactionPauseNanos, int restoreBytesMax) {

    /** etcd's defaults: 1000 entries, 10 ms; 16 MiB for a start. */
    public static final StoreOptions DEFAULT = new StoreOptions(1000, 10_000_000L, 16 << 20);

    public StoreOptions {
        if (compactionBatchLimit <= 0 || compactionPauseNanos < 0 || restoreBytesMax < 4096) {
            throw new IllegalArgumentException(
                    "compaction batch %d, pause %d, restore bytes %d"
                            .formatted(
                                    compactionBatchLimit, compactionPauseNanos, restoreBytesMax));
        }
    }
}
