package dev.plinth.mvcc;

import dev.plinth.mvcc.backend.Backend;
import dev.plinth.mvcc.buffer.Changes;
import dev.plinth.mvcc.buffer.RevisionBuffer;
import dev.plinth.mvcc.codec.Bytes;
import dev.plinth.mvcc.codec.KeyValueEncoder;
import dev.plinth.mvcc.index.IndexReader;
import dev.plinth.mvcc.index.KeyIndex;
import dev.plinth.mvcc.index.KeyState;
import dev.plinth.mvcc.lease.Lessor;
import dev.plinth.mvcc.quota.LiveKeys;
import dev.plinth.mvcc.quota.NamespaceQuotas;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One write transaction, apply thread only. All its changes share one main revision, {@code
 * beginRevision() + 1}, with sub-revisions in order of the calls; a transaction without changes
 * makes no revision.
 *
 * <p>Reads through this view see the changes made so far. Changes become visible to others, and
 * reach the watchers, at {@link #end} as one step. There is no rollback: whoever calls must have
 * checked everything that can be refused before the first change.
 *
 * <p>The store has one object of this kind and hands it out again and again. A put copies key and
 * value once, into the write buffer, and allocates nothing.
 */
public final class WriteView implements ReadView {
    private final KeyValueStore store;
    private final Lessor lessor;
    private final NamespaceQuotas quotas;
    private final KeyState state = new KeyState();
    private final Changes changes = new Changes();

    private Backend backend;
    private KeyIndex index;
    private IndexReader indexReader;
    private long beginRevision;
    private long compactRevision;
    private int sub;
    private int ticket;
    private boolean open;

    WriteView(KeyValueStore store, Lessor lessor, NamespaceQuotas quotas, Published published) {
        this.store = store;
        this.lessor = lessor;
        this.quotas = quotas;
        this.backend = published.backend();
        this.index = published.index();
        this.indexReader = index.newReader();
    }

    /** The store was given another backend and index. */
    void use(Published published) {
        backend = published.backend();
        index = published.index();
        indexReader = index.newReader();
    }

    void begin(long currentRevision, long compacted) {
        if (open) {
            throw new IllegalStateException("the last write transaction has not ended");
        }
        backend.beginMaintenance();
        ticket = backend.epochs().pin();
        open = true;
        beginRevision = currentRevision;
        compactRevision = compacted;
        sub = 0;
        changes.clear();
    }

    /** Current revision before this transaction. */
    public long beginRevision() {
        return beginRevision;
    }

    /** Current revision as reads inside this transaction see it: +1 once something has changed. */
    @Override
    public long revision() {
        return changed() ? beginRevision + 1 : beginRevision;
    }

    @Override
    public long compactRevision() {
        return compactRevision;
    }

    @Override
    public RangeResult range(RangeQuery query) {
        return reader().range(query, index.root(), revision(), compactRevision);
    }

    @Override
    public RangeResult piece(RangeQuery query) {
        return reader().piece(query, index.root(), revision(), compactRevision);
    }

    @Override
    public LiveKeys liveKeys() {
        return reader().liveKeys(index.root(), beginRevision + 1);
    }

    private RangeReader reader() {
        requireOpen();
        return new RangeReader(
                indexReader,
                new ValueLocator(backend.revisions().segments(), backend.generation()));
    }

    /**
     * Writes a pair and moves the key from its old lease to the given one.
     *
     * @param key neither it nor {@code value} may be changed afterwards
     * @param lease 0 for none; must be a known lease otherwise
     * @return the main revision of this transaction
     */
    public long put(byte[] key, byte[] value, long lease) {
        requireOpen();
        long main = beginRevision + 1;
        countSize(key, (long) key.length + value.length);
        index.put(key, main, sub, state);
        long create = state.create;
        long version = state.version;
        int size = KeyValueEncoder.size(key, create, main, version, value, lease);
        RevisionBuffer buffer = backend.revisions();
        byte[] target = buffer.append(main, sub, false, size);
        int at = buffer.lastOffset();
        KeyValueEncoder.write(target, at, key, create, main, version, value, lease);
        changed(key, false, create, size);
        moveLease(key, version > 1, lease);
        return main;
    }

    /**
     * Deletes the keys of the interval that are alive, in key order, a tombstone and a sub-revision
     * each, and detaches them from their leases.
     *
     * @param end as in {@link RangeQuery}
     * @return how many keys were deleted
     */
    public long deleteRange(byte[] key, byte @Nullable [] end) {
        requireOpen();
        if (end == null) {
            return delete(key) ? 1 : 0;
        }
        List<byte[]> keys = new ArrayList<>();
        indexReader.scan(
                index.root(),
                key,
                end,
                beginRevision + 1,
                (reader, found) -> {
                    keys.add(reader.currentKey());
                    return true;
                });
        keys.forEach(this::delete);
        return keys.size();
    }

    private boolean delete(byte[] key) {
        long main = beginRevision + 1;
        countSize(key, LiveKeys.ABSENT);
        if (!index.tombstone(key, main, sub, state)) {
            return false;
        }
        int size = KeyValueEncoder.size(key, 0, 0, 0, Bytes.EMPTY, 0);
        RevisionBuffer buffer = backend.revisions();
        byte[] target = buffer.append(main, sub, true, size);
        KeyValueEncoder.write(target, buffer.lastOffset(), key, 0, 0, 0, Bytes.EMPTY, 0);
        changed(key, true, 0, size);
        moveLease(key, true, 0);
        return true;
    }

    /** Called before the change. */
    private void countSize(byte[] key, long size) {
        if (quotas.concerns(key)) {
            quotas.changed(key, liveKeys().sizeOf(key), size);
        } else if (NamespaceQuotas.isQuotaKey(key)) {
            quotas.touched(key);
        }
    }

    private void changed(byte[] key, boolean tombstone, long create, int size) {
        RevisionBuffer buffer = backend.revisions();
        changes.add(key, tombstone, create, buffer.lastSegment(), buffer.lastOffset(), size);
        backend.revisionAppended();
        sub++;
    }

    private void moveLease(byte[] key, boolean existed, long lease) {
        long old = existed ? lessor.leaseOf(key) : 0;
        if (old == lease) {
            return;
        }
        if (old != 0) {
            lessor.detach(old, key);
        }
        if (lease != 0) {
            lessor.attach(lease, key);
        }
    }

    /** Whether something was changed, so that {@link #end} makes a revision. */
    public boolean changed() {
        return sub > 0;
    }

    /** Publishes the changes, notifies watchers, ends the transaction. */
    public void end() {
        requireOpen();
        if (quotas.isTouched()) {
            quotas.settle(liveKeys());
        }
        open = false;
        backend.epochs().unpin(ticket);
        try {
            if (changed()) {
                store.publish(beginRevision + 1, changes);
            }
        } finally {
            backend.endMaintenance();
        }
    }

    /** The same as {@link #end}; does nothing on an ended transaction. */
    @Override
    public void close() {
        if (open) {
            end();
        }
    }

    private void requireOpen() {
        if (!open) {
            throw new IllegalStateException("no write transaction");
        }
    }
}
