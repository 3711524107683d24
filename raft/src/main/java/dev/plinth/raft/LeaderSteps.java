package dev.plinth.raft;

import dev.plinth.raft.quorum.IdSet;
import dev.plinth.raft.quorum.JointConfig;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What a leader does with messages: proposals, replication, reads, handing over. */
final class LeaderSteps {
    private final Raft raft;

    LeaderSteps(Raft raft) {
        this.raft = raft;
    }

    Raft raft() {
        return raft;
    }

    void step(Message m) throws RaftException {
        switch (m.type()) {
            case BEAT -> broadcastHeartbeat();
            case CHECK_QUORUM -> checkQuorum();
            case PROP -> propose(m);
            case READ_INDEX -> readIndex(m);
            case FORGET_LEADER -> {}
            default -> stepFromMember(m);
        }
    }

    private void stepFromMember(Message m) {
        Progress progress = raft.progressOf(m.from());
        if (progress == null) {
            raft.out.debug("%x no progress available for %x", raft.id, m.from());
            return;
        }
        switch (m.type()) {
            case APP_RESP -> {
                progress.setRecentActive(true);
                if (m.reject()) {
                    appendRejected(m, progress);
                } else {
                    appendAccepted(m, progress);
                }
            }
            case HEARTBEAT_RESP -> heartbeatAnswered(m, progress);
            case SNAP_STATUS -> snapshotStatus(m, progress);
            case UNREACHABLE -> unreachable(m, progress);
            case TRANSFER_LEADER -> transferLeader(m, progress);
            default -> {}
        }
    }

    // ---------------------------------------------------------------- quorum check

    private void checkQuorum() {
        Progress own = raft.progressOf(raft.id);
        if (own != null) {
            own.setRecentActive(true);
        }
        if (!raft.tracker.isQuorumActive()) {
            raft.out.warn("%x stepped down to follower since quorum is not active", raft.id);
            raft.config.metrics().quorumLost(raft.term);
            raft.becomeFollower(raft.term, Raft.NONE);
        }
        ProgressMap members = raft.tracker.progress();
        for (int i = 0; i < members.size(); i++) {
            if (members.id(i) != raft.id) {
                members.at(i).setRecentActive(false);
            }
        }
    }

    // ---------------------------------------------------------------- proposals

    private void propose(Message m) throws RaftException {
        List<Entry> entries = m.entries();
        if (entries.isEmpty()) {
            throw raft.out.fatal("%x stepped empty MsgProp", raft.id);
        }
        if (raft.progressOf(raft.id) == null) {
            // Removed, and leading only until the others have noticed.
            throw dropped(entries);
        }
        if (raft.leadTransferee != Raft.NONE) {
            raft.out.debug(
                    "%x [term %d] transfer leadership to %x is in progress; dropping proposal",
                    raft.id, raft.term, raft.leadTransferee);
            throw dropped(entries);
        }
        if (!appendEntries(withAllowedConfChanges(entries))) {
            throw dropped(entries);
        }
        broadcastAppend();
    }

    private RaftException dropped(List<Entry> entries) {
        raft.config.metrics().proposalsDropped(entries.size());
        return new RaftException(RaftException.Reason.PROPOSAL_DROPPED);
    }

    /**
     * A change that may not be made now becomes an empty entry, so that the others keep their
     * places.
     */
    private List<Entry> withAllowedConfChanges(List<Entry> entries) {
        Entry[] replaced = null;
        for (int i = 0; i < entries.size(); i++) {
            Entry entry = entries.get(i);
            if (entry.type() == EntryType.NORMAL) {
                continue;
            }
            ConfChangeV2 change = decoded(entry);
            String refusal = change == null ? "undecodable" : confChangeRefusal(change);
            if (change != null
                    && (refusal.isEmpty() || raft.config.disableConfChangeValidation())) {
                raft.pendingConfIndex = raft.log.lastIndex() + i + 1;
                raft.tracing.changedConf(change);
                continue;
            }
            raft.out.info(
                    "%x ignoring conf change %s at config %s: %s",
                    raft.id,
                    change == null ? "of " + entry.dataLength() + " bytes" : describe(change),
                    raft.tracker.config(),
                    refusal);
            if (replaced == null) {
                replaced = entries.toArray(new Entry[0]);
            }
            replaced[i] = Entry.proposal(EntryType.NORMAL, null);
        }
        return replaced == null ? entries : Arrays.asList(replaced);
    }

