package dev.plinth.mvcc.watch;

/**
 * All watchers of a store. A watcher holds a position, the next revision it wants, and no queue: in
 * sync, it is served by the apply thread with shared encoded events; behind, it is served from
 * history by {@link #doWork}.
 */
@SuppressWarnings("DoNotCallSuggester")
public final class WatchHub {

    WatchHub() {}

    /** Opens a stream for one client. */
    public WatchStream open(WatchSink sink) {
        throw new UnsupportedOperationException();
    }

    /**
     * Serves watchers that are behind, in bounded slices; one background thread.
     *
     * @return watchers that moved; 0 when none could
     */
    public int doWork(long nowNanos) {
        throw new UnsupportedOperationException();
    }

    /** Called (from any thread) when {@link #doWork} has something to do; to wake its thread. */
    public void onWork(Runnable wakeUp) {
        throw new UnsupportedOperationException();
    }

    public int watcherCount() {
        throw new UnsupportedOperationException();
    }

    /** Watchers that are behind. */
    public int slowWatcherCount() {
        throw new UnsupportedOperationException();
    }
}
