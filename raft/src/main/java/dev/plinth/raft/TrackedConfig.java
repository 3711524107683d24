package dev.plinth.raft;

import dev.plinth.raft.quorum.IdSet;
import dev.plinth.raft.quorum.JointConfig;

/**
 * The active configuration.
 *
 * @param voters one or two majorities
 * @param learners members without a vote; never voters of either half
 * @param learnersNext voters of the outgoing half that become learners when the joint configuration
 *     is left
 * @param autoLeave whether the leader leaves the joint configuration by itself
 */
record TrackedConfig(JointConfig voters, IdSet learners, IdSet learnersNext, boolean autoLeave) {
    static final TrackedConfig EMPTY =
            new TrackedConfig(JointConfig.EMPTY, IdSet.EMPTY, IdSet.EMPTY, false);

    ConfState toConfState() {
        return new ConfState(
                voters.incoming().toList(),
                learners.toList(),
                voters.outgoing().toList(),
                learnersNext.toList(),
                autoLeave,
                true);
    }

    @Override
    public String toString() {
        return "voters="
                + voters
                + (learners.isEmpty() ? "" : " learners=" + learners)
                + (learnersNext.isEmpty() ? "" : " learners_next=" + learnersNext)
                + (autoLeave ? " autoleave" : "");
    }
}
