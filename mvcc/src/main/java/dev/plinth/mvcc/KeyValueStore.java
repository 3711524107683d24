package dev.plinth.mvcc;

import dev.plinth.mvcc.backend.Backend;
import dev.plinth.mvcc.lease.Lessor;
import dev.plinth.mvcc.watch.WatchHub;
import java.util.concurrent.CompletionStage;

/**
 * etcd's multi-version key-value store on a {@link Backend}.
 *
 * <p>Threads: {@link #write}, {@link #compact} and {@link #restore} belong to the apply thread;
 * {@link #compactor()} to a background thread; everything else may be called by any thread.
 */
@SuppressWarnings("DoNotCallSuggester")
public final class KeyValueStore implements AutoCloseable {

    private KeyValueStore() {}

    /**
     * Opens the store: reads the whole {@code key} bucket, rebuilds the index, attaches keys to the
     * leases and takes up an interrupted compaction. The lessor must have been recovered from the
     * same backend before.
     */
    public static KeyValueStore open(Backend backend, Lessor lessor, StoreOptions options) {
        throw new UnsupportedOperationException();
    }

    /** Current revision: 1 for an empty store. */
    public long currentRevision() {
        throw new UnsupportedOperationException();
    }

    /** Revision of the last compaction accepted; -1 for never. Reads below are refused. */
    public long compactRevision() {
        throw new UnsupportedOperationException();
    }

    /** Pins the state as it is now. */
    public ReadView read() {
        throw new UnsupportedOperationException();
    }

    /** Starts a write transaction; end it before the next one starts. */
    public WriteView write() {
        throw new UnsupportedOperationException();
    }

    /**
     * Accepts a compaction: from the return on, reads below {@code revision} are refused. The
     * physical work is done by {@link #compactor()} in steps.
     *
     * @return completes when the physical work is done (for requests with {@code physical} set)
     * @throws MvccException compacted (also for 0 after any compaction) or future revision
     */
    public CompletionStage<Void> compact(long revision) {
        throw new UnsupportedOperationException();
    }

    /** Completes when all compactions accepted so far are physically done. */
    public CompletionStage<Void> compactionBarrier() {
        throw new UnsupportedOperationException();
    }

    /** The agent that does the physical work of compactions in bounded steps. */
    public Compactor compactor() {
        throw new UnsupportedOperationException();
    }

    /**
     * HashKV: CRC-32C over the key bucket as of a revision, 0 for the current one.
     *
     * @throws MvccException compacted or future revision
     */
    public HashResult hashKv(long revision) {
        throw new UnsupportedOperationException();
    }

    /** CRC-32C over the whole backend (Maintenance.Hash), as an unsigned 32-bit number. */
    public long hash() {
        throw new UnsupportedOperationException();
    }

    /** The watchers of this store. */
    public WatchHub watchHub() {
        throw new UnsupportedOperationException();
    }

    /**
     * Replaces the content by that of another backend (after a snapshot from the leader). Watchers
     * stay and catch up. The lessor must have been recovered from the new backend before.
     */
    public void restore(Backend backend) {
        throw new UnsupportedOperationException();
    }

    /** Stops a running compaction where it is; it resumes at the next open. */
    @Override
    public void close() {
        throw new UnsupportedOperationException();
    }
}
