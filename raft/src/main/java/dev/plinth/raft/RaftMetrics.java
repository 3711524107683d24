package dev.plinth.raft;

/** Events worth counting; called by the node's thread, so an implementation must be quick. */
public interface RaftMetrics {
    /** Counts nothing. */
    RaftMetrics NONE = new RaftMetrics() {};

    /** The node took a role, or another term in the same role. */
    default void roleTaken(Role role, long term) {}

    /** A campaign began; {@code preVote} when it only asks whether it would win. */
    default void campaignStarted(long term, boolean preVote) {}

    /** Entries were refused; the proposer has to try again. */
    default void proposalsDropped(int entries) {}

    /** The commit index moved up. */
    default void committed(long from, long to) {}

    /** A follower is so far behind that a snapshot goes to it. */
    default void snapshotSent(long to, long index) {}

    /** A snapshot replaced the log. */
    default void snapshotRestored(long index) {}

    /** A follower refused an append: its log differs or ends earlier. */
    default void appendRejected(long from) {}

    /** The leader gave up because no quorum answered. */
    default void quorumLost(long term) {}

    /** Linearizable reads got their index. */
    default void readsConfirmed(int count) {}
}
