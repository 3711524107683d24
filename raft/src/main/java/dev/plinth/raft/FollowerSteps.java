package dev.plinth.raft;

import java.util.List;

/** What a follower does with messages, and how entries and snapshots of a leader are taken. */
final class FollowerSteps {
    private final Raft raft;

    FollowerSteps(Raft raft) {
        this.raft = raft;
    }

    void step(Message m) throws RaftException {
        switch (m.type()) {
            case PROP -> forwardProposal(m);
            case APP -> {
                heardFromLeader(m);
                handleAppend(raft, m);
            }
            case HEARTBEAT -> {
                heardFromLeader(m);
                handleHeartbeat(raft, m);
            }
            case SNAP -> {
                heardFromLeader(m);
                handleSnapshot(raft, m);
            }
            case TRANSFER_LEADER -> forward(m, "dropping leader transfer msg");
            case FORGET_LEADER -> forgetLeader();
            case TIMEOUT_NOW -> {
                raft.out.info(
                        "%x [term %d] received MsgTimeoutNow from %x and starts an election to get"
                                + " leadership.",
                        raft.id, raft.term, m.from());
                // Never by pre-vote: the transferee is asked to take over, not to find out.
                raft.hup(Campaign.TRANSFER);
            }
            case READ_INDEX -> forward(m, "dropping index reading msg");
            case READ_INDEX_RESP -> takeReadIndex(m);
            default -> {}
        }
    }

    private void heardFromLeader(Message m) {
        raft.electionElapsed = 0;
        raft.lead = m.from();
    }

    private void forwardProposal(Message m) throws RaftException {
        if (raft.lead == Raft.NONE) {
            raft.out.info("%x no leader at term %d; dropping proposal", raft.id, raft.term);
            throw proposalDropped(m);
        }
        if (raft.config.disableProposalForwarding()) {
            raft.out.info(
                    "%x not forwarding to leader %x at term %d; dropping proposal",
                    raft.id, raft.lead, raft.term);
            throw proposalDropped(m);
        }
        raft.send(m.toBuilder().to(raft.lead).term(0));
    }

    private RaftException proposalDropped(Message m) {
        raft.config.metrics().proposalsDropped(m.entries().size());
        return new RaftException(RaftException.Reason.PROPOSAL_DROPPED);
    }

    private void forward(Message m, String otherwise) {
        if (raft.lead == Raft.NONE) {
            raft.out.info("%x no leader at term %d; %s", raft.id, raft.term, otherwise);
            return;
        }
        raft.send(m.toBuilder().to(raft.lead).term(0));
    }

    private void forgetLeader() {
        if (raft.config.readOnlyOption() == ReadOnlyOption.LEASE_BASED) {
            raft.out.error("ignoring MsgForgetLeader due to ReadOnlyLeaseBased");
            return;
        }
        if (raft.lead != Raft.NONE) {
            raft.out.info("%x forgetting leader %x at term %d", raft.id, raft.lead, raft.term);
            raft.lead = Raft.NONE;
        }
    }

    private void takeReadIndex(Message m) {
        if (m.entries().size() != 1) {
            raft.out.error(
                    "%x invalid format of MsgReadIndexResp from %x, entries count: %d",
                    raft.id, m.from(), m.entries().size());
            return;
        }
        raft.addReadState(m.index(), m.entries().get(0).data());
    }

    static void handleAppend(Raft raft, Message m) {
        RaftLog log = raft.log;
        if (U64.lt(m.index(), log.committed())) {
            raft.send(Message.of(MessageType.APP_RESP).to(m.from()).index(log.committed()));
            return;
        }
        List<Entry> entries = m.entries();
        long committed = log.committed();
        if (log.maybeAppend(m.index(), m.logTerm(), entries, m.commit())) {
            raft.send(
                    Message.of(MessageType.APP_RESP)
                            .to(m.from())
                            .index(m.index() + entries.size()));
            if (log.committed() != committed) {
                raft.config.metrics().committed(committed, log.committed());
            }
            return;
        }
        raft.out.debug(
                "%x [logterm: %d, index: %d] rejected MsgApp [logterm: %d, index: %d] from %x",
                raft.id, log.termOrZero(m.index()), m.index(), m.logTerm(), m.index(), m.from());
        // The hint lets the leader skip a whole term of its own that cannot match.
        long hint = log.findConflictByTerm(U64.min(m.index(), log.lastIndex()), m.logTerm());
        raft.send(
                Message.of(MessageType.APP_RESP)
                        .to(m.from())
                        .index(m.index())
                        .reject(true)
                        .rejectHint(hint)
                        .logTerm(log.termOrZero(hint)));
    }

    static void handleHeartbeat(Raft raft, Message m) {
        long committed = raft.log.committed();
        raft.log.commitTo(m.commit());
        if (raft.log.committed() != committed) {
            raft.config.metrics().committed(committed, raft.log.committed());
        }
        raft.send(Message.of(MessageType.HEARTBEAT_RESP).to(m.from()).context(m.context()));
    }

    static void handleSnapshot(Raft raft, Message m) {
        Snapshot snapshot = m.snapshot() == null ? Snapshot.EMPTY : m.snapshot();
        boolean restored = restore(raft, snapshot);
        raft.out.info(
                restored
                        ? "%x [commit: %d] restored snapshot [index: %d, term: %d]"
                        : "%x [commit: %d] ignored snapshot [index: %d, term: %d]",
                raft.id,
                raft.log.committed(),
                snapshot.index(),
                snapshot.term());
        raft.send(
                Message.of(MessageType.APP_RESP)
                        .to(m.from())
                        .index(restored ? raft.log.lastIndex() : raft.log.committed()));
    }

    /**
     * Replaces log and configuration by a snapshot; false when there is nothing to gain or it is
     * not for us.
     */
    private static boolean restore(Raft raft, Snapshot snapshot) {
        RaftLog log = raft.log;
        if (U64.le(snapshot.index(), log.committed())) {
            return false;
        }
        if (raft.role != Role.FOLLOWER) {
            raft.out.warn(
                    "%x attempted to restore snapshot as leader; should never happen", raft.id);
            raft.becomeFollower(raft.term + 1, Raft.NONE);
            return false;
        }
        ConfState conf = snapshot.metadata().confState();
        if (!conf.voters().contains(raft.id)
                && !conf.learners().contains(raft.id)
                && !conf.votersOutgoing().contains(raft.id)) {
            raft.out.warn(
                    "%x attempted to restore snapshot but it is not in the ConfState %s; should"
                            + " never happen",
                    raft.id, conf);
            return false;
        }
        if (log.matchTerm(snapshot.index(), snapshot.term())) {
            raft.out.info(
                    "%x [commit: %d, lastindex: %d, lastterm: %d] fast-forwarded commit to"
                            + " snapshot [index: %d, term: %d]",
                    raft.id,
                    log.committed(),
                    log.lastIndex(),
                    log.lastTerm(),
                    snapshot.index(),
                    snapshot.term());
            log.commitTo(snapshot.index());
            return false;
        }
        raft.restoreFrom(snapshot);
        raft.out.info(
                "%x [commit: %d, lastindex: %d, lastterm: %d] restored snapshot [index: %d, term:"
                        + " %d]",
                raft.id,
                log.committed(),
                log.lastIndex(),
                log.lastTerm(),
                snapshot.index(),
                snapshot.term());
        raft.config.metrics().snapshotRestored(snapshot.index());
        return true;
    }
}
