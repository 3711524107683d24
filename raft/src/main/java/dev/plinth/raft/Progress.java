package dev.plinth.raft;

/**
 * What a leader knows of one member, and by that what it sends next. Always {@code match < next}.
 *
 * <p>In {@link ReplicationState#PROBE} one append is out at a time; in {@link
 * ReplicationState#REPLICATE} {@code next} runs ahead of the answers as far as the window allows;
 * in {@link ReplicationState#SNAPSHOT} nothing is sent.
 */
final class Progress {
    private long match;
    private long next;

    /** Highest commit index that the member was told of, as far as it could use it. */
    private long sentCommit;

    private ReplicationState state = ReplicationState.PROBE;
    private long pendingSnapshot;
    private boolean recentActive;
    private boolean flowPaused;
    private boolean learner;
    private final Inflights inflights;

    Progress(long match, long next, boolean learner, Inflights inflights) {
        this.match = match;
        this.next = next;
        this.learner = learner;
        this.inflights = inflights;
    }

    /** A copy to compute a configuration change on; the window stays shared. */
    Progress copy() {
        Progress copy = new Progress(match, next, learner, inflights);
        copy.sentCommit = sentCommit;
        copy.state = state;
        copy.pendingSnapshot = pendingSnapshot;
        copy.recentActive = recentActive;
        copy.flowPaused = flowPaused;
        return copy;
    }

    /** Start of a term: nothing is known of the member. */
    void reset(long newMatch, long newNext) {
        match = newMatch;
        next = newNext;
        sentCommit = 0;
        recentActive = false;
        resetState(ReplicationState.PROBE);
    }

    private void resetState(ReplicationState newState) {
        flowPaused = false;
        pendingSnapshot = 0;
        state = newState;
        inflights.reset();
    }

    long match() {
        return match;
    }

    long next() {
        return next;
    }

    ReplicationState state() {
        return state;
    }

    boolean isRecentActive() {
        return recentActive;
    }

    boolean isLearner() {
        return learner;
    }

    boolean isWindowFull() {
        return inflights.isFull();
    }

    void setRecentActive(boolean active) {
        recentActive = active;
    }

    void setLearner(boolean value) {
        learner = value;
    }

    void setFlowPaused(boolean paused) {
        flowPaused = paused;
    }

    /** The snapshot could not be delivered. */
    void forgetPendingSnapshot() {
        pendingSnapshot = 0;
    }

    void becomeProbe() {
        if (state == ReplicationState.SNAPSHOT) {
            long pending = pendingSnapshot;
            resetState(ReplicationState.PROBE);
            next = U64.max(match + 1, pending + 1);
        } else {
            resetState(ReplicationState.PROBE);
            next = match + 1;
        }
        sentCommit = U64.min(sentCommit, next - 1);
    }

    void becomeReplicate() {
        resetState(ReplicationState.REPLICATE);
        next = match + 1;
    }

    void becomeSnapshot(long index) {
        resetState(ReplicationState.SNAPSHOT);
        pendingSnapshot = index;
        next = index + 1;
        sentCommit = index;
    }

    /** An append went out. */
    void sentEntries(int count, long payloadSize) {
        switch (state) {
            case REPLICATE -> {
                if (count > 0) {
                    next += count;
                    inflights.add(next - 1, payloadSize);
                }
                flowPaused = inflights.isFull();
            }
            case PROBE -> {
                if (count > 0) {
                    flowPaused = true;
                }
            }
            case SNAPSHOT -> throw new RaftFatalError("sending append in unhandled state " + state);
        }
    }

    void sentCommit(long commit) {
        sentCommit = commit;
    }

    /** Whether telling the commit index would let the member commit more. */
    boolean canBumpCommit(long commit) {
        return U64.gt(commit, sentCommit) && U64.lt(sentCommit, next - 1);
    }

    /** The member has everything up to an index; false when that is no news. */
    boolean maybeUpdate(long index) {
        if (U64.le(index, match)) {
            return false;
        }
        match = index;
        next = U64.max(next, index + 1);
        flowPaused = false;
        return true;
    }

    /** The member refused the append behind an index; false when the refusal is out of date. */
    boolean maybeDecreaseTo(long rejected, long hint) {
        if (state == ReplicationState.REPLICATE) {
            if (U64.le(rejected, match)) {
                return false;
            }
            next = match + 1;
        } else {
            if (next - 1 != rejected) {
                return false;
            }
            next = U64.max(U64.min(rejected, hint + 1), match + 1);
            flowPaused = false;
        }
        sentCommit = U64.min(sentCommit, next - 1);
        return true;
    }

    void freeWindowUpTo(long index) {
        inflights.freeUpTo(index);
    }

    /** Whether sending waits for an answer. */
    boolean isPaused() {
        return state == ReplicationState.SNAPSHOT || flowPaused;
    }

    ProgressStatus status() {
        return new ProgressStatus(
                match,
                next,
                state,
                pendingSnapshot,
                recentActive,
                isPaused(),
                inflights.count(),
                learner);
    }

    @Override
    public String toString() {
        StringBuilder out = new StringBuilder(64);
        out.append(state);
        out.append(" match=").append(U64.text(match)).append(" next=").append(U64.text(next));
        if (learner) {
            out.append(" learner");
        }
        if (isPaused()) {
            out.append(" paused");
        }
        if (pendingSnapshot != 0) {
            out.append(" pendingSnap=").append(U64.text(pendingSnapshot));
        }
        if (!recentActive) {
            out.append(" inactive");
        }
        if (inflights.count() > 0) {
            out.append(" inflight=").append(inflights.count());
            if (inflights.isFull()) {
                out.append("[full]");
            }
        }
        return out.toString();
    }
}
