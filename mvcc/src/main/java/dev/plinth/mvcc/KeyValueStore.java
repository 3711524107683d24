package dev.plinth.mvcc;

import dev.plinth.mvcc.backend.Backend;
import dev.plinth.mvcc.backend.Generation;
import dev.plinth.mvcc.backend.MetaKeys;
import dev.plinth.mvcc.backend.SchemaBucket;
import dev.plinth.mvcc.buffer.Changes;
import dev.plinth.mvcc.buffer.RevisionSegment;
import dev.plinth.mvcc.codec.RevisionKey;
import dev.plinth.mvcc.lease.Lessor;
import dev.plinth.mvcc.quota.NamespaceQuotas;
import dev.plinth.mvcc.watch.WatchHub;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletionStage;

/**
 * etcd's multi-version key-value store on a {@link Backend}.
 *
 * <p>Threads: {@link #write}, {@link #compact} and {@link #restore} belong to the apply thread;
 * {@link #compactor()} to a background thread; everything else may be called by any thread.
 *
 * <p>The newest state is one immutable object, {@code published}. A write transaction ends by
 * storing the next one; a reader pins an epoch, loads it, and then finds keys in the index as of
 * that moment and pairs in the write buffer or the page store (see {@link Backend} for the order of
 * loads). Compaction moves {@code compactRevision} first, so a reader that loads it last never
 * looks for what is being deleted.
 */
public final class KeyValueStore implements AutoCloseable {
    private final StoreOptions options;
    private final Lessor lessor;
    private final Compactor compactor;
    private final CompactionHashes compactionHashes = new CompactionHashes();
    private final WatchHub watchHub;
    private final NamespaceQuotas quotas = new NamespaceQuotas();
    private final WriteView writeView;
    private final List<Published> replaced = new ArrayList<>();

    private volatile Published published;
    private volatile long compactRevision;

    private KeyValueStore(Restored restored, Lessor lessor, StoreOptions options) {
        this.options = options;
        this.lessor = lessor;
        this.published = restored.published();
        this.compactRevision = restored.compactRevision();
        this.writeView = new WriteView(this, lessor, quotas, published);
        this.compactor = new Compactor(this, options);
        this.watchHub = new WatchHub(new StoreHistory(this), published.revision());
    }

    private void countNamespaces() {
        try (ReadView view = read()) {
            quotas.restore(view.liveKeys());
            quotas.published(view.revision());
        }
    }

    /**
     * Opens the store: reads the whole {@code key} bucket, rebuilds the index, attaches keys to the
     * leases, counts what is below prefixes with a quota, and takes up an interrupted compaction.
     * The lessor must have been recovered from the same backend before.
     *
     * @throws StoreCorruptedException the database holds what no etcd writes
     */
    public static KeyValueStore open(Backend backend, Lessor lessor, StoreOptions options) {
        Restored restored = Restored.from(backend, lessor, options.restoreBytesMax());
        KeyValueStore store = new KeyValueStore(restored, lessor, options);
        store.countNamespaces();
        store.resumeCompaction(restored);
        return store;
    }

    private void resumeCompaction(Restored restored) {
        if (restored.scheduledCompactRevision() > restored.compactRevision()) {
            compactRevision = restored.scheduledCompactRevision();
            compactor.schedule(compactRevision, restored.compactRevision(), false);
        }
    }

    /** Current revision: 1 for an empty store. */
    public long currentRevision() {
        return published.revision();
    }

    /** Revision of the last compaction accepted; -1 for never. Reads below are refused. */
    public long compactRevision() {
        return compactRevision;
    }

    /** Pins the state as it is now. */
    public ReadView read() {
        while (true) {
            Backend backend = published.backend();
            int ticket = backend.epochs().pin();
            Published seen = published;
            if (!isSame(seen.backend(), backend)) {
                // A snapshot has replaced the backend between the two loads.
                backend.epochs().unpin(ticket);
                continue;
            }
            RevisionSegment[] segments = backend.revisions().segments();
            Generation generation = backend.generation();
            return new PinnedView(
                    backend.epochs(),
                    ticket,
                    new RangeReader(
                            seen.index().newReader(), new ValueLocator(segments, generation)),
                    seen.root(),
                    seen.revision(),
                    compactRevision);
        }
    }

    @SuppressWarnings("ReferenceEquality")
    static boolean isSame(Backend a, Backend b) {
        return a == b;
    }

