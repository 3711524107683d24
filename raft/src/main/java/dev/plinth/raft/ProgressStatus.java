package dev.plinth.raft;

/**
 * What a leader knows of one member.
 *
 * @param match highest index known to be stored there
 * @param next index of the next entry to be sent
 * @param state how entries are sent to it
 * @param pendingSnapshot index of the snapshot that is on its way, 0 for none
 * @param recentActive whether it answered since the last quorum check
 * @param paused whether sending waits for an answer
 * @param inflight number of unanswered appends
 * @param learner whether it has no vote
 */
public record ProgressStatus(
        long match,
        long next,
        ReplicationState state,
        long pendingSnapshot,
        boolean recentActive,
        boolean paused,
        int inflight,
        boolean learner) {}
