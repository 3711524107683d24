package dev.plinth.server.boot;

import dev.plinth.mvcc.KeyValueStore;
import dev.plinth.server.metrics.Buckets;
import dev.plinth.server.metrics.Gauge;
import dev.plinth.server.metrics.Histogram;
import dev.plinth.server.metrics.Metrics;
import dev.plinth.walio.io.Clock;

/**
 * Does the steps of compactions and tells how long each held up others, how many entries they have
 * deleted, how long all of them took, and when the last one ended. The compactor's thread alone.
 */
final class CompactionTimer {
    private static final double MILLI = 1e6;
    private static final long SECOND_MILLIS = 1000;
    private static final long IDLE = -1;

    private final KeyValueStore store;
    private final Clock clock;
    private final Histogram pauseMillis;
    private final Histogram indexPauseMillis;
    private final Histogram totalMillis;
    private final Gauge lastSeconds;
    private long startNanos = IDLE;

    CompactionTimer(KeyValueStore store, Clock clock, Metrics metrics) {
        this.store = store;
        this.clock = clock;
        pauseMillis =
                metrics.histogram(
                        "etcd_debugging_mvcc_db_compaction_pause_duration_milliseconds",
                        "Bucketed histogram of db compaction pause duration.",
                        Buckets.doubling(1, 13));
        indexPauseMillis =
                metrics.histogram(
                        "etcd_debugging_mvcc_index_compaction_pause_duration_milliseconds",
                        "Bucketed histogram of index compaction pause duration.",
                        Buckets.doubling(0.5, 14));
        metrics.counter(
                "etcd_debugging_mvcc_db_compaction_keys_total",
                "Total number of db keys compacted.",
                store.compactor()::deletedEntries);
        totalMillis =
                metrics.histogram(
                        "etcd_debugging_mvcc_db_compaction_total_duration_milliseconds",
                        "Bucketed histogram of db compaction total duration.",
                        Buckets.doubling(100, 14));
        lastSeconds =
                metrics.gauge(
                        "etcd_debugging_mvcc_db_compaction_last",
                        "The unix time of the last db compaction. Resets to 0 on start.");
    }

    int doWork(long nowNanos) {
        boolean isIndexNext = store.compactor().isIndexNext();
        int done = store.compactor().doWork(nowNanos);
        if (done == 0) {
            return 0;
        }
        if (startNanos == IDLE) {
            startNanos = nowNanos;
        }
        long end = clock.monotonicNanos();
        (isIndexNext ? indexPauseMillis : pauseMillis).observe((end - nowNanos) / MILLI);
        if (store.compactionBarrier().toCompletableFuture().isDone()) {
            totalMillis.observe((end - startNanos) / MILLI);
            lastSeconds.set(clock.wallMillis() / SECOND_MILLIS);
            startNanos = IDLE;
        }
        return done;
    }
}
