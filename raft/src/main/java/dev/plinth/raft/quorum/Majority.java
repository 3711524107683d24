package dev.plinth.raft.quorum;

import java.util.function.LongFunction;
import java.util.function.LongUnaryOperator;

/**
 * The arithmetic of one majority.
 *
 * <p>Cost: the square of the number of members in comparisons, nothing allocated. Beyond the dozen
 * members that a cluster has, sorting would win.
 */
public final class Majority {
    /**
     * What an empty set has committed: everything, so that it never holds a joint configuration
     * back.
     */
    public static final long INFINITY = -1L;

    private Majority() {}

    /** How many members decide. */
    static int quorum(IdSet members) {
        return members.size() / 2 + 1;
    }

    /**
     * The highest index that a majority has acknowledged.
     *
     * @param acknowledged highest acknowledged index of a member, 0 for none
     */
    public static long committedIndex(IdSet members, LongUnaryOperator acknowledged) {
        if (members.isEmpty()) {
            return INFINITY;
        }
        int quorum = quorum(members);
        long committed = 0;
        for (int i = 0; i < members.size(); i++) {
            long candidate = acknowledged.applyAsLong(members.get(i));
            if (Long.compareUnsigned(candidate, committed) > 0
                    && atLeast(members, acknowledged, candidate) >= quorum) {
                committed = candidate;
            }
        }
        return committed;
    }

    private static int atLeast(IdSet members, LongUnaryOperator acknowledged, long index) {
        int count = 0;
        for (int i = 0; i < members.size(); i++) {
            if (Long.compareUnsigned(acknowledged.applyAsLong(members.get(i)), index) >= 0) {
                count++;
            }
        }
        return count;
    }

    /** Outcome of a vote; an empty set has won it. */
    public static VoteResult voteResult(IdSet members, LongFunction<Vote> votes) {
        if (members.isEmpty()) {
            return VoteResult.WON;
        }
        int yes = 0;
        int missing = 0;
        for (int i = 0; i < members.size(); i++) {
            switch (votes.apply(members.get(i))) {
                case YES -> yes++;
                case MISSING -> missing++;
                case NO -> {}
            }
        }
        int quorum = quorum(members);
        if (yes >= quorum) {
            return VoteResult.WON;
        }
        return yes + missing >= quorum ? VoteResult.PENDING : VoteResult.LOST;
    }
}
