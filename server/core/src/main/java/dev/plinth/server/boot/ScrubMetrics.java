package dev.plinth.server.boot;

import dev.plinth.server.metrics.Counter;
import dev.plinth.server.metrics.Gauge;
import dev.plinth.server.metrics.Metrics;

/** What a scrub tells of itself. */
final class ScrubMetrics {
    private static final long MILLIS_PER_SECOND = 1000;

    private final Counter bytes;
    private final Counter passes;
    private final Counter damages;
    private final Gauge passBytes;
    private final Gauge completed;
    private long bytesOfPass;

    ScrubMetrics(Metrics metrics) {
        this.bytes =
                metrics.counter(
                        "plinth_scrub_read_bytes_total",
                        "Bytes of the database and the log that the scrub has read.");
        this.passes =
                metrics.counter(
                        "plinth_scrub_passes_total", "Passes of the scrub that found no damage.");
        this.damages =
                metrics.counter(
                        "plinth_scrub_damage_total", "Passes of the scrub that ended at damage.");
        this.passBytes =
                metrics.gauge(
                        "plinth_scrub_pass_read_bytes",
                        "Bytes that the present pass of the scrub, or the last one, has read.");
        this.completed =
                metrics.gauge(
                        "plinth_scrub_last_pass_timestamp_seconds",
                        "When the last pass ended that found no damage; 0 before.");
    }

    void begin() {
        bytesOfPass = 0;
        passBytes.set(0);
    }

    void read(long count) {
        bytes.add(count);
        bytesOfPass += count;
        passBytes.set(bytesOfPass);
    }

    void complete(long wallMillis) {
        passes.increment();
        completed.set(wallMillis / MILLIS_PER_SECOND);
    }

    void damage() {
        damages.increment();
    }
}
