package dev.plinth.client.recipes;

import dev.plinth.client.Bytes;
import dev.plinth.client.Cmp;
import dev.plinth.client.Delete;
import dev.plinth.client.EtcdException;
import dev.plinth.client.KeyValue;
import dev.plinth.client.Op;
import dev.plinth.client.PlinthClient;
import dev.plinth.client.Put;
import dev.plinth.client.Range;
import dev.plinth.client.RangeResult;
import dev.plinth.client.Txn;
import dev.plinth.client.TxnResult;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;

/**
 * Transactions in memory: a function reads and writes keys as if it were alone, and is run again
 * until nobody has come in between. Its writes are done as one at its end, or not at all.
 *
 * <p>The function may run several times, so it must do nothing but read and write by its argument.
 * Source: tools.md 7.7.
 */
public final class Stm {
    private final PlinthClient client;
    private final Isolation isolation;

    /** Transactions of one kind. */
    public Stm(PlinthClient client, Isolation isolation) {
        this.client = client;
        this.isolation = isolation;
    }

    /**
     * Runs a function until it has been done without disturbance.
     *
     * @throws EtcdException if a call fails; {@link EtcdException.OutcomeUnknown} if it may have
     *     been done
     */
    public <T> T transact(Function<Tx, T> body) {
        Map<Bytes, Optional<KeyValue>> known = Map.of();
        long revision = 0;
        while (true) {
            Tx tx = new Tx(known, revision);
            T result = body.apply(tx);
            TxnResult done = tx.commit();
            if (done.succeeded()) {
                return result;
            }
            known = tx.refreshed(done);
            revision = known.isEmpty() ? 0 : done.header().revision();
        }
    }

    private boolean isSerializable() {
        return isolation == Isolation.SERIALIZABLE_SNAPSHOT || isolation == Isolation.SERIALIZABLE;
    }

    /** What a function sees of the store. One thread. */
    public final class Tx {
        /** What the store holds, as of the run before; it is used where it is asked for. */
        private final Map<Bytes, Optional<KeyValue>> prefetched;

        private final Map<Bytes, Optional<KeyValue>> reads = new LinkedHashMap<>();

        /** Values to write; absent for keys to delete. */
        private final Map<Bytes, Optional<Bytes>> writes = new LinkedHashMap<>();

        /** Of all reads, where the isolation wants one; 0 until the first. */
        private long revision;

        private Tx(Map<Bytes, Optional<KeyValue>> prefetched, long revision) {
            this.prefetched = prefetched;
            this.revision = revision;
        }

        /** The value of a key, as this transaction has made it or as the store has it. */
        public Optional<Bytes> get(Bytes key) {
            Optional<Bytes> own = writes.get(key);
            return own != null ? own : read(key).map(KeyValue::value);
        }

        /** Revision of the last change that the store has of a key; 0 if it has none. */
        public long revision(Bytes key) {
            return read(key).map(KeyValue::modRevision).orElse(0L);
        }

        /** Writes a key at the end. */
        public void put(Bytes key, Bytes value) {
            writes.put(key, Optional.of(value));
        }

        /** Deletes a key at the end. */
        public void delete(Bytes key) {
            writes.put(key, Optional.empty());
        }

        private Optional<KeyValue> read(Bytes key) {
            Optional<KeyValue> known = reads.get(key);
            if (known == null) {
                known = prefetched.get(key);
                known = known == null ? fetch(key) : known;
                reads.put(key, known);
            }
            return known;
        }

        private Optional<KeyValue> fetch(Bytes key) {
            Range range = Range.key(key);
            if (!isSerializable()) {
                return client.kv().range(range.serializable()).first();
            }
            // A member that lags would refuse a serializable read of a revision that it has not.
            RangeResult result = client.kv().range(range.at(revision));
            if (revision == 0) {
                revision = result.header().revision();
            }
            return result.first();
        }

        private TxnResult commit() {
            List<Cmp> conditions = new ArrayList<>();
            if (isolation != Isolation.READ_COMMITTED) {
                reads.forEach((key, item) ->
                        conditions.add(
                                Cmp.modRevision(key)
                                        .is(item.map(KeyValue::modRevision).orElse(0L))));
            }
            if (isolation == Isolation.SERIALIZABLE_SNAPSHOT && revision != 0) {
                writes.keySet()
                        .forEach(key ->
                                conditions.add(Cmp.modRevision(key).isLessThan(revision + 1)));
            }
            List<Op> ops = new ArrayList<>();
            writes.forEach((key, value) ->
                    ops.add(value.isPresent() ? Put.of(key, value.get()) : Delete.key(key)));
            List<Op> again = new ArrayList<>();
            if (isSerializable()) {
                reads.keySet().forEach(key -> again.add(Range.key(key)));
            }
            return client.kv().txn(new Txn(conditions, ops, again));
        }

        /** What a run that was disturbed has left for the next: fresh items of the keys read. */
        private Map<Bytes, Optional<KeyValue>> refreshed(TxnResult failed) {
            Map<Bytes, Optional<KeyValue>> fresh = new LinkedHashMap<>();
            if (isSerializable()) {
                int index = 0;
                for (Bytes key : reads.keySet()) {
                    fresh.put(key, failed.range(index).first());
                    index++;
                }
            }
            return fresh;
        }
    }
}
