package dev.plinth.server.metrics;

import java.util.concurrent.atomic.AtomicLong;

/** A whole number that goes up and down. Any thread. */
public final class Gauge implements Series {
    private final AtomicLong value = new AtomicLong();

    Gauge() {}

    /** The number is now this. */
    public void set(long now) {
        value.set(now);
    }

    /** More by an amount, or less. */
    public void add(long amount) {
        value.addAndGet(amount);
    }

    /** The number now. */
    public long value() {
        return value.get();
    }
}