    private static @Nullable ConfChangeV2 decoded(Entry entry) {
        try {
            return entry.type() == EntryType.CONF_CHANGE
                    ? ConfChange.decode(entry.data()).asV2()
                    : ConfChangeV2.decode(entry.data());
        } catch (RaftDecodeException e) {
            return null;
        }
    }

    /** Why a change may not be proposed now; empty when it may. */
    String confChangeRefusal(ConfChangeV2 change) {
        long applied = raft.log.applied();
        if (U64.gt(raft.pendingConfIndex, applied)) {
            return NodeLog.format(
                    "possible unapplied conf change at index %d (applied to %d)",
                    raft.pendingConfIndex, applied);
        }
        boolean joint = raft.tracker.config().voters().isJoint();
        boolean wantsToLeave = change.changes().isEmpty();
        if (joint && !wantsToLeave) {
            return "must transition out of joint config first";
        }
        if (!joint && wantsToLeave) {
            return "not in joint state; refusing empty conf change";
        }
        return "";
    }

    private static String describe(ConfChangeV2 change) {
        StringBuilder text = new StringBuilder("transition:").append(change.transition());
        for (ConfChangeV2.Single single : change.changes()) {
            text.append(" changes:{type:").append(single.type());
            text.append(" node_id:").append(U64.text(single.nodeId())).append('}');
        }
        Bytes context = change.context();
        if (context != null && !context.isEmpty()) {
            text.append(" context:").append(Quoted.text(context));
        }
        return text.toString();
    }

    /**
     * Appends proposals at the end of the log, in this term; false when the uncommitted tail is too
     * large. The own acknowledgement comes back once they are stored.
     */
    boolean appendEntries(List<Entry> proposals) {
        long payload = EntryList.payloadSize(proposals);
        if (!fitsUncommitted(payload)) {
            raft.out.warn(
                    "%x appending new entries to log would exceed uncommitted entry size limit;"
                            + " dropping proposal",
                    raft.id);
            return false;
        }
        raft.uncommittedSize += payload;
        long lastIndex = raft.log.lastIndex();
        Entry[] placed = new Entry[proposals.size()];
        for (int i = 0; i < placed.length; i++) {
            placed[i] =
                    proposals.get(i).placedAt(raft.term, lastIndex + 1 + i, raft.config.wireForm());
        }
        List<Entry> entries = EntryList.of(placed, 0, placed.length);
        raft.tracing.replicated(entries);
        raft.log.append(entries);
        raft.send(Message.of(MessageType.APP_RESP).to(raft.id).index(lastIndex + placed.length));
        return true;
    }

    /** An empty tail takes a proposal of any size, and entries without payload always go in. */
    private boolean fitsUncommitted(long payload) {
        return raft.uncommittedSize == 0
                || payload == 0
                || U64.le(raft.uncommittedSize + payload, raft.config.uncommittedSizeMax());
    }

    // ---------------------------------------------------------------- sending

    void broadcastAppend() {
        ProgressMap members = raft.tracker.progress();
        for (int i = 0; i < members.size(); i++) {
            if (members.id(i) != raft.id) {
                maybeSendAppend(members.id(i), members.at(i), true);
            }
        }
    }

