package dev.plinth.client.recipes;

import dev.plinth.client.Bytes;
import dev.plinth.client.Cmp;
import dev.plinth.client.EtcdException;
import dev.plinth.client.KeyValue;
import dev.plinth.client.Put;
import dev.plinth.client.Txn;
import dev.plinth.client.TxnResult;
import java.util.Optional;

/** An election between sessions: one leads at a time, the others wait in the order they came. */
public final class Election {
    private final Session session;
    private final Contender contender;

    Election(Session session, Bytes name) {
        this.session = session;
        this.contender = new Contender(session, name);
    }

    /**
     * Waits until this session leads. A session that stands already proclaims the new value.
     *
     * @param value what others see of the leader
     * @throws SessionLostException if the session is lost while it waits
     * @throws EtcdException if the cluster cannot be reached, or the thread is interrupted
     */
    public Leadership campaign(Bytes value) {
        Contender.Place place = contender.enter(value);
        Leadership leadership = new Leadership(place);
        if (!place.isNew()) {
            leadership.proclaim(value);
        }
        if (!place.isFirst() && !contender.awaitTurn(place, null)) {
            throw new IllegalStateException("an endless wait ended");
        }
        return leadership;
    }

    /** The leader's key and value, if there is a leader. */
    public Optional<KeyValue> leader() {
        return contender.first();
    }

    /** Who leads, one leader after the other. */
    public LeaderCursor observe() {
        return contender.observe();
    }

    /** That this session leads, until it is closed or the session is lost. */
    public final class Leadership implements AutoCloseable {
        private final Contender.Place place;

        private Leadership(Contender.Place place) {
            this.place = place;
        }

        /**
         * Shows another value to the others.
         *
         * @throws IllegalStateException if this session does not lead any more
         */
        public void proclaim(Bytes value) {
            TxnResult result =
                    session.client()
                            .kv()
                            .txn(
                                    Txn.when(stillLeads())
                                            .then(
                                                    Put.of(place.key(), value)
                                                            .lease(session.lease())));
            if (!result.succeeded()) {
                throw new IllegalStateException("election: not leader");
            }
        }

        /** Whether the session still lives, as far as this program knows. */
        public boolean isHeld() {
            return session.isAlive();
        }

        /** A number that is larger for each later leader. */
        public long fencingToken() {
            return place.createRevision();
        }

        /** A condition for transactions that holds only while this session leads. */
        public Cmp stillLeads() {
            return Contender.stillThere(place);
        }

        /** Resigns. */
        @Override
        public void close() {
            contender.leave(place);
        }
    }
}
