package dev.plinth.raft;

/** What a candidate or pre-candidate does with messages. */
final class CandidateSteps {
    private final Raft raft;

    CandidateSteps(Raft raft) {
        this.raft = raft;
    }

    void step(Message m) throws RaftException {
        switch (m.type()) {
            case PROP -> {
                raft.out.info("%x no leader at term %d; dropping proposal", raft.id, raft.term);
                raft.config.metrics().proposalsDropped(m.entries().size());
                throw new RaftException(RaftException.Reason.PROPOSAL_DROPPED);
            }
            case APP -> {
                raft.becomeFollower(m.term(), m.from());
                FollowerSteps.handleAppend(raft, m);
            }
            case HEARTBEAT -> {
                raft.becomeFollower(m.term(), m.from());
                FollowerSteps.handleHeartbeat(raft, m);
            }
            case SNAP -> {
                raft.becomeFollower(m.term(), m.from());
                FollowerSteps.handleSnapshot(raft, m);
            }
            case VOTE_RESP, PRE_VOTE_RESP -> takeVote(m);
            case TIMEOUT_NOW ->
                    raft.out.debug(
                            "%x [term %d state %s] ignored MsgTimeoutNow from %x",
                            raft.id, raft.term, raft.role, m.from());
            default -> {}
        }
    }

    /** Answers to the other phase are late ones and count for nothing. */
    private void takeVote(Message m) {
        boolean preVote = raft.role == Role.PRE_CANDIDATE;
        if (m.type() != (preVote ? MessageType.PRE_VOTE_RESP : MessageType.VOTE_RESP)) {
            return;
        }
        raft.out.info(
                m.reject()
                        ? "%x received %s rejection from %x at term %d"
                        : "%x received %s from %x at term %d",
                raft.id,
                m.type(),
                m.from(),
                raft.term);
        ProgressTracker tracker = raft.tracker;
        tracker.recordVote(m.from(), !m.reject());
        raft.out.info(
                "%x has received %d %s votes and %d vote rejections",
                raft.id, tracker.countVotes(true), m.type(), tracker.countVotes(false));
        switch (tracker.voteResult()) {
            case WON -> {
                if (preVote) {
                    raft.campaign(Campaign.ELECTION);
                } else {
                    raft.becomeLeader();
                    raft.leader().broadcastAppend();
                }
            }
            // A rejection of a pre-vote may carry the voter's higher term; that one was adopted
            // before.
            case LOST -> raft.becomeFollower(raft.term, Raft.NONE);
            case PENDING -> {}
        }
    }
}
