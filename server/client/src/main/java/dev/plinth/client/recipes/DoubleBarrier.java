package dev.plinth.client.recipes;

import dev.plinth.client.Bytes;
import dev.plinth.client.EtcdException;
import dev.plinth.client.Put;
import dev.plinth.client.Range;
import dev.plinth.client.RangeResult;
import dev.plinth.client.WatchCursor;
import dev.plinth.client.WatchSignal;
import dev.plinth.client.WatchSpec;
import java.util.function.Predicate;

/**
 * A place that a number of sessions enter together and leave together. It can be used again once
 * all have left.
 */
public final class DoubleBarrier {
    private final Session session;
    private final Bytes members;
    private final Bytes ready;
    private final Bytes own;
    private final int count;

    /**
     * The place of a name.
     *
     * @param count sessions that enter together, at least 1
     */
    public DoubleBarrier(Session session, Bytes name, int count) {
        if (count < 1) {
            throw new IllegalArgumentException("at least one, not " + count);
        }
        this.session = session;
        this.members = name.concat("/waiters/");
        this.ready = name.concat("/ready");
        this.own = members.concat(Long.toHexString(session.lease()));
        this.count = count;
    }

    /**
     * Enters, and waits until as many as there are to be have entered.
     *
     * @throws EtcdException if the cluster cannot be reached, or the thread is interrupted
     */
    public void enter() {
        var _ = session.client().kv().put(Put.of(own, Bytes.EMPTY).lease(session.lease()));
        RangeResult all = session.client().kv().range(Range.prefix(members).countOnly());
        if (all.count() >= count) {
            var _ = session.client().kv().put(Put.of(ready, Bytes.EMPTY));
        } else {
            awaitKeys(ready, found -> found.count() > 0);
        }
    }

    /**
     * Leaves, and waits until all have left.
     *
     * @throws EtcdException if the cluster cannot be reached, or the thread is interrupted
     */
    public void leave() {
        var _ = session.client().kv().delete(own);
        awaitKeys(members, found -> found.count() == 0);
        var _ = session.client().kv().delete(ready);
    }

    private void awaitKeys(Bytes prefix, Predicate<RangeResult> isThatSo) {
        while (true) {
            RangeResult found = session.client().kv().range(Range.prefix(prefix).countOnly());
            if (isThatSo.test(found)) {
                return;
            }
            WatchSpec change = WatchSpec.prefix(prefix).from(found.header().revision() + 1);
            try (WatchCursor watch = session.client().watches().open(change)) {
                boolean hasChanged = false;
                while (!hasChanged) {
                    hasChanged = watch.next() instanceof WatchSignal.Batch;
                }
            } catch (EtcdException.Compacted _) {
                // How it stands is to be looked up anew.
            }
        }
    }
}
