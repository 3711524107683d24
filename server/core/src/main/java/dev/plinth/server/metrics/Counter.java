package dev.plinth.server.metrics;

import java.util.concurrent.atomic.LongAdder;

/** A number that only grows. Any thread; adding allocates nothing. */
public final class Counter implements Series {
    private final LongAdder value = new LongAdder();

    Counter() {}

    /** One more. */
    public void increment() {
        value.increment();
    }

    /** More by an amount that is not negative. */
    public void add(long amount) {
        assert amount >= 0;
        value.add(amount);
    }

    /** The number so far. */
    public long value() {
        return value.sum();
    }
}
