package dev.plinth.mvcc.lease;

import java.util.List;

/**
 * What the leader should propose after a round.
 *
 * @param expired leases to revoke, longest overdue first
 * @param checkpoints remaining lifetimes to record
 */
public record LeaseWork(List<Long> expired, List<LeaseCheckpoint> checkpoints) {
    public static final LeaseWork NONE = new LeaseWork(List.of(), List.of());
}
