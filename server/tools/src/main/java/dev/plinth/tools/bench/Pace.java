package dev.plinth.tools.bench;

import java.util.concurrent.atomic.AtomicLong;

/** Gives out the moments at which calls may begin. Any thread. */
final class Pace {
    private static final long NO_INTERVAL = 0;

    private final long intervalNanos;
    private final boolean isSteady;
    private final AtomicLong next;

    private Pace(long intervalNanos, boolean isSteady, long startNanos) {
        this.intervalNanos = intervalNanos;
        this.isSteady = isSteady;
        this.next = new AtomicLong(startNanos);
    }

    /**
     * At most so many a second; time that passed unused is lost, as with etcd's tool.
     *
     * @param perSecond 0 for no limit
     */
    static Pace limited(long perSecond, long startNanos) {
        return new Pace(interval(perSecond), false, startNanos);
    }

    /**
     * So many a second, by a timetable that nothing moves: a call that comes late is late, and its
     * latency counts from the time that it was due.
     */
    static Pace steady(long perSecond, long startNanos) {
        return new Pace(interval(perSecond), true, startNanos);
    }

    private static long interval(long perSecond) {
        return perSecond == 0 ? NO_INTERVAL : Math.max(1, 1_000_000_000L / perSecond);
    }

    /** Whether latencies count from the moments given out. */
    boolean isSteady() {
        return isSteady;
    }

    /** When the next call may begin; not before it has the caller to wait for. */
    long reserve(long nowNanos) {
        if (intervalNanos == NO_INTERVAL) {
            return nowNanos;
        }
        if (isSteady) {
            return next.getAndAdd(intervalNanos);
        }
        while (true) {
            long free = next.get();
            long due = free - nowNanos < 0 ? nowNanos : free;
            if (next.compareAndSet(free, due + intervalNanos)) {
                return due;
            }
        }
    }
}
