package dev.plinth.client.recipes;

import dev.plinth.client.Bytes;
import dev.plinth.client.Cmp;
import dev.plinth.client.EtcdException;
import dev.plinth.client.PlinthClient;
import dev.plinth.client.Put;
import dev.plinth.client.Range;
import dev.plinth.client.RangeResult;
import dev.plinth.client.Txn;
import dev.plinth.client.WatchCursor;
import dev.plinth.client.WatchItem;
import dev.plinth.client.WatchSignal;
import dev.plinth.client.WatchSpec;

/** Holds up all that wait at it until it is released: a key that is there as long as it holds. */
public final class Barrier {
    private final PlinthClient client;
    private final Bytes key;

    /** The barrier of a name, which is its key. */
    public Barrier(PlinthClient client, Bytes name) {
        this.client = client;
        this.key = name;
    }

    /**
     * Closes the barrier.
     *
     * @return whether it was open
     */
    public boolean hold() {
        return client.kv()
                .txn(Txn.when(Cmp.absent(key)).then(Put.of(key, Bytes.EMPTY)))
                .succeeded();
    }

    /** Opens the barrier for all that wait. */
    public void release() {
        var _ = client.kv().delete(key);
    }

    /**
     * Waits until the barrier is open.
     *
     * @throws EtcdException if the cluster cannot be reached, or the thread is interrupted
     */
    public void await() {
        while (true) {
            RangeResult now = client.kv().range(Range.key(key).keysOnly());
            if (now.items().isEmpty()) {
                return;
            }
            WatchSpec gone = WatchSpec.key(key).from(now.header().revision() + 1).deletesOnly();
            try (WatchCursor watch = client.watches().open(gone)) {
                while (true) {
                    if (watch.next() instanceof WatchSignal.Batch changes
                            && changes.items().getFirst() instanceof WatchItem.Delete) {
                        return;
                    }
                }
            } catch (EtcdException.Compacted _) {
                // Whether it is open is to be looked up anew.
            }
        }
    }
}