    /**
     * Sends what the member lacks: entries, a snapshot when they are compacted, or, if wanted, an
     * empty append that tells the commit index.
     *
     * @return whether something was sent
     */
    private boolean maybeSendAppend(long to, Progress progress, boolean sendIfEmpty) {
        if (progress.isPaused()) {
            return false;
        }
        RaftLog log = raft.log;
        long prev = progress.next() - 1;
        try {
            long prevTerm = log.term(prev);
            List<Entry> entries = List.of();
            // A full window still lets empty appends through, or lost ones would never be noticed.
            if (progress.state() != ReplicationState.REPLICATE || !progress.isWindowFull()) {
                entries = entriesFor(progress, sendIfEmpty);
            }
            if (entries.isEmpty() && !sendIfEmpty) {
                return false;
            }
            raft.send(
                    Message.of(MessageType.APP)
                            .to(to)
                            .index(prev)
                            .logTerm(prevTerm)
                            .entries(entries)
                            .commit(log.committed()));
            progress.sentEntries(entries.size(), EntryList.payloadSize(entries));
            progress.sentCommit(log.committed());
            return true;
        } catch (StorageException e) {
            return maybeSendSnapshot(to, progress);
        }
    }

    /**
     * When nothing would be sent anyway, entries that are gone are no reason for a snapshot yet.
     */
    private List<Entry> entriesFor(Progress progress, boolean sendIfEmpty) throws StorageException {
        try {
            return raft.log.entries(progress.next(), raft.config.messageSizeMax());
        } catch (StorageException e) {
            if (sendIfEmpty) {
                throw e;
            }
            return List.of();
        }
    }

    private boolean maybeSendSnapshot(long to, Progress progress) {
        if (!progress.isRecentActive()) {
            raft.out.debug("ignore sending snapshot to %x since it is not recently active", to);
            return false;
        }
        Snapshot snapshot;
        try {
            snapshot = raft.log.snapshot();
        } catch (StorageException e) {
            if (e.reason() == StorageException.Reason.SNAPSHOT_TEMPORARILY_UNAVAILABLE) {
                raft.out.debug(
                        "%x failed to send snapshot to %x because snapshot is temporarily"
                                + " unavailable",
                        raft.id, to);
                return false;
            }
            throw raft.out.fatal("%s", e.reason());
        }
        if (snapshot.isEmpty()) {
            throw raft.out.fatal("need non-empty snapshot");
        }
        raft.out.debug(
                "%x [firstindex: %d, commit: %d] sent snapshot[index: %d, term: %d] to %x [%s]",
                raft.id,
                raft.log.firstIndex(),
                raft.log.committed(),
                snapshot.index(),
                snapshot.term(),
                to,
                progress);
        progress.becomeSnapshot(snapshot.index());
        raft.out.debug("%x paused sending replication messages to %x [%s]", raft.id, to, progress);
        raft.config.metrics().snapshotSent(to, snapshot.index());
        raft.send(Message.of(MessageType.SNAP).to(to).snapshot(snapshot));
        return true;
    }

    private void broadcastHeartbeat() {
        Bytes context = raft.readOnly.heartbeatContext();
        ProgressMap members = raft.tracker.progress();
        for (int i = 0; i < members.size(); i++) {
            if (members.id(i) != raft.id) {
                long commit = heartbeatCommit(members.at(i));
                raft.send(
                        Message.of(MessageType.HEARTBEAT)
                                .to(members.id(i))
                                .commit(commit)
                                .context(context));
                members.at(i).sentCommit(commit);
            }
        }
    }

    /** A member may hold other entries behind its match: it must not commit those. */
    long heartbeatCommit(Progress progress) {
        return U64.min(progress.match(), raft.log.committed());
    }

    // ---------------------------------------------------------------- answers

    private void appendRejected(Message m, Progress progress) {
        raft.out.debug(
                "%x received MsgAppResp(rejected, hint: (index %d, term %d)) from %x for index %d",
                raft.id, m.rejectHint(), m.logTerm(), m.from(), m.index());
        raft.config.metrics().appendRejected(m.from());
        // From both sides whole terms are skipped, so a long divergent tail costs one probe per
        // term.
        long hint =
                m.logTerm() == 0
                        ? m.rejectHint()
                        : raft.log.findConflictByTerm(m.rejectHint(), m.logTerm());
        if (!progress.maybeDecreaseTo(m.index(), hint)) {
            return;
        }
        raft.out.debug("%x decreased progress of %x to [%s]", raft.id, m.from(), progress);
        if (progress.state() == ReplicationState.REPLICATE) {
            progress.becomeProbe();
        }
        maybeSendAppend(m.from(), progress, true);
    }

