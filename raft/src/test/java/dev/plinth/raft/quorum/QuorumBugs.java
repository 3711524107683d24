package dev.plinth.raft.quorum;

import java.util.function.LongFunction;
import java.util.function.LongUnaryOperator;

/** Planted bugs in the quorum arithmetic. */
public final class QuorumBugs {
    private QuorumBugs() {}

    static long jointCommitByIncomingAlone(JointConfig config, LongUnaryOperator acknowledged) {
        return Majority.committedIndex(config.incoming(), acknowledged);
    }

    /** Half of the members are enough. */
    static VoteResult electedByMinority(IdSet members, LongFunction<Vote> votes) {
        int yes = 0;
        int missing = 0;
        for (long id : members.toList()) {
            yes += votes.apply(id) == Vote.YES ? 1 : 0;
            missing += votes.apply(id) == Vote.MISSING ? 1 : 0;
        }
        int enough = Math.max(1, members.size() / 2);
        if (yes >= enough) {
            return VoteResult.WON;
        }
        return yes + missing >= enough ? VoteResult.PENDING : VoteResult.LOST;
    }
}
