package dev.plinth.client.recipes;

import dev.plinth.client.Bytes;
import dev.plinth.client.Cmp;
import dev.plinth.client.Delete;
import dev.plinth.client.EtcdException;
import dev.plinth.client.KeyRange;
import dev.plinth.client.KeyValue;
import dev.plinth.client.Put;
import dev.plinth.client.Range;
import dev.plinth.client.RangeResult;
import dev.plinth.client.SortOrder;
import dev.plinth.client.SortTarget;
import dev.plinth.client.Txn;
import dev.plinth.client.TxnResult;
import dev.plinth.client.WatchCursor;
import dev.plinth.client.WatchItem;
import dev.plinth.client.WatchSignal;
import dev.plinth.client.WatchSpec;
import java.time.Duration;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * One session in a queue of sessions: its key stands below a common prefix, and its turn has come
 * when no older key is left. Source: tools.md 7.7.
 */
final class Contender {
    /** Where a session stands. */
    record Place(Bytes key, long createRevision, boolean isFirst, boolean isNew) {}

    private final Session session;
    private final Bytes prefix;
    private final Bytes key;

    Contender(Session session, Bytes name) {
        this.session = session;
        this.prefix = name.concat("/");
        this.key = prefix.concat(Long.toHexString(session.lease()));
    }

    private Range oldest() {
        return Range.prefix(prefix)
                .sortBy(SortTarget.CREATE_REVISION, SortOrder.ASCENDING)
                .limit(1);
    }

    /** The oldest key of all, if there is one. */
    Optional<KeyValue> first() {
        return session.client().kv().range(oldest()).first();
    }

    /** All who stand, and how they change. */
    LeaderCursor observe() {
        return new LeaderCursor(session.client().watches().listAndWatch(KeyRange.prefix(prefix)));
    }

    Bytes key() {
        return key;
    }

    /** Queues up; a session that stands there already keeps its place. */
    Place enter(Bytes value) {
        TxnResult result =
                session.client()
                        .kv()
                        .txn(
                                Txn.when(Cmp.absent(key))
                                        .then(Put.of(key, value).lease(session.lease()), oldest())
                                        .orElse(Range.key(key), oldest()));
        long created =
                result.succeeded()
                        ? result.header().revision()
                        : result.range(0).first().orElseThrow().createRevision();
        boolean isFirst =
                result.range(1).first().map(KeyValue::createRevision).orElse(created) >= created;
        return new Place(key, created, isFirst, result.succeeded());
    }

    /**
     * Waits until all older keys are gone, one after the other, the youngest first.
     *
     * @param deadlineNanos by {@link System#nanoTime}; absent for none
     * @return whether the turn has come; else the time was up, and the place is given up
     * @throws SessionLostException if the session was lost meanwhile
     * @throws EtcdException if waiting fails; the place is given up, if that can be told
     */
    boolean awaitTurn(Place place, @Nullable Long deadlineNanos) {
        try {
            boolean hasCome = awaitOlder(place, deadlineNanos);
            if (!hasCome) {
                leave(place);
            }
            return hasCome;
        } catch (EtcdException e) {
            if (!session.isAlive()) {
                throw new SessionLostException();
            }
            leaveAfter(e, place);
            throw e;
        }
    }

    /** An interrupted thread can make calls again once its interruption is set aside. */
    private void leaveAfter(EtcdException why, Place place) {
        boolean wasInterrupted = Thread.interrupted();
        try {
            leave(place);
        } catch (EtcdException e) {
            why.addSuppressed(e);
        } finally {
            if (wasInterrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    private boolean awaitOlder(Place place, @Nullable Long deadlineNanos) {
        Range older =
                Range.prefix(prefix)
                        .createdBetween(0, place.createRevision() - 1)
                        .sortBy(SortTarget.CREATE_REVISION, SortOrder.DESCENDING)
                        .keysOnly()
                        .limit(1);
        while (true) {
            // At one revision, so that from the next on the watch misses neither key's deletion.
            TxnResult now = session.client().kv().txn(Txn.of(older, Range.key(place.key())));
            requireStanding(place, now.range(1).first());
            RangeResult ahead = now.range(0);
            if (ahead.items().isEmpty()) {
                return true;
            }
            Bytes before = ahead.items().getFirst().key();
            if (!awaitDeletion(before, place, now.header().revision() + 1, deadlineNanos)) {
                return false;
            }
        }
    }

    /** Watches the whole queue: the own place may be lost before the one ahead goes. */
    private boolean awaitDeletion(
            Bytes before, Place own, long from, @Nullable Long deadlineNanos) {
        WatchSpec gone = WatchSpec.prefix(prefix).from(from).deletesOnly();
        try (WatchCursor watch = session.client().watches().open(gone)) {
            var _ = session.lost().thenRun(watch::close);
            while (true) {
                Optional<WatchSignal> signal =
                        deadlineNanos == null
                                ? Optional.of(watch.next())
                                : watch.next(Duration.ofNanos(deadlineNanos - System.nanoTime()));
                if (signal.isEmpty()) {
                    return false;
                }
                if (signal.get() instanceof WatchSignal.Batch(var _, var changes)) {
                    for (WatchItem change : changes) {
                        if (change.key().equals(own.key())) {
                            throw new SessionLostException();
                        }
                        if (change.key().equals(before)) {
                            return true;
                        }
                    }
                }
            }
        } catch (EtcdException.Compacted _) {
            // What was waited for may have happened; the next look tells.
            return true;
        }
    }

    private static void requireStanding(Place place, Optional<KeyValue> own) {
        if (own.isEmpty() || own.get().createRevision() != place.createRevision()) {
            throw new SessionLostException();
        }
    }

    /** Leaves the queue, if the place is still the one that was had. */
    void leave(Place place) {
        var _ =
                session.client()
                        .kv()
                        .txn(Txn.when(stillThere(place)).then(Delete.key(place.key())));
    }

    static Cmp stillThere(Place place) {
        return Cmp.createRevision(place.key()).is(place.createRevision());
    }
}