    private void appendAccepted(Message m, Progress progress) {
        boolean news = progress.maybeUpdate(m.index());
        if (!news
                && !(progress.match() == m.index() && progress.state() == ReplicationState.PROBE)) {
            return;
        }
        switch (progress.state()) {
            case PROBE -> progress.becomeReplicate();
            case SNAPSHOT -> {
                if (U64.ge(progress.match() + 1, raft.log.firstIndex())) {
                    raft.out.debug(
                            "%x recovered from needing snapshot, resumed sending replication"
                                    + " messages to %x [%s]",
                            raft.id, m.from(), progress);
                    progress.becomeProbe();
                    progress.becomeReplicate();
                }
            }
            case REPLICATE -> progress.freeWindowUpTo(m.index());
        }
        boolean own = m.from() == raft.id;
        if (maybeCommit()) {
            releasePendingReads();
            broadcastAppend();
        } else if (!own && progress.canBumpCommit(raft.log.committed())) {
            maybeSendAppend(m.from(), progress, true);
        }
        if (!own) {
            boolean sent = true;
            while (sent) {
                sent = maybeSendAppend(m.from(), progress, false);
            }
        }
        if (m.from() == raft.leadTransferee && progress.match() == raft.log.lastIndex()) {
            raft.out.info(
                    "%x sent MsgTimeoutNow to %x after received MsgAppResp", raft.id, m.from());
            raft.send(Message.of(MessageType.TIMEOUT_NOW).to(m.from()));
        }
    }

    boolean maybeCommit() {
        long before = raft.log.committed();
        if (!raft.log.maybeCommit(raft.tracker.committedIndex(), raft.term)) {
            return false;
        }
        raft.tracing.committed();
        raft.config.metrics().committed(before, raft.log.committed());
        return true;
    }

    private void heartbeatAnswered(Message m, Progress progress) {
        progress.setRecentActive(true);
        progress.setFlowPaused(false);
        if (U64.lt(progress.match(), raft.log.lastIndex())
                || progress.state() == ReplicationState.PROBE) {
            maybeSendAppend(m.from(), progress, true);
        }
        if (raft.config.readOnlyOption() != ReadOnlyOption.SAFE || m.context().isEmpty()) {
            return;
        }
        raft.readOnly.recordAck(m.from(), ReadOnly.positionIn(m.context()));
        for (ReadOnly.Pending read : raft.readOnly.takeConfirmed(raft.tracker.config().voters())) {
            answerRead(read.request(), read.index());
        }
    }

    private void snapshotStatus(Message m, Progress progress) {
        if (progress.state() != ReplicationState.SNAPSHOT) {
            return;
        }
        if (m.reject()) {
            progress.forgetPendingSnapshot();
        }
        progress.becomeProbe();
        raft.out.debug(
                m.reject()
                        ? "%x snapshot failed, resumed sending replication messages to %x [%s]"
                        : "%x snapshot succeeded, resumed sending replication messages to %x [%s]",
                raft.id,
                m.from(),
                progress);
        // The next append waits for a sign of life: the member's own answer to the snapshot, or to
        // a heartbeat.
        progress.setFlowPaused(true);
    }

    private void unreachable(Message m, Progress progress) {
        // In a window the appends under way are lost for sure: start from what is known.
        if (progress.state() == ReplicationState.REPLICATE) {
            progress.becomeProbe();
        }
        raft.out.debug(
                "%x failed to send message to %x because it is unreachable [%s]",
                raft.id, m.from(), progress);
    }

    // ---------------------------------------------------------------- handing over

