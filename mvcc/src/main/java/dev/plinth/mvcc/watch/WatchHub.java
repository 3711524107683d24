package dev.plinth.mvcc.watch;

import dev.plinth.mvcc.buffer.Changes;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.locks.ReentrantLock;

/**
 * All watchers of a store. A watcher holds a position, the next revision it wants, and no queue: in
 * sync, it is served by the apply thread with shared encoded events; behind, it is served from
 * history by {@link #doWork}. So a slow client costs a few words of memory however far behind it
 * is, and nobody waits for it.
 *
 * <p><b>Why no event is lost or doubled.</b> Everything here happens under one lock. A commit first
 * becomes visible in the store and is then announced by {@link #committed}, which moves {@link
 * #revision}. A watcher is in sync only if its position is above that revision; then the next
 * announcement reaches it. History is read without the lock from a state that is at least as new as
 * {@code revision}, and may be newer: a watcher that has read up to a commit that is not announced
 * yet has a position above it, and the announcement passes it over. After the read the lock is
 * taken again and positions are compared with {@code revision} as it is then.
 *
 * <p>Cost of a commit: one hash look-up and one interval search per change; one encoding per change
 * that concerns anyone; one call per watcher concerned; one flush per stream concerned.
 */
public final class WatchHub {
    private static final int WATCHERS_PER_ROUND = 512;
    private static final int EVENTS_PER_ROUND = 1000;
    private static final long BYTES_PER_ROUND = 1 << 20;
    private static final int SCANNED_PER_ROUND = 10_000;

    private final History history;
    private final ReentrantLock lock = new ReentrantLock();
    private final WatcherIndex synced = new WatcherIndex();
    private final Set<Watcher> behind = new LinkedHashSet<>();
    private final List<WatcherGroup> concerned = new ArrayList<>();
    private final List<WatchStream> touched = new ArrayList<>();
    private long revision;
    private volatile Runnable wakeUp = () -> {};

    /** A hub over a history whose newest revision is given. */
    public WatchHub(History history, long revision) {
        this.history = history;
        this.revision = revision;
    }

    /** Opens a stream for one client. */
    public WatchStream open(WatchSink sink) {
        return new WatchStream(this, sink);
    }

    /** Called (from any thread) when {@link #doWork} has something to do; to wake its thread. */
    public void onWork(Runnable wakeUp) {
        this.wakeUp = wakeUp;
    }

    public int watcherCount() {
        lock.lock();
        try {
            return synced.watchers() + behind.size();
        } finally {
            lock.unlock();
        }
    }

    /** Watchers that are behind. */
    public int slowWatcherCount() {
        lock.lock();
        try {
            return behind.size();
        } finally {
            lock.unlock();
        }
    }

    // --- for streams, with the lock held ---

    void lock() {
        lock.lock();
    }

    void unlock() {
        lock.unlock();
    }

    long revision() {
        return revision;
    }

    void add(Watcher watcher) {
        if (watcher.startRevision <= 0 || watcher.startRevision > revision) {
            watcher.next = Math.max(revision + 1, watcher.startRevision);
            place(watcher, Watcher.Place.SYNCED);
        } else {
            watcher.next = watcher.startRevision;
            place(watcher, Watcher.Place.BEHIND);
            wakeUp();
        }
    }

    void remove(Watcher watcher) {
        leave(watcher);
        watcher.place = Watcher.Place.DONE;
    }

    private void leave(Watcher watcher) {
        switch (watcher.place) {
            case SYNCED -> synced.remove(watcher);
            case BEHIND -> behind.remove(watcher);
            case DONE -> {}
        }
    }

    private void place(Watcher watcher, Watcher.Place place) {
        watcher.place = place;
        switch (place) {
            case SYNCED -> synced.add(watcher);
            case BEHIND -> behind.add(watcher);
            case DONE -> {}
        }
    }

    void wakeUp() {
        wakeUp.run();
    }

    // --- the apply thread ---

    /** A write transaction has become visible: its events go to the watchers in sync. */
    public void committed(long newRevision, Changes changes) {
        lock.lock();
        try {
            revision = newRevision;
            if (synced.isEmpty()) {
                return;
            }
            for (int i = 0; i < changes.count(); i++) {
                announce(newRevision, changes, i);
            }
            boolean fellBehind = false;
            for (WatcherGroup group : concerned) {
                fellBehind |= serveGroup(group);
            }
            concerned.clear();
            flushTouched();
            if (fellBehind) {
                wakeUp();
            }
        } finally {
            lock.unlock();
        }
    }

    private void announce(long newRevision, Changes changes, int i) {
        WatchEvent[] event = new WatchEvent[1];
        synced.visit(
                changes.key(i),
                group -> {
                    if (event[0] == null) {
                        event[0] = event(newRevision, changes, i);
                    }
                    if (group.collect(event[0])) {
                        concerned.add(group);
                    }
                });
    }

