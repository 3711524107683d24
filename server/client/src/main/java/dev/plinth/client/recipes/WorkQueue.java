package dev.plinth.client.recipes;

import dev.plinth.client.Bytes;
import dev.plinth.client.Cmp;
import dev.plinth.client.Delete;
import dev.plinth.client.EtcdException;
import dev.plinth.client.KeyValue;
import dev.plinth.client.PlinthClient;
import dev.plinth.client.Put;
import dev.plinth.client.Range;
import dev.plinth.client.RangeResult;
import dev.plinth.client.SortOrder;
import dev.plinth.client.SortTarget;
import dev.plinth.client.Txn;
import dev.plinth.client.WatchCursor;
import dev.plinth.client.WatchSignal;
import dev.plinth.client.WatchSpec;
import java.util.Optional;
import java.util.UUID;

/**
 * A queue of values in the cluster, by priority and, among equals, first in first out. Each value
 * is handed to one taker, at most once: a taker that dies with a value takes it along. Any thread.
 */
public final class WorkQueue {
    private static final int PRIORITY_MAX = 99_999;

    private final PlinthClient client;
    private final Bytes prefix;

    /** The queue of a name, below which its keys are. */
    public WorkQueue(PlinthClient client, Bytes name) {
        this.client = client;
        this.prefix = name.concat("/");
    }

    /** Adds a value of the priority 0. */
    public void add(Bytes value) {
        add(value, 0);
    }

    /**
     * Adds a value.
     *
     * @param priority 0 up to 99999; the least is taken first
     * @throws EtcdException.OutcomeUnknown if it may or may not have been added
     */
    public void add(Bytes value, int priority) {
        if (priority < 0 || priority > PRIORITY_MAX) {
            throw new IllegalArgumentException("0 up to " + PRIORITY_MAX + ", not " + priority);
        }
        Bytes key = ofPriority("%05d".formatted(priority)).concat(UUID.randomUUID().toString());
        var _ = client.kv().put(Put.of(key, value));
    }

    private Bytes ofPriority(String digits) {
        return prefix.concat(digits).concat("/");
    }

    /** Takes the next value, if there is one. */
    public Optional<Bytes> poll() {
        while (true) {
            Optional<KeyValue> least = client.kv().range(least()).first();
            if (least.isEmpty()) {
                return Optional.empty();
            }
            Bytes group = least.get().key();
            Range eldest =
                    Range.prefix(ofPriority(group.from(prefix.size()).utf8().substring(0, 5)))
                            .sortBy(SortTarget.CREATE_REVISION, SortOrder.ASCENDING)
                            .limit(1);
            Optional<KeyValue> next = client.kv().range(eldest).first();
            if (next.isPresent() && claimed(next.get())) {
                return Optional.of(next.get().value());
            }
        }
    }

    private Range least() {
        return Range.prefix(prefix).limit(1).keysOnly();
    }

    private boolean claimed(KeyValue item) {
        return client.kv()
                .txn(
                        Txn.when(Cmp.modRevision(item.key()).is(item.modRevision()))
                                .then(Delete.key(item.key())))
                .succeeded();
    }

    /**
     * Takes the next value; waits for one.
     *
     * @throws EtcdException if the cluster cannot be reached, or the thread is interrupted
     */
    public Bytes take() {
        while (true) {
            RangeResult before = client.kv().range(least());
            Optional<Bytes> value = poll();
            if (value.isPresent()) {
                return value.get();
            }
            awaitOne(before.header().revision() + 1);
        }
    }

    private void awaitOne(long from) {
        try (WatchCursor watch =
                client.watches().open(WatchSpec.prefix(prefix).from(from).putsOnly())) {
            while (true) {
                if (watch.next() instanceof WatchSignal.Batch) {
                    return;
                }
            }
        } catch (EtcdException.Compacted _) {
            // There may be one; the next look tells.
        }
    }
}
