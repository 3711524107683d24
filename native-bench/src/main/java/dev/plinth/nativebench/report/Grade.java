package dev.plinth.nativebench.report;

import java.util.concurrent.TimeUnit;

/**
 * Classes of a log disk, from the best. A disk belongs to the first whose three bounds it keeps.
 * etcd's own rule of thumb, a 99th percentile of the log's sync below 10 ms, is the border between
 * acceptable and slow.
 */
public enum Grade {
    EXCELLENT(
            200,
            1_000,
            2_000,
            0,
            "Any cluster. The default heartbeat and election times are generous."),
    GOOD(1_000, 5_000, 10_000, 0, "Production."),
    ACCEPTABLE(
            3_000,
            10_000,
            25_000,
            1,
            "Small or quiet clusters. Give the log a device of its own (--wal-dir)."),
    SLOW(
            10_000,
            50_000,
            100_000,
            2,
            "Tests only. Set the election timeout to ten times the 99th percentile or more."),
    UNUSABLE(
            Long.MAX_VALUE,
            Long.MAX_VALUE,
            Long.MAX_VALUE,
            2,
            "Leader changes under load are likely."),
    SUSPICIOUS(
            0,
            0,
            0,
            3,
            "Syncs return faster than the device can have written: something below ignores"
                    + " flushes. Treat it as unsafe until a power cut has proven otherwise."),
    UNSAFE(
            0,
            0,
            0,
            3,
            "The storage check found an error: acknowledged writes can be lost, however fast"
                    + " they are.");

    private final long medianMicrosMax;
    private final long p99MicrosMax;
    private final long p99BesideWriterMicrosMax;
    private final int exitCode;
    private final String use;

    Grade(
            long medianMicrosMax,
            long p99MicrosMax,
            long p99BesideWriterMicrosMax,
            int exitCode,
            String use) {
        this.medianMicrosMax = medianMicrosMax;
        this.p99MicrosMax = p99MicrosMax;
        this.p99BesideWriterMicrosMax = p99BesideWriterMicrosMax;
        this.exitCode = exitCode;
        this.use = use;
    }

    /** Whether the grade is one of speed, with bounds. */
    public boolean hasBounds() {
        return this != SUSPICIOUS && this != UNSAFE;
    }

    boolean keeps(long medianNanos, long p99Nanos, long p99BesideWriterNanos) {
        return hasBounds()
                && TimeUnit.NANOSECONDS.toMicros(medianNanos) < medianMicrosMax
                && TimeUnit.NANOSECONDS.toMicros(p99Nanos) < p99MicrosMax
                && TimeUnit.NANOSECONDS.toMicros(p99BesideWriterNanos) < p99BesideWriterMicrosMax;
    }

    public long medianMicrosMax() {
        return medianMicrosMax;
    }

    public long p99MicrosMax() {
        return p99MicrosMax;
    }

    public long p99BesideWriterMicrosMax() {
        return p99BesideWriterMicrosMax;
    }

    /** What {@code plinth disk bench} exits with: 0 good, 1 usable, 2 bad, 3 unsafe. */
    public int exitCode() {
        return exitCode;
    }

    /** What such a disk is good for. */
    public String use() {
        return use;
    }
}
