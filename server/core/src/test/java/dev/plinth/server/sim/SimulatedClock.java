package dev.plinth.server.sim;

import dev.plinth.walio.io.Clock;

/** A member's clock: runs a little fast or slow, never back. */
final class SimulatedClock implements Clock {
    private static final long EPOCH_MILLIS = 1_700_000_000_000L;

    private final Timeline time;
    private final double speed;

    SimulatedClock(Timeline time, double speed) {
        this.time = time;
        this.speed = speed;
    }

    @Override
    public long monotonicNanos() {
        return 1_000_000_000L + (long) (time.now() * speed);
    }

    @Override
    public long wallMillis() {
        return EPOCH_MILLIS + monotonicNanos() / 1_000_000;
    }

    /** Real time that passes while this clock advances by so much, and a little more. */
    long toReal(long nanos) {
        return (long) (nanos / speed) + 2;
    }
}
