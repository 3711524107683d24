package dev.plinth.raft.quorum;

import java.util.function.LongFunction;
import java.util.function.LongUnaryOperator;

/**
 * The voters: one majority, or two that both have to agree while the configuration changes from one
 * to the other.
 *
 * @param incoming voters from now on
 * @param outgoing voters that the change leaves behind; empty unless joint
 */
public record JointConfig(IdSet incoming, IdSet outgoing) {
    public static final JointConfig EMPTY = new JointConfig(IdSet.EMPTY, IdSet.EMPTY);

    public boolean isJoint() {
        return !outgoing.isEmpty();
    }

    /** Whether one voter decides alone. */
    public boolean isSingleton() {
        return incoming.size() == 1 && outgoing.isEmpty();
    }

    public boolean contains(long id) {
        return incoming.contains(id) || outgoing.contains(id);
    }

    /** Voters of either half. */
    public IdSet ids() {
        return incoming.union(outgoing);
    }

    /** The highest index that is acknowledged by a majority of each half. */
    public long committedIndex(LongUnaryOperator acknowledged) {
        long in = Majority.committedIndex(incoming, acknowledged);
        long out = Majority.committedIndex(outgoing, acknowledged);
        return Long.compareUnsigned(in, out) < 0 ? in : out;
    }

    public VoteResult voteResult(LongFunction<Vote> votes) {
        VoteResult in = Majority.voteResult(incoming, votes);
        VoteResult out = Majority.voteResult(outgoing, votes);
        if (in == out) {
            return in;
        }
        return in == VoteResult.LOST || out == VoteResult.LOST
                ? VoteResult.LOST
                : VoteResult.PENDING;
    }

    @Override
    public String toString() {
        return isJoint() ? incoming + "&&" + outgoing : incoming.toString();
    }
}
