package dev.plinth.mvcc.lease;

/** The remaining lifetime of a lease, to be proposed by the leader and applied by all. */
public record LeaseCheckpoint(long id, long remainingTtlSeconds) {}
