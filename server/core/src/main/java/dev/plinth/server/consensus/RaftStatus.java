package dev.plinth.server.consensus;

/**
 * What the raft loop tells the rest of the server. Immutable.
 *
 * @param term current term
 * @param leaderId the leader, 0 when none is known
 * @param isLeader whether it is this member
 * @param soleLeaderTerm the term, when this member leads it as the only voter; else 0
 * @param lastLeaderLossNanos monotonic time at which a leader was last lost; Long.MIN_VALUE if
 *     never
 * @param leaderChanges how often a leader came into office
 */
public record RaftStatus(
        long term,
        long leaderId,
        boolean isLeader,
        long soleLeaderTerm,
        long lastLeaderLossNanos,
        long leaderChanges) {
    static final RaftStatus INITIAL = new RaftStatus(0, 0, false, 0, Long.MIN_VALUE, 0);
}
