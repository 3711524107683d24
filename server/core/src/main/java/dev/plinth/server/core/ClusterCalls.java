package dev.plinth.server.core;

import java.util.List;
import java.util.concurrent.CompletionStage;

/**
 * Changes of the members and of the leader. Any thread; nothing blocks. A stage fails with a {@link
 * RefusedException} and nothing else; a change that succeeded gives the members as of then.
 */
public interface ClusterCalls {
    /**
     * A member that was added.
     *
     * @param member the new one
     * @param members all, the new one included
     */
    record Added(ClusterMember member, List<ClusterMember> members) {}

    /**
     * Adds a member; its id comes of the URLs and the time of day.
     *
     * @param peerUrls where its peers will reach it; valid, not empty
     * @param isLearner whether it has no vote
     */
    CompletionStage<Added> add(List<String> peerUrls, boolean isLearner);

    /** Removes a member for ever. */
    CompletionStage<List<ClusterMember>> remove(long id);

    /** Changes where the peers of a member reach it. */
    CompletionStage<List<ClusterMember>> update(long id, List<String> peerUrls);

    /**
     * Gives a learner a vote. Only the leader knows whether it is ready, so another member asks it.
     *
     * @param token the caller's token, which the leader checks; empty for none
     */
    CompletionStage<List<ClusterMember>> promote(long id, String token);

    /** As {@link #promote} where this member leads; fails with NOT_LEADER otherwise. */
    CompletionStage<List<ClusterMember>> promoteAsLeader(long id);

    /**
     * Hands leadership over to a voter; done when it leads. There is no limit of time: who gives up
     * waiting completes the stage.
     */
    CompletionStage<Void> transferLeadership(long target);
}
