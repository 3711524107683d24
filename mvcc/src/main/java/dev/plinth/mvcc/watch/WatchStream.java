package dev.plinth.mvcc.watch;

/**
 * The watchers of one client stream. Methods may be called by any thread; they take a short lock of
 * the hub, never I/O.
 */
@SuppressWarnings("DoNotCallSuggester")
public final class WatchStream implements AutoCloseable {

    /** Stands for all watchers of a stream in {@link WatchSink#progress}. */
    public static final long ALL_WATCHERS = -1;

    WatchStream() {}

    /**
     * Adds a watcher; {@link WatchSink#created} is called before this returns and before any event.
     *
     * @return the watch id
     * @throws dev.plinth.mvcc.MvccException duplicate id or empty range; nothing was created
     */
    public long watch(WatchRequest request) {
        throw new UnsupportedOperationException();
    }

    /**
     * Ends a watcher: after the return the sink gets nothing more for it.
     *
     * @return false if there is no such watcher
     */
    public boolean cancel(long watchId) {
        throw new UnsupportedOperationException();
    }

    /** Sends progress for one watcher if it is in sync; else nothing. */
    public void requestProgress(long watchId) {
        throw new UnsupportedOperationException();
    }

    /**
     * Sends progress for {@link #ALL_WATCHERS} if every watcher of the stream is in sync.
     *
     * @return whether it was sent
     */
    public boolean requestProgressAll() {
        throw new UnsupportedOperationException();
    }

    /** The sink has room again after it refused something. Cheap; any thread. */
    public void resume() {
        throw new UnsupportedOperationException();
    }

    /** Ends all watchers of the stream. */
    @Override
    public void close() {
        throw new UnsupportedOperationException();
    }
}
