package dev.plinth.client;

import dev.plinth.api.etcdserverpb.ResponseHeader;
import dev.plinth.api.etcdserverpb.WatchCreateRequest;
import dev.plinth.api.etcdserverpb.WatchResponse;
import dev.plinth.api.mvccpb.Event;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * One watch: where it has come to, and what waits for its reader.
 *
 * <p>The hub alone moves the position, under its own lock; {@link #lock} guards what reader and hub
 * share, the queue, and is always taken last. What has entered the queue is behind the position and
 * is never asked for again; what did not is not, and is asked for again when the watch is resumed.
 * So each change is told exactly once.
 */
final class Watching {
    /** A signal and the bytes that it stands for. */
    private record Waiting(WatchSignal signal, long bytes) {}

    /** Where a watch is in its life, as the hub sees it. */
    enum Stage {
        /** Wants to be created, on this stream or the next. */
        WAITING,
        /** Asked for. */
        CREATING,
        /** The server tells changes. */
        ACTIVE,
        /** Its reader lags: it was cancelled, and waits for room. */
        PARKED,
        ENDED
    }

    private final WatchCreateRequest request;
    private final Namespace namespace;
    private final long bytesMax;

    /** Written by the hub; the reader looks at it. */
    private volatile Stage stage = Stage.WAITING;

    // Guarded by the hub.
    private long id;
    private long nextRevision;
    private long createdAt;
    private boolean wasCreated;
    private int progressesToIgnore;
    private List<Event> held = new ArrayList<>();

    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    private final Deque<Waiting> queue = new ArrayDeque<>();
    private long queuedBytes;
    private @Nullable EtcdException end;

    Watching(WatchCreateRequest request, Namespace namespace, long bytesMax) {
        this.request = request;
        this.namespace = namespace;
        this.bytesMax = bytesMax;
        this.nextRevision = request.getStartRevision();
    }

    Stage stage() {
        return stage;
    }

    long id() {
        return id;
    }

    void park() {
        stage = Stage.PARKED;
    }

    /** What is under way on a stream that is no more has to be asked for again. */
    void rewind() {
        stage = Stage.WAITING;
        held = new ArrayList<>();
    }

    /** The request that goes on where the watch is. */
    WatchCreateRequest creation(long newId) {
        id = newId;
        stage = Stage.CREATING;
        return request.toBuilder().setWatchId(newId).setStartRevision(nextRevision).build();
    }

    /**
     * The server has the watch.
     *
     * @param unanswered progress requests whose answer may have been made before it had
     */
    void created(ResponseHeader header, int unanswered) {
        stage = Stage.ACTIVE;
        createdAt = header.getRevision();
        progressesToIgnore = unanswered;
        if (nextRevision == 0) {
            nextRevision = header.getRevision() + 1;
        }
        if (!wasCreated) {
            wasCreated = true;
            enqueue(new WatchSignal.Created(Header.of(header)), 0);
        }
    }

    /**
     * Takes changes.
     *
     * @return whether there was room; else nothing was taken
     */
    boolean events(WatchResponse response) {
        List<Event> events = held;
        for (Event event : response.getEventsList()) {
            if (event.getKv().getModRevision() >= nextRevision) {
                events.add(event);
            }
        }
        int whole = response.getFragment() ? beginOfLastRevision(events) : events.size();
        if (whole == 0) {
            return true;
        }
        List<WatchItem> items = new ArrayList<>(whole);
        long bytes = 0;
        for (Event event : events.subList(0, whole)) {
            items.add(WatchItem.of(event, namespace));
            bytes += event.getSerializedSize();
        }
        WatchSignal batch =
                new WatchSignal.Batch(
                        Header.of(response.getHeader()), Collections.unmodifiableList(items));
        if (!enqueue(batch, bytes)) {
            return false;
        }
        nextRevision = events.get(whole - 1).getKv().getModRevision() + 1;
        held = new ArrayList<>(events.subList(whole, events.size()));
        return true;
    }

    /** The rest of the last revision may come with the next fragment. */
    private static int beginOfLastRevision(List<Event> events) {
        int begin = events.size();
        while (begin > 0
                && events.get(begin - 1).getKv().getModRevision()
                        == events.getLast().getKv().getModRevision()) {
            begin--;
        }
        return begin;
    }

    /** The server says of this watch alone that it has told all up to a revision. */
    void progress(ResponseHeader header) {
        if (held.isEmpty()) {
            nextRevision = Math.max(nextRevision, header.getRevision() + 1);
            enqueue(new WatchSignal.Progress(Header.of(header)), 0);
        }
    }

    /**
     * The server says so of all watches that it had when it made the answer. That answer may be
     * older than the watch, which then may have changes of the past yet to come.
     */
    void progressOfAll(ResponseHeader header) {
        if (nextRevision <= createdAt && progressesToIgnore > 0) {
            progressesToIgnore--;
        } else {
            progress(header);
        }
    }

    void ended(EtcdException why) {
        stage = Stage.ENDED;
        lock.lock();
        try {
            if (end == null) {
                end = why;
            }
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    private boolean enqueue(WatchSignal signal, long bytes) {
        lock.lock();
        try {
            if (queuedBytes > 0 && queuedBytes + bytes > bytesMax) {
                return false;
            }
            // Of several signals of progress in a row the last says all.
            if (signal instanceof WatchSignal.Progress
                    && !queue.isEmpty()
                    && queue.getLast().signal() instanceof WatchSignal.Progress) {
                queue.removeLast();
            }
            queue.add(new Waiting(signal, bytes));
            queuedBytes += bytes;
            changed.signalAll();
            return true;
        } finally {
            lock.unlock();
        }
    }

    /**
     * The next signal, for the reader.
     *
     * @param nanosMax how long to wait for one; negative for without end
     * @return absent if none came in time
     * @throws EtcdException if the watch has ended and all before was read
     */
    @Nullable WatchSignal take(long nanosMax) throws InterruptedException {
        long left = nanosMax;
        lock.lockInterruptibly();
        try {
            while (queue.isEmpty()) {
                EtcdException why = end;
                if (why != null) {
                    why.fillInStackTrace();
                    throw why;
                }
                if (nanosMax < 0) {
                    changed.await();
                } else if (left <= 0) {
                    return null;
                } else {
                    left = changed.awaitNanos(left);
                }
            }
            Waiting first = queue.remove();
            queuedBytes -= first.bytes();
            return first.signal();
        } finally {
            lock.unlock();
        }
    }

    /** Whether a parked watch should go on. */
    boolean hasRoom() {
        lock.lock();
        try {
            return queuedBytes <= bytesMax / 2;
        } finally {
            lock.unlock();
        }
    }
}
