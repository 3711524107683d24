package dev.plinth.mvcc.lease;

import dev.plinth.mvcc.KeyValueStore;
import dev.plinth.mvcc.MvccException.Reason;
import dev.plinth.mvcc.WriteView;
import dev.plinth.mvcc.backend.Backend;
import dev.plinth.mvcc.backend.SchemaBucket;
import dev.plinth.mvcc.codec.ByteKey;
import dev.plinth.mvcc.codec.Bytes;
import dev.plinth.mvcc.codec.LeaseRecord;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * Leases: lifetimes, the keys attached to them, and which are due.
 *
 * <p>{@link #grant}, {@link #revoke} and {@link #checkpoint} are effects of raft entries: apply
 * thread, deterministic, time has no part in them but for local expiry times. Only a
 * <em>primary</em> lessor (the leader's) lets leases expire. Everything else may be called by any
 * thread. All times are monotonic nanoseconds passed in, not negative.
 *
 * <p>One lock, held for the length of a map operation; waiting renewals are told outside of it.
 */
public final class Lessor {
    private static final long NANOS_PER_SECOND = 1_000_000_000L;

    /** Leases that a new primary lets expire in a second before it spreads them out. */
    private static final int EXPIRIES_PER_SECOND = 750;

    private static final int SPREAD_FROM_LEASES = 1000;

    private final LessorOptions options;
    private final ReentrantLock lock = new ReentrantLock();
    private final Map<Long, Lease> leases = new HashMap<>();
    private final Map<ByteKey, Lease> leaseOfKey = new HashMap<>();
    private final LeaseHeap expiries = new LeaseHeap();
    private final LeaseHeap checkpoints = new LeaseHeap();

    private Backend backend;
    private boolean primary;
    private volatile boolean persistCheckpoints;

    private Lessor(Backend backend, LessorOptions options) {
        this.backend = backend;
        this.options = options;
        this.persistCheckpoints = options.persistCheckpoints();
    }

    /** Reads the leases of a database; keys are attached by the store when it opens. */
    public static Lessor recover(Backend backend, LessorOptions options) {
        Lessor lessor = new Lessor(backend, options);
        lessor.recover(backend);
        return lessor;
    }

    /**
     * Replaces all leases by those of another database (before the store is restored from it). Not
     * primary afterwards.
     */
    public void recover(Backend newBackend) {
        List<Runnable> told;
        lock.lock();
        try {
            told = stopBeingPrimary();
            leases.clear();
            leaseOfKey.clear();
            backend = newBackend;
            newBackend.forEach(
                    SchemaBucket.LEASE,
                    (key, value) -> {
                        LeaseRecord stored = LeaseRecord.decode(value);
                        long ttl = Math.max(stored.ttlSeconds(), options.minTtlSeconds());
                        leases.put(
                                stored.id(),
                                new Lease(stored.id(), ttl, stored.remainingTtlSeconds()));
                    });
        } finally {
            lock.unlock();
        }
        told.forEach(Runnable::run);
    }

    /** Whether checkpoints are written to the database, which the cluster's version decides. */
    public void persistCheckpoints(boolean persist) {
        persistCheckpoints = persist;
    }

    /**
     * Grants a lease.
     *
     * @return the lifetime granted in seconds, which may be longer than asked for
     * @throws dev.plinth.mvcc.MvccException not found for id 0, too large, exists
     */
    public long grant(long id, long ttlSeconds, long nowNanos) {
        if (id == 0) {
            throw Reason.LEASE_NOT_FOUND.exception();
        }
        if (ttlSeconds > LessorOptions.MAX_TTL_SECONDS) {
            throw Reason.LEASE_TTL_TOO_LARGE.exception();
        }
        long ttl = Math.max(ttlSeconds, options.minTtlSeconds());
        lock.lock();
        try {
            if (leases.containsKey(id)) {
                throw Reason.LEASE_EXISTS.exception();
            }
            Lease lease = new Lease(id, ttl, 0);
            leases.put(id, lease);
            if (primary) {
                lease.refresh(nowNanos, 0);
                expiries.set(id, lease.expiryNanos);
                scheduleCheckpoint(lease, nowNanos);
            }
            persist(lease);
            return ttl;
        } finally {
            lock.unlock();
        }
    }

    /**
     * Ends a lease and deletes its keys, in ascending order and in one write transaction.
     *
     * @throws dev.plinth.mvcc.MvccException not found
     */
    public void revoke(long id, KeyValueStore store) {
        List<byte[]> keys;
        lock.lock();
        try {
            keys = sortedKeys(require(id));
        } finally {
            lock.unlock();
        }
        // The record goes in the same flush as the keys: both lie between these two brackets.
        backend.beginMaintenance();
        try {
            try (WriteView txn = store.write()) {
                // The order decides the sub-revisions, which all members have to agree on.
                keys.forEach(key -> txn.deleteRange(key, null));
            }
            backend.delete(SchemaBucket.LEASE, Bytes.ofLong(id));
        } finally {
            backend.endMaintenance();
        }
        List<Runnable> told = List.of();
        lock.lock();
        try {
            Lease lease = leases.remove(id);
            expiries.remove(id);
            checkpoints.remove(id);
            if (lease != null) {
                told = lease.waiters;
            }
        } finally {
            lock.unlock();
        }
        told.forEach(Runnable::run);
    }

    /** Records remaining lifetimes; unknown leases are passed over. */
    public void checkpoint(List<LeaseCheckpoint> remaining, long nowNanos) {
        lock.lock();
        try {
            for (LeaseCheckpoint checkpoint : remaining) {
                Lease lease = leases.get(checkpoint.id());
                if (lease == null) {
                    continue;
                }
                lease.remainingTtlSeconds = checkpoint.remainingTtlSeconds();
                if (persistCheckpoints) {
                    persist(lease);
                }
                if (primary) {
                    scheduleCheckpoint(lease, nowNanos);
                }
            }
        } finally {
            lock.unlock();
        }
    }

    private void persist(Lease lease) {
        LeaseRecord stored = new LeaseRecord(lease.id, lease.ttlSeconds, lease.remainingTtlSeconds);
        backend.beginMaintenance();
        try {
            backend.put(SchemaBucket.LEASE, Bytes.ofLong(lease.id), stored.encode());
        } finally {
            backend.endMaintenance();
        }
    }

    private Lease require(long id) {
        Lease lease = leases.get(id);
        if (lease == null) {
            throw Reason.LEASE_NOT_FOUND.exception();
        }
        return lease;
    }

    // --- keys, for the store ---

    /** Attaches a key to a lease that exists; the key must not be changed afterwards. */
    public void attach(long id, byte[] key) {
        lock.lock();
        try {
            Lease lease = require(id);
            ByteKey name = new ByteKey(key);
            lease.keys.add(name);
            leaseOfKey.put(name, lease);
        } finally {
            lock.unlock();
        }
    }

    /** As {@link #attach} while the store opens; a lease that is gone is passed over. */
    public void attachRestored(long id, byte[] key) {
        if (exists(id)) {
            attach(id, key);
        }
    }

    /** Detaches a key; without effect if it is not attached to that lease. */
    public void detach(long id, byte[] key) {
        lock.lock();
        try {
            Lease lease = leases.get(id);
            ByteKey name = new ByteKey(key);
            if (lease != null && lease.keys.remove(name)) {
                leaseOfKey.remove(name);
            }
        } finally {
            lock.unlock();
        }
    }

    /** The lease that a key is attached to; 0 for none. */
    public long leaseOf(byte[] key) {
        lock.lock();
        try {
            Lease lease = leaseOfKey.isEmpty() ? null : leaseOfKey.get(new ByteKey(key));
            return lease == null ? 0 : lease.id;
        } finally {
            lock.unlock();
        }
    }

    // --- renewal ---

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
        lock.lock();
        try {
            if (!primary) {
                throw Reason.NOT_PRIMARY_LESSOR.exception();
            }
            Lease lease = require(id);
            if (lease.isExpired(nowNanos)) {
                lease.waiters.add(settled);
                return new Renewal.Expired();
            }
            if (lease.remainingTtlSeconds > 0 && options.checkpointIntervalNanos() > 0) {
                return new Renewal.NeedsCheckpoint(new LeaseCheckpoint(id, 0));
            }
            lease.refresh(nowNanos, 0);
            expiries.set(id, lease.expiryNanos);
            return new Renewal.Renewed(lease.ttlSeconds);
        } finally {
            lock.unlock();
        }
    }

    /** Whether the lease exists here. */
    public boolean exists(long id) {
        lock.lock();
        try {
            return leases.containsKey(id);
        } finally {
            lock.unlock();
        }
    }

    /** Lifetime and keys, or null when there is no such lease. */
    public @Nullable LeaseTimeToLive timeToLive(long id, boolean withKeys, long nowNanos) {
        lock.lock();
        try {
            Lease lease = leases.get(id);
            if (lease == null) {
                return null;
            }
            long remaining =
                    lease.expiryNanos == Lease.NEVER
                            ? lease.ttlSeconds
                            : lease.remainingNanos(nowNanos) / NANOS_PER_SECOND;
            List<byte[]> keys = withKeys ? sortedKeys(lease) : List.of();
            return new LeaseTimeToLive(lease.ttlSeconds, remaining, keys);
        } finally {
            lock.unlock();
        }
    }

    /** All leases, soonest to expire first. */
    public List<Long> leases() {
        lock.lock();
        try {
            return leases.values().stream()
                    .sorted(Comparator.comparingLong(lease -> lease.expiryNanos))
                    .map(lease -> lease.id)
                    .toList();
        } finally {
            lock.unlock();
        }
    }

    /** Keys of a lease, ascending; empty when there is no such lease. */
    public List<byte[]> keysOf(long id) {
        lock.lock();
        try {
            Lease lease = leases.get(id);
            return lease == null ? List.of() : sortedKeys(lease);
        } finally {
            lock.unlock();
        }
    }

    private static List<byte[]> sortedKeys(Lease lease) {
        return lease.keys.stream().sorted().map(ByteKey::bytes).toList();
    }

    // --- leadership ---

    /** This member leads now: all leases get their full (or checkpointed) lifetime plus extend. */
    public void promote(long extendNanos, long nowNanos) {
        lock.lock();
        try {
            primary = true;
            for (Lease lease : leases.values()) {
                lease.refresh(nowNanos, extendNanos);
                expiries.set(lease.id, lease.expiryNanos);
                scheduleCheckpoint(lease, nowNanos);
            }
            if (leases.size() >= SPREAD_FROM_LEASES) {
                spreadExpiries(extendNanos, nowNanos);
            }
        } finally {
            lock.unlock();
        }
    }

    /**
     * After a change of leader many leases share one expiry time: no more than 750 a second keep
     * theirs, the others get more time.
     */
    private void spreadExpiries(long extendNanos, long nowNanos) {
        List<Lease> byExpiry = new ArrayList<>(leases.values());
        byExpiry.sort(
                Comparator.<Lease>comparingLong(lease -> lease.expiryNanos)
                        .thenComparingLong(lease -> lease.id));
        long windowStart = byExpiry.getFirst().remainingNanos(nowNanos);
        long windowEnd = Lease.later(windowStart, NANOS_PER_SECOND);
        long inWindow = 0;
        for (Lease lease : byExpiry) {
            long remaining = lease.remainingNanos(nowNanos);
            if (remaining > windowEnd) {
                windowStart = remaining;
                windowEnd = Lease.later(windowStart, NANOS_PER_SECOND);
                inWindow = 1;
                continue;
            }
            inWindow++;
            if (inWindow <= EXPIRIES_PER_SECOND) {
                continue;
            }
            long delay =
                    (long) ((double) NANOS_PER_SECOND * inWindow / EXPIRIES_PER_SECOND)
                            - (remaining - windowStart);
            windowEnd = Lease.later(windowStart, delay);
            lease.refresh(nowNanos, Lease.later(delay, extendNanos));
            expiries.set(lease.id, lease.expiryNanos);
            scheduleCheckpoint(lease, nowNanos);
        }
    }

    /** This member no longer leads: nothing expires here, waiting renewals are told. */
    public void demote() {
        List<Runnable> told;
        lock.lock();
        try {
            told = stopBeingPrimary();
        } finally {
            lock.unlock();
        }
        told.forEach(Runnable::run);
    }

    private List<Runnable> stopBeingPrimary() {
        primary = false;
        expiries.clear();
        checkpoints.clear();
        List<Runnable> told = new ArrayList<>();
        for (Lease lease : leases.values()) {
            lease.expiryNanos = Lease.NEVER;
            told.addAll(lease.waiters);
            lease.waiters = new ArrayList<>(0);
        }
        return told;
    }

    public boolean isPrimary() {
        lock.lock();
        try {
            return primary;
        } finally {
            lock.unlock();
        }
    }

    // --- expiry ---

    /**
     * One round on the primary, each 500 ms: which leases are due for revocation or checkpoint.
     * Leadership must be confirmed before any of it is proposed (etcd issue 15247).
     */
    public LeaseWork round(long nowNanos) {
        lock.lock();
        try {
            if (!primary) {
                return LeaseWork.NONE;
            }
            List<Long> expired = dueForRevocation(nowNanos);
            List<LeaseCheckpoint> due = dueForCheckpoint(nowNanos);
            return expired.isEmpty() && due.isEmpty()
                    ? LeaseWork.NONE
                    : new LeaseWork(expired, due);
        } finally {
            lock.unlock();
        }
    }

    private List<Long> dueForRevocation(long nowNanos) {
        List<Long> expired = new ArrayList<>();
        while (expiries.earliestTime() <= nowNanos && expired.size() < options.revokesPerRound()) {
            long id = expiries.earliestId();
            expired.add(id);
            // Reported again if the revocation does not come.
            expiries.set(id, Lease.later(nowNanos, Math.max(1, options.expiredRetryNanos())));
        }
        return expired;
    }

    private List<LeaseCheckpoint> dueForCheckpoint(long nowNanos) {
        List<LeaseCheckpoint> due = new ArrayList<>();
        while (checkpoints.earliestTime() <= nowNanos
                && due.size() < LessorOptions.CHECKPOINTS_PER_ROUND) {
            long id = checkpoints.earliestId();
            checkpoints.remove(id);
            Lease lease = leases.get(id);
            if (lease == null || lease.isExpired(nowNanos)) {
                continue;
            }
            long remaining = Math.ceilDiv(lease.remainingNanos(nowNanos), NANOS_PER_SECOND);
            if (remaining < lease.ttlSeconds) {
                due.add(new LeaseCheckpoint(id, remaining));
            }
        }
        return due;
    }

    private void scheduleCheckpoint(Lease lease, long nowNanos) {
        long interval = options.checkpointIntervalNanos();
        if (interval <= 0) {
            return;
        }
        if (lease.lifetimeSeconds() * NANOS_PER_SECOND > interval) {
            checkpoints.set(lease.id, Lease.later(nowNanos, interval));
        }
    }
}
