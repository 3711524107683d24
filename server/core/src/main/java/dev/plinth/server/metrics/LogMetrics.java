package dev.plinth.server.metrics;

import dev.plinth.walio.WalObserver;
import java.nio.file.Path;

/**
 * Tells how the write-ahead log does. The log writer's thread feeds it; nothing is allocated.
 *
 * <p>A batch is written and synced by one system call, so both of etcd's histograms, of writes and
 * of syncs, show its time.
 */
public final class LogMetrics implements WalObserver {
    private final Histogram syncSeconds;
    private final Histogram writeSeconds;
    private final Gauge writtenBytes;
    private final Counter records;
    private final Counter segments;
    private final Counter reservedSegments;

    /** Registers them. */
    public LogMetrics(Metrics metrics) {
        syncSeconds =
                metrics.histogram(
                        "etcd_disk_wal_fsync_duration_seconds",
                        "The latency distributions of fsync called by WAL.",
                        Buckets.SYNC_SECONDS);
        writeSeconds =
                metrics.histogram(
                        "etcd_disk_wal_write_duration_seconds",
                        "The latency distributions of write called by WAL.",
                        Buckets.SYNC_SECONDS);
        writtenBytes =
                metrics.gauge(
                        "etcd_disk_wal_write_bytes_total", "Total number of bytes written in WAL.");
        records =
                metrics.counter(
                        "plinth_wal_records_total",
                        "Records made durable; beside the count of syncs, the size of batches.");
        segments = metrics.counter("plinth_wal_segments_total", "Segments begun since the start.");
        reservedSegments =
                metrics.counter(
                        "plinth_wal_reserved_segments_total",
                        "Segments begun before they were filled with zeros: commits are slower there.");
    }

    @Override
    public void committed(long nanos, int recordCount, long bytes) {
        syncSeconds.observeNanos(nanos);
        writeSeconds.observeNanos(nanos);
        writtenBytes.add(bytes);
        records.add(recordCount);
    }

    @Override
    public void synced(long nanos) {
        syncSeconds.observeNanos(nanos);
    }

    @Override
    public void cut(Path segment) {
        segments.increment();
    }

    @Override
    public void fellBackToReservedSpace() {
        reservedSegments.increment();
    }
}