    private void transferLeader(Message m, Progress progress) {
        if (progress.isLearner()) {
            raft.out.debug("%x is learner. Ignored transferring leadership", raft.id);
            return;
        }
        long transferee = m.from();
        long previous = raft.leadTransferee;
        if (previous != Raft.NONE) {
            if (previous == transferee) {
                raft.out.info(
                        "%x [term %d] transfer leadership to %x is in progress, ignores request to"
                                + " same node %x",
                        raft.id, raft.term, transferee, transferee);
                return;
            }
            raft.abortLeaderTransfer();
            raft.out.info(
                    "%x [term %d] abort previous transferring leadership to %x",
                    raft.id, raft.term, previous);
        }
        if (transferee == raft.id) {
            raft.out.debug(
                    "%x is already leader. Ignored transferring leadership to self", raft.id);
            return;
        }
        raft.out.info(
                "%x [term %d] starts to transfer leadership to %x", raft.id, raft.term, transferee);
        // It has to end within an election timeout, counted from now.
        raft.electionElapsed = 0;
        raft.leadTransferee = transferee;
        if (progress.match() == raft.log.lastIndex()) {
            raft.send(Message.of(MessageType.TIMEOUT_NOW).to(transferee));
            raft.out.info(
                    "%x sends MsgTimeoutNow to %x immediately as %x already has up-to-date log",
                    raft.id, transferee, transferee);
        } else {
            maybeSendAppend(transferee, progress, true);
        }
    }

    // ---------------------------------------------------------------- reads

    private void readIndex(Message m) {
        if (decidesAlone()) {
            answerRead(m, raft.log.committed());
        } else if (!hasCommittedInTerm()) {
            // What older leaders committed may not be known here before the own first entry is
            // committed.
            raft.pendingReads.add(m);
        } else {
            confirmRead(m);
        }
    }

    /**
     * Whether this leader is the one voter. A leader that was removed, or made a learner, goes on
     * leading for a while, and the one voter that is left may have elected itself without its
     * knowing: that one has to ask (the reference does not look whose the one vote is, and such a
     * leader answers with an old index).
     */
    private boolean decidesAlone() {
        JointConfig voters = raft.tracker.config().voters();
        return voters.isSingleton() && voters.contains(raft.id);
    }

    boolean hasCommittedInTerm() {
        return raft.log.termOrZero(raft.log.committed()) == raft.term;
    }

    private void confirmRead(Message m) {
        if (raft.config.readOnlyOption() == ReadOnlyOption.LEASE_BASED) {
            answerRead(m, raft.log.committed());
            return;
        }
        raft.readOnly.add(raft.log.committed(), m);
        raft.readOnly.recordAck(raft.id, raft.readOnly.position());
        broadcastHeartbeat();
    }

    private void releasePendingReads() {
        if (raft.pendingReads.isEmpty()) {
            return;
        }
        if (!hasCommittedInTerm()) {
            raft.out.error(
                    "pending MsgReadIndex should be released only after first commit in current"
                            + " term");
            return;
        }
        List<Message> pending = raft.pendingReads;
        raft.pendingReads = new ArrayList<>();
        pending.forEach(this::confirmRead);
    }

    private void answerRead(Message request, long index) {
        if (request.from() == Raft.NONE || request.from() == raft.id) {
            raft.addReadState(index, request.entries().get(0).data());
        } else {
            raft.send(
                    Message.of(MessageType.READ_INDEX_RESP)
                            .to(request.from())
                            .index(index)
                            .entries(request.entries()));
        }
    }

    // ---------------------------------------------------------------- configuration

    /** A new configuration may commit more at once, and brings members that lack everything. */
    void configurationChanged() {
        if (maybeCommit()) {
            broadcastAppend();
        } else {
            ProgressMap members = raft.tracker.progress();
            for (int i = 0; i < members.size(); i++) {
                if (members.id(i) != raft.id) {
                    maybeSendAppend(members.id(i), members.at(i), false);
                }
            }
        }
        IdSet voters = raft.tracker.config().voters().ids();
        if (raft.leadTransferee != Raft.NONE && !voters.contains(raft.leadTransferee)) {
            raft.abortLeaderTransfer();
        }
    }
}
