package dev.plinth.nativebench.measure;

import java.util.ArrayList;
import java.util.List;
import org.HdrHistogram.Histogram;

/** What one write path did under one load. Filled by one thread. */
public final class Cell {
    /** Latencies beyond this are counted as this. */
    static final long LATENCY_NANOS_MAX = 60_000_000_000L;

    private static final int DIGITS = 3;

    /**
     * One slice of the run.
     *
     * @param atNanos its start, counted from the start of the run
     * @param medianNanos half of its writes took no longer
     * @param maxNanos its slowest write
     */
    public record Point(long atNanos, long medianNanos, long maxNanos) {}

    private final WritePath path;
    private final Load load;
    private final Histogram latency = newHistogram();
    private final List<Point> points = new ArrayList<>();
    private long busyNanos;

    Cell(WritePath path, Load load) {
        this.path = path;
        this.load = load;
    }

    static Histogram newHistogram() {
        return new Histogram(1, LATENCY_NANOS_MAX, DIGITS);
    }

    void add(long atNanos, long tookNanos, Histogram slice) {
        if (slice.getTotalCount() == 0) {
            return;
        }
        latency.add(slice);
        busyNanos += tookNanos;
        points.add(new Point(atNanos, slice.getValueAtPercentile(50), slice.getMaxValue()));
    }

    public WritePath path() {
        return path;
    }

    public Load load() {
        return load;
    }

    /** Latencies in nanoseconds. */
    public Histogram latency() {
        return latency;
    }

    /** Its slices in the order of time. */
    public List<Point> points() {
        return List.copyOf(points);
    }

    public long count() {
        return latency.getTotalCount();
    }

    /** Nanoseconds that a share of the writes did not exceed. */
    public long percentile(double percent) {
        return latency.getValueAtPercentile(percent);
    }

    /** Whether enough writes were measured for a percentile to mean something. */
    public boolean supports(double percent) {
        return count() * (100 - percent) / 100 >= 1;
    }

    /** Durable writes per second of the time spent on this path. */
    public double perSecond() {
        return busyNanos == 0 ? 0 : count() * 1e9 / busyNanos;
    }
}