    /** Starts a write transaction; end it before the next one starts. */
    public WriteView write() {
        writeView.begin(published.revision(), compactRevision);
        return writeView;
    }

    /** The end of a write transaction. */
    void publish(long revision, Changes changes) {
        Published old = published;
        publish(new Published(old.backend(), old.index(), old.index().publish(), revision));
        quotas.published(revision);
        watchHub.committed(revision, changes);
    }

    /** The index has changed without a new revision. With the apply lock held. */
    void publishIndex() {
        Published old = published;
        publish(new Published(old.backend(), old.index(), old.index().publish(), old.revision()));
    }

    private void publish(Published next) {
        published = next;
        next.index().published(next.backend().epochs().advance());
    }

    Published published() {
        return published;
    }

    /**
     * Accepts a compaction: from the return on, reads below {@code revision} are refused. The
     * physical work is done by {@link #compactor()} in steps.
     *
     * @return completes when the physical work is done (for requests with {@code physical} set)
     * @throws MvccException compacted (also for 0 after any compaction) or future revision
     */
    public CompletionStage<Void> compact(long revision) {
        if (revision <= compactRevision) {
            throw MvccException.Reason.COMPACTED.exception();
        }
        Published now = published;
        if (revision > now.revision()) {
            throw MvccException.Reason.FUTURE_REVISION.exception();
        }
        Backend backend = now.backend();
        long previous = compactRevision;
        backend.beginMaintenance();
        try {
            backend.put(
                    SchemaBucket.META,
                    MetaKeys.scheduledCompactRevision(),
                    RevisionKey.encode(revision, 0, false));
        } finally {
            backend.endMaintenance();
        }
        compactRevision = revision;
        // Jobs run one after the other, so this one will find the previous one finished.
        return compactor.schedule(revision, previous, true);
    }

    /** Completes when all compactions accepted so far are physically done. */
    public CompletionStage<Void> compactionBarrier() {
        return compactor.barrier();
    }

    /** The agent that does the physical work of compactions in bounded steps. */
    public Compactor compactor() {
        return compactor;
    }

    /**
     * HashKV: CRC-32C over the key bucket as of a revision, 0 for the current one. Scans the whole
     * bucket; not for the apply thread.
     *
     * @throws MvccException compacted or future revision
     */
    public HashResult hashKv(long revision) {
        return new KvHasher(this, compactionHashes).hash(revision);
    }

    /**
     * CRC-32C over the whole backend (Maintenance.Hash), as an unsigned 32-bit number. Not for the
     * apply thread.
     */
    public long hash() {
        return published.backend().hash();
    }

    /** The hashes that compactions have left, newest revision first; at most ten. */
    public List<HashResult> compactionHashes() {
        return compactionHashes.newestFirst(currentRevision());
    }

    void keepCompactionHash(long revision, long previous, long hash) {
        compactionHashes.add(revision, previous, hash);
    }

    /** The watchers of this store. */
    public WatchHub watchHub() {
        return watchHub;
    }

    /** The bounds on prefixes of the key space, and what is used of them. */
    public NamespaceQuotas quotas() {
        return quotas;
    }

    /** The leases of this store. */
    public Lessor lessor() {
        return lessor;
    }

    /**
     * Replaces the content by that of another backend (after a snapshot from the leader). Watchers
     * stay and catch up. The lessor must have been recovered from the new backend before. The old
     * backend may be closed afterwards; that waits for its readers.
     */
    public void restore(Backend backend) {
        compactor.clear();
        compactionHashes.clear();
        Restored restored = Restored.from(backend, lessor, options.restoreBytesMax());
        Published old = published;
        compactRevision = restored.compactRevision();
        published = restored.published();
        writeView.use(published);
        countNamespaces();
        old.backend().epochs().advance();
        replaced.add(old);
        closeReplaced();
        watchHub.restored(published.revision());
        resumeCompaction(restored);
    }

    /** Frees the indexes of replaced states that nobody reads any more. */
    private void closeReplaced() {
        replaced.removeIf(old -> {
            boolean unread = !old.backend().epochs().isPinned();
            if (unread) {
                old.index().close();
            }
            return unread;
        });
    }

    /** Native bytes that the index holds. */
    public long indexMemoryBytes() {
        return published.index().memoryBytes();
    }

    /**
     * Stops a running compaction where it is; it resumes at the next open. No view may be open.
     * Does not close the backend.
     */
    @Override
    public void close() {
        compactor.clear();
        closeReplaced();
        published.index().close();
    }

    StoreOptions options() {
        return options;
    }
}
