package dev.plinth.walio;

/** When the commit under way began. Written by the log writer, read by any thread. */
final class CommitTimer {
    private static final long NONE = 0;

    /**
     * Volatile: whoever watches for a stalled disk must see it in time, and the writer is about to
     * block anyway.
     */
    private volatile long startedNanos = NONE;

    void start(long nowNanos) {
        startedNanos = nowNanos == NONE ? 1 : nowNanos;
    }

    void stop() {
        startedNanos = NONE;
    }

    boolean isRunning() {
        return startedNanos != NONE;
    }

    long runningNanos(long nowNanos) {
        long started = startedNanos;
        return started == NONE ? 0 : Math.max(0, nowNanos - started);
    }
}
