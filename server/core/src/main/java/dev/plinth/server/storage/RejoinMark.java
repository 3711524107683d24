package dev.plinth.server.storage;

import dev.plinth.walio.io.Disk;
import java.io.IOException;

/**
 * A file in the member's folder that is there from the moment when the cluster has agreed to take
 * the member back under another id until it has its vote again. A crash in between is made good by
 * the next start. One thread at a time.
 */
public final class RejoinMark {
    private final MarkFile voter;
    private final MarkFile learner;

    /** The mark in a member's folder. */
    public RejoinMark(Disk disk, DataDir dir) {
        this.voter = new MarkFile(disk, dir.member(), "rejoining");
        this.learner = new MarkFile(disk, dir.member(), "rejoining-learner");
    }

    /** Whether a repair has begun and not ended. */
    public boolean isSet() throws IOException {
        return wantsVote() || learner.isSet();
    }

    /** Whether the member had a vote before. */
    public boolean wantsVote() throws IOException {
        return voter.isSet();
    }

    /** Durable on return. One that is set stays as it is. */
    public void set(boolean wasLearner, String reason) throws IOException {
        if (!isSet()) {
            (wasLearner ? learner : voter).set(reason);
        }
    }

    /** The repair has ended. Durable on return. */
    public void clear() throws IOException {
        voter.clear();
        learner.clear();
    }
}
