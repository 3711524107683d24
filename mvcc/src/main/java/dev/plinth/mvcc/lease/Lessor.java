package dev.plinth.mvcc.lease;

import dev.plinth.mvcc.KeyValueStore;
import dev.plinth.mvcc.backend.Backend;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Leases: lifetimes, the keys attached to them, and which are due.
 *
 * <p>{@link #grant}, {@link #revoke} and {@link #checkpoint} are effects of raft entries: apply
 * thread, deterministic, time has no part in them but for local expiry times. Only a
 * <em>primary</em> lessor (the leader's) lets leases expire. Everything else may be called by any
 * thread. All times are monotonic nanoseconds passed in.
 */
@SuppressWarnings("DoNotCallSuggester")
public final class Lessor {

    private Lessor() {}

    /** Reads the leases of a database; keys are attached by the store when it opens. */
    public static Lessor recover(Backend backend, LessorOptions options) {
        throw new UnsupportedOperationException();
    }

    /** Replaces all leases by those of another database (before the store is restored from it). */
    public void recover(Backend backend) {
        throw new UnsupportedOperationException();
    }

    /**
     * Grants a lease.
     *
     * @return the lifetime granted in seconds, which may be longer than asked for
     * @throws dev.plinth.mvcc.MvccException not found for id 0, too large, exists
     */
    public long grant(long id, long ttlSeconds, long nowNanos) {
        throw new UnsupportedOperationException();
    }

    /**
     * Ends a lease and deletes its keys, in ascending order and in one write transaction.
     *
     * @throws dev.plinth.mvcc.MvccException not found
     */
    public void revoke(long id, KeyValueStore store) {
        throw new UnsupportedOperationException();
    }

    /** Records remaining lifetimes; unknown leases are passed over. */
    public void checkpoint(List<LeaseCheckpoint> checkpoints, long nowNanos) {
        throw new UnsupportedOperationException();
    }

    /** What a renewal came to. */
    public sealed interface Renewal {
        /** Renewed for so many seconds. */
        record Renewed(long ttlSeconds) implements Renewal {}

        /**
         * The lease has expired and its revocation is under way: ask again when {@code settled}
         * runs, which it does once, on another thread, when the lease is gone or this member is no
         * longer primary.
         */
        record Expired() implements Renewal {}

        /**
         * A checkpoint of the full lifetime has to be proposed and applied before the renewal; then
         * ask again.
         */
        record NeedsCheckpoint(LeaseCheckpoint checkpoint) implements Renewal {}
    }

    /**
     * Renews a lease, on the primary only.
     *
     * @param settled kept only when the answer is {@link Renewal.Expired}
     * @throws dev.plinth.mvcc.MvccException not found, not primary
     */
    public Renewal renew(long id, long nowNanos, Runnable settled) {
        throw new UnsupportedOperationException();
    }

    /** Whether the lease exists here. */
    public boolean exists(long id) {
        throw new UnsupportedOperationException();
    }

    /** Lifetime and keys, or null when there is no such lease. */
    public @Nullable LeaseTimeToLive timeToLive(long id, boolean withKeys, long nowNanos) {
        throw new UnsupportedOperationException();
    }

    /** All leases, soonest to expire first. */
    public List<Long> leases() {
        throw new UnsupportedOperationException();
    }

    /** The lease that a key is attached to; 0 for none. */
    public long leaseOf(byte[] key) {
        throw new UnsupportedOperationException();
    }

    /** Keys of a lease, ascending; empty when there is no such lease. */
    public List<byte[]> keysOf(long id) {
        throw new UnsupportedOperationException();
    }

    /** This member leads now: all leases get their full (or checkpointed) lifetime plus extend. */
    public void promote(long extendNanos, long nowNanos) {
        throw new UnsupportedOperationException();
    }

    /** This member no longer leads: nothing expires here, waiting renewals are told. */
    public void demote() {
        throw new UnsupportedOperationException();
    }

    public boolean isPrimary() {
        throw new UnsupportedOperationException();
    }

    /**
     * One round on the primary, each 500 ms: which leases are due for revocation or checkpoint.
     * Leadership must be confirmed before any of it is proposed (etcd issue 15247).
     */
    public LeaseWork round(long nowNanos) {
        throw new UnsupportedOperationException();
    }
}
