package dev.plinth.walio;

import dev.plinth.walio.io.Clock;
import java.util.concurrent.atomic.AtomicLong;

/** A clock that a test moves. */
final class TestClock implements Clock {
    private final AtomicLong nanos = new AtomicLong(1);

    void advance(long byNanos) {
        nanos.addAndGet(byNanos);
    }

    @Override
    public long monotonicNanos() {
        return nanos.get();
    }

    @Override
    public long wallMillis() {
        return nanos.get() / 1_000_000;
    }
}
