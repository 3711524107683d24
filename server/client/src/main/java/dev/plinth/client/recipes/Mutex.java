package dev.plinth.client.recipes;

import dev.plinth.client.Bytes;
import dev.plinth.client.Cmp;
import dev.plinth.client.EtcdException;
import java.time.Duration;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A lock between sessions, fair: it goes to whoever has waited longest. One session holds it at
 * most once; asked for again by the same session it is given again.
 */
public final class Mutex {
    private final Contender contender;
    private final Session session;

    Mutex(Session session, Bytes name) {
        this.session = session;
        this.contender = new Contender(session, name);
    }

    /**
     * Waits for the lock.
     *
     * @throws SessionLostException if the session is lost while it waits
     * @throws EtcdException if the cluster cannot be reached, or the thread is interrupted; the
     *     place in the queue is given up, at the latest with the session
     */
    public Held lock() {
        return acquire(null).orElseThrow();
    }

    /** Takes the lock if nobody has it. */
    public Optional<Held> tryLock() {
        Contender.Place place = contender.enter(Bytes.EMPTY);
        if (place.isFirst()) {
            return Optional.of(new Held(place));
        }
        contender.leave(place);
        return Optional.empty();
    }

    /** Waits for the lock for a while. */
    public Optional<Held> tryLock(Duration most) {
        return acquire(System.nanoTime() + most.toNanos());
    }

    private Optional<Held> acquire(@Nullable Long deadlineNanos) {
        Contender.Place place = contender.enter(Bytes.EMPTY);
        if (place.isFirst()) {
            return Optional.of(new Held(place));
        }
        return contender.awaitTurn(place, deadlineNanos)
                ? Optional.of(new Held(place))
                : Optional.empty();
    }

    /** The lock, until it is closed or the session is lost. */
    public final class Held implements AutoCloseable {
        private final Contender.Place place;

        private Held(Contender.Place place) {
            this.place = place;
        }

        /** Whether the session still lives, as far as this program knows. */
        public boolean isHeld() {
            return session.isAlive();
        }

        /**
         * A number that is larger for each later holder, for other systems to refuse older ones.
         */
        public long fencingToken() {
            return place.createRevision();
        }

        /** A condition for transactions that holds only while the lock is held. */
        public Cmp stillHeld() {
            return Contender.stillThere(place);
        }

        /** The key that stands for the lock. */
        public Bytes key() {
            return place.key();
        }

        /** Gives the lock to the next. */
        @Override
        public void close() {
            contender.leave(place);
        }
    }
}
