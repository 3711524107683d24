package dev.plinth.mvcc.lease;

import dev.plinth.mvcc.codec.ByteKey;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** The state of one lease. Guarded by the lessor's lock. */
final class Lease {
    static final long NEVER = Long.MAX_VALUE;
    private static final long NANOS_PER_SECOND = 1_000_000_000L;

    final long id;
    final long ttlSeconds;

    /** Lifetime recorded by the last checkpoint; 0 for the full one. */
    long remainingTtlSeconds;

    /** When the lease expires; {@link #NEVER} on a member that is not primary. */
    long expiryNanos = NEVER;

    final Set<ByteKey> keys = new HashSet<>();

    /** To be run when the lease is gone or this member is not primary any more. */
    List<Runnable> waiters = new ArrayList<>(0);

    Lease(long id, long ttlSeconds, long remainingTtlSeconds) {
        this.id = id;
        this.ttlSeconds = ttlSeconds;
        this.remainingTtlSeconds = remainingTtlSeconds;
    }

    /** Lifetime that a renewal or a new primary starts from. */
    long lifetimeSeconds() {
        return remainingTtlSeconds > 0 ? remainingTtlSeconds : ttlSeconds;
    }

    void refresh(long nowNanos, long extendNanos) {
        expiryNanos = later(later(nowNanos, lifetimeSeconds() * NANOS_PER_SECOND), extendNanos);
    }

    boolean isExpired(long nowNanos) {
        return expiryNanos <= nowNanos;
    }

    long remainingNanos(long nowNanos) {
        return expiryNanos == NEVER ? NEVER : expiryNanos - nowNanos;
    }

    /** Adds two times without running over. */
    static long later(long nanos, long by) {
        long sum = nanos + by;
        return by > 0 && sum < nanos ? NEVER : sum;
    }
}
