package dev.plinth.mvcc.lease;

/**
 * Settings of a lessor.
 *
 * @param minTtlSeconds shortest lifetime granted; shorter requests are raised to it
 * @param expiredRetryNanos pause before an expired lease whose revocation did not come is reported
 *     again
 * @param revokesPerRound most leases that one round reports
 * @param checkpointIntervalNanos time between two checkpoints of a lease; 0: no checkpoints
 * @param persistCheckpoints write remaining lifetimes to the database
 */
public record LessorOptions(
        long minTtlSeconds,
        long expiredRetryNanos,
        int revokesPerRound,
        long checkpointIntervalNanos,
        boolean persistCheckpoints) {

    /** Longest lifetime that may be asked for, in seconds. */
    public static final long MAX_TTL_SECONDS = 9_000_000_000L;

    /** Most checkpoints that one round reports; to be proposed 1000 at a time. */
    public static final int CHECKPOINTS_PER_ROUND = 500_000;

    /** etcd's defaults: 2 s, request timeout of 7 s, 500 a round, no checkpoints. */
    public static final LessorOptions DEFAULT = new LessorOptions(2, 7_000_000_000L, 500, 0, false);
}
