package dev.plinth.mvcc.watch;

import dev.plinth.mvcc.MvccException.Reason;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;

/**
 * The watchers of one client stream. Methods may be called by any thread; they take a short lock of
 * the hub, never I/O.
 */
public final class WatchStream implements AutoCloseable {

    /** Stands for all watchers of a stream in {@link WatchSink#progress}. */
    public static final long ALL_WATCHERS = -1;

    private static final long NOT_BLOCKED = -1;

    private final WatchHub hub;
    private final WatchSink sink;

    // Guarded by the hub's lock.
    private final Map<Long, Watcher> watchers = new HashMap<>();
    private long nextId;
    private boolean closed;
    private boolean touched;

    /** Value of {@link #resumes} before the sink refused; a different value now lifts the block. */
    private long blockedAt = NOT_BLOCKED;

    private volatile long resumes;

    WatchStream(WatchHub hub, WatchSink sink) {
        this.hub = hub;
        this.sink = sink;
    }

    /**
     * Adds a watcher; {@link WatchSink#created} is called before this returns and before any event.
     *
     * @return the watch id
     * @throws dev.plinth.mvcc.MvccException duplicate id or empty range; nothing was created
     */
    public long watch(WatchRequest request) {
        byte[] end = request.end();
        if (end != null && end.length > 0 && Arrays.compareUnsigned(request.key(), end) >= 0) {
            throw Reason.EMPTY_WATCH_RANGE.exception();
        }
        hub.lock();
        try {
            if (closed) {
                throw new IllegalStateException("the stream is closed");
            }
            long id = chooseId(request.watchId());
            Watcher watcher = new Watcher(this, id, request);
            watchers.put(id, watcher);
            sink.created(id, hub.revision());
            hub.add(watcher);
            flush();
            return id;
        } finally {
            hub.unlock();
        }
    }

    private long chooseId(long wanted) {
        if (wanted != 0) {
            if (watchers.containsKey(wanted)) {
                throw Reason.DUPLICATE_WATCH_ID.exception();
            }
            return wanted;
        }
        while (watchers.containsKey(nextId)) {
            nextId++;
        }
        return nextId++;
    }

    /**
     * Ends a watcher: after the return the sink gets nothing more for it.
     *
     * @return false if there is no such watcher
     */
    public boolean cancel(long watchId) {
        hub.lock();
        try {
            Watcher watcher = watchers.remove(watchId);
            if (watcher == null) {
                return false;
            }
            hub.remove(watcher);
            return true;
        } finally {
            hub.unlock();
        }
    }

    /** Sends progress for one watcher if it is in sync; else nothing. */
    public void requestProgress(long watchId) {
        hub.lock();
        try {
            Watcher watcher = watchers.get(watchId);
            if (watcher != null && isInSync(watcher)) {
                sink.progress(watchId, hub.revision());
                sink.flush();
            }
        } finally {
            hub.unlock();
        }
    }

    /**
     * Sends progress for {@link #ALL_WATCHERS} if every watcher of the stream is in sync.
     *
     * @return whether it was sent
     */
    public boolean requestProgressAll() {
        hub.lock();
        try {
            if (watchers.isEmpty() || !watchers.values().stream().allMatch(this::isInSync)) {
                return false;
            }
            boolean taken = sink.progress(ALL_WATCHERS, hub.revision());
            sink.flush();
            return taken;
        } finally {
            hub.unlock();
        }
    }

    private boolean isInSync(Watcher watcher) {
        return watcher.place == Watcher.Place.SYNCED && hub.revision() >= watcher.startRevision;
    }

    /** The sink has room again after it refused something. Cheap; any thread. */
    @SuppressWarnings("NonAtomicVolatileUpdate") // a lost increment still is a change
    public void resume() {
        resumes++;
        hub.wakeUp();
    }

    /** Ends all watchers of the stream. */
    @Override
    public void close() {
        hub.lock();
        try {
            closed = true;
            watchers.values().forEach(hub::remove);
            watchers.clear();
        } finally {
            hub.unlock();
        }
    }

    // --- for the hub, with its lock held ---

    boolean isBlocked() {
        return blockedAt == resumes;
    }

    /** Hands events over; false blocks the stream until it resumes. */
    boolean deliver(Watcher watcher, WatchEvents events, long revision) {
        if (isBlocked()) {
            return false;
        }
        long before = resumes;
        boolean taken = sink.events(watcher.id, events, revision);
        blockedAt = taken ? NOT_BLOCKED : before;
        return taken;
    }

    boolean deliverCompacted(Watcher watcher, long compactRevision) {
        long before = resumes;
        boolean taken = sink.compacted(watcher.id, compactRevision);
        blockedAt = taken ? NOT_BLOCKED : before;
        return taken;
    }

    /** Marks the stream for a flush; false if it was marked already. */
    boolean touch() {
        boolean first = !touched;
        touched = true;
        return first;
    }

    void flush() {
        touched = false;
        sink.flush();
    }
}
