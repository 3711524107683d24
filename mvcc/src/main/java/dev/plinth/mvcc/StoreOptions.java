package dev.plinth.mvcc;

/**
 * Settings of a store.
 *
 * @param compactionBatchLimit entries scanned in one step of a physical compaction
 * @param compactionPauseNanos pause between two such steps
 */
public record StoreOptions(int compactionBatchLimit, long compactionPauseNanos) {

    /** etcd's defaults: 1000 entries, 10 ms. */
    public static final StoreOptions DEFAULT = new StoreOptions(1000, 10_000_000L);

    public StoreOptions {
        if (compactionBatchLimit <= 0 || compactionPauseNanos < 0) {
            throw new IllegalArgumentException(
                    "compaction batch " + compactionBatchLimit + ", pause " + compactionPauseNanos);
        }
    }
}