    private static WatchEvent event(long revision, Changes changes, int i) {
        byte[] key = changes.key(i);
        return changes.isTombstone(i)
                ? WatchEvent.delete(key, revision)
                : WatchEvent.put(
                        key,
                        changes.create(i),
                        revision,
                        changes.memory(i),
                        changes.offset(i),
                        changes.length(i));
    }

    /** Serves the group its collected events; whether a watcher fell behind. */
    private boolean serveGroup(WatcherGroup group) {
        boolean fellBehind = false;
        for (int i = group.count() - 1; i >= 0; i--) {
            Watcher watcher = group.get(i);
            if (watcher.next > revision) {
                continue;
            }
            WatchEvents events = group.eventsFor(watcher);
            if (events == null || deliver(watcher, events, revision)) {
                watcher.next = revision + 1;
            } else {
                fellBehind = true;
                leave(watcher);
                place(watcher, Watcher.Place.BEHIND);
            }
        }
        group.endDelivery();
        return fellBehind;
    }

    private boolean deliver(Watcher watcher, WatchEvents events, long headerRevision) {
        boolean taken = watcher.stream.deliver(watcher, events, headerRevision);
        if (taken && watcher.stream.touch()) {
            touched.add(watcher.stream);
        }
        return taken;
    }

    private void flushTouched() {
        touched.forEach(WatchStream::flush);
        touched.clear();
    }

    /**
     * The store's content was replaced by that of a snapshot. A watcher in step has had all up to
     * the revision before it, quiet as its keys may have been: it wants what came after, not the
     * history since its last event, which may be compacted in the snapshot.
     */
    public void restored(long newRevision) {
        lock.lock();
        try {
            List<Watcher> all = synced.all();
            long had = revision;
            revision = newRevision;
            for (Watcher watcher : all) {
                watcher.next = Math.max(watcher.next, had + 1);
                if (watcher.next <= newRevision) {
                    leave(watcher);
                    place(watcher, Watcher.Place.BEHIND);
                }
            }
        } finally {
            lock.unlock();
        }
        wakeUp();
    }

    // --- the syncer's thread ---

    /**
     * Serves watchers that are behind, in bounded slices; one background thread.
     *
     * @return watchers that moved; 0 when none could
     */
    public int doWork(long nowNanos) {
        List<Watcher> round = new ArrayList<>();
        WatcherIndex wanted = new WatcherIndex();
        long from = choose(round, wanted);
        if (round.isEmpty()) {
            return 0;
        }
        History.Slice slice =
                history.read(
                        from,
                        wanted::concerns,
                        EVENTS_PER_ROUND,
                        BYTES_PER_ROUND,
                        SCANNED_PER_ROUND);
        lock.lock();
        try {
            int moved = serve(round, wanted, slice);
            flushTouched();
            return moved;
        } finally {
            lock.unlock();
        }
    }

    /** Chooses whom to serve; returns the lowest position among them. */
    private long choose(List<Watcher> round, WatcherIndex wanted) {
        long from = Long.MAX_VALUE;
        lock.lock();
        try {
            Iterator<Watcher> all = behind.iterator();
            while (all.hasNext() && round.size() < WATCHERS_PER_ROUND) {
                Watcher watcher = all.next();
                if (!watcher.stream.isBlocked()) {
                    round.add(watcher);
                    wanted.add(watcher);
                    from = Math.min(from, watcher.next);
                }
            }
            // Whoever was chosen queues up again behind the others.
            round.forEach(behind::remove);
            behind.addAll(round);
        } finally {
            lock.unlock();
        }
        return from;
    }

    private int serve(List<Watcher> round, WatcherIndex wanted, History.Slice slice) {
        for (WatchEvent event : slice.events()) {
            wanted.visit(event.key(), group -> group.collect(event));
        }
        int moved = 0;
        for (Watcher watcher : round) {
            if (watcher.place != Watcher.Place.BEHIND) {
                continue;
            }
            if (watcher.next < slice.compactRevision()) {
                moved += tellCompacted(watcher, slice.compactRevision());
            } else if (watcher.next <= slice.upTo()) {
                moved += serveFromHistory(watcher, wanted, slice);
            } else if (watcher.next > revision) {
                leave(watcher);
                place(watcher, Watcher.Place.SYNCED);
                moved++;
            }
        }
        return moved;
    }

    private int tellCompacted(Watcher watcher, long compactRevision) {
        if (watcher.stream.isBlocked()
                || !watcher.stream.deliverCompacted(watcher, compactRevision)) {
            return 0;
        }
        if (watcher.stream.touch()) {
            touched.add(watcher.stream);
        }
        leave(watcher);
        watcher.place = Watcher.Place.DONE;
        return 1;
    }

    private int serveFromHistory(Watcher watcher, WatcherIndex wanted, History.Slice slice) {
        WatchEvents events = wanted.groupOf(watcher).eventsFor(watcher);
        if (events != null && !deliver(watcher, events, Math.max(revision, slice.upTo()))) {
            return 0;
        }
        watcher.next = slice.upTo() + 1;
        if (watcher.next > revision) {
            leave(watcher);
            place(watcher, Watcher.Place.SYNCED);
        }
        return 1;
    }
}
