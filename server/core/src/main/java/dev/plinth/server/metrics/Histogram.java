package dev.plinth.server.metrics;

import java.util.concurrent.atomic.DoubleAdder;
import java.util.concurrent.atomic.LongAdder;

/**
 * How often values fell into which range, and their sum. Any thread; observing allocates nothing.
 */
public final class Histogram implements Series {
    private static final double NANOS = 1e9;

    private final Buckets buckets;
    private final LongAdder[] counts;
    private final DoubleAdder sum = new DoubleAdder();

    Histogram(Buckets buckets) {
        this.buckets = buckets;
        counts = new LongAdder[buckets.count() + 1];
        for (int i = 0; i < counts.length; i++) {
            counts[i] = new LongAdder();
        }
    }

    /** Takes in a value, in the unit that the metric's name says. */
    public void observe(double value) {
        counts[buckets.indexOf(value)].increment();
        sum.add(value);
    }

    /** Takes in a time; the metric's unit is seconds. */
    public void observeNanos(long nanos) {
        observe(nanos / NANOS);
    }

    Buckets buckets() {
        return buckets;
    }

    /** Values in a bucket alone. */
    long count(int bucket) {
        return counts[bucket].sum();
    }

    double sum() {
        return sum.sum();
    }
}
