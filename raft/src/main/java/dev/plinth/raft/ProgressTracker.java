package dev.plinth.raft;

import dev.plinth.raft.quorum.Vote;
import dev.plinth.raft.quorum.VoteResult;
import java.util.HashMap;
import java.util.Map;
import java.util.function.LongUnaryOperator;

/**
 * The active configuration with what is known of its members, and the votes of the running
 * election.
 */
final class ProgressTracker {
    private final Map<Long, Boolean> votes = new HashMap<>();
    private final LongUnaryOperator matchOf = this::matchOf;
    private TrackedConfig config = TrackedConfig.EMPTY;
    private ProgressMap progress = new ProgressMap();

    TrackedConfig config() {
        return config;
    }

    ProgressMap progress() {
        return progress;
    }

    void set(TrackedConfig newConfig, ProgressMap newProgress) {
        config = newConfig;
        progress = newProgress;
    }

    private long matchOf(long id) {
        Progress p = progress.get(id);
        return p == null ? 0 : p.match();
    }

    /** The highest index that a quorum of the voters has stored. */
    long committedIndex() {
        return config.voters().committedIndex(matchOf);
    }

    /** Whether a quorum of the voters answered lately. */
    boolean isQuorumActive() {
        return config.voters()
                        .voteResult(id -> {
                            Progress p = progress.get(id);
                            return p != null && p.isRecentActive() ? Vote.YES : Vote.NO;
                        })
                == VoteResult.WON;
    }

    void resetVotes() {
        votes.clear();
    }

    /** The first answer of a member counts. */
    void recordVote(long id, boolean granted) {
        votes.putIfAbsent(id, granted);
    }

    VoteResult voteResult() {
        return config.voters()
                .voteResult(id -> {
                    Boolean granted = votes.get(id);
                    if (granted == null) {
                        return Vote.MISSING;
                    }
                    return granted ? Vote.YES : Vote.NO;
                });
    }

    /** Votes of tracked members that are not learners, as the log shows them. */
    int countVotes(boolean granted) {
        int count = 0;
        for (int i = 0; i < progress.size(); i++) {
            Boolean vote = votes.get(progress.id(i));
            if (!progress.at(i).isLearner() && vote != null && vote == granted) {
                count++;
            }
        }
        return count;
    }
}
