package dev.plinth.raft;

import dev.plinth.raft.quorum.IdSet;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The state of one node and what all roles have in common: terms, votes, role changes, sending,
 * configuration. What a role does with a message is in {@link FollowerSteps}, {@link
 * CandidateSteps} and {@link LeaderSteps}.
 *
 * <p>Messages that promise something on behalf of this node (votes, acknowledgements, also those to
 * itself) are collected apart: they may leave only after everything that was appended before is on
 * stable storage.
 */
final class Raft {
    static final long NONE = 0;

    final RaftConfig config;
    final NodeLog out;
    final long id;
    final RaftLog log;
    final ProgressTracker tracker = new ProgressTracker();
    final ReadOnly readOnly = new ReadOnly();
    final Tracing tracing;

    private final FollowerSteps followerSteps = new FollowerSteps(this);
    private final CandidateSteps candidateSteps = new CandidateSteps(this);
    private final LeaderSteps leaderSteps = new LeaderSteps(this);

    long term;
    long vote;
    long lead;
    Role role = Role.FOLLOWER;

    /** Target of a pending leader transfer. */
    long leadTransferee;

    /** Index of the newest snapshot that replaced log and configuration, 0 for none. */
    private long restoredIndex;

    /** No configuration change may be proposed before the log is applied up to here. */
    long pendingConfIndex;

    /**
     * Payload bytes of the leader's tail; may be too low after a change of leader, never too high.
     */
    long uncommittedSize;

    int electionElapsed;
    private int heartbeatElapsed;
    private int randomizedElectionTicks;

    /** Reads that came before the first commit of this leader's term. */
    List<Message> pendingReads = new ArrayList<>();

    private SoftState softState = new SoftState(NONE, Role.FOLLOWER);
    private HardState hardState = HardState.EMPTY;
    private List<Message> messages = new ArrayList<>();
    private List<Message> messagesAfterAppend = new ArrayList<>();
    private List<ReadState> readStates = new ArrayList<>();

    Raft(RaftConfig config) {
        this.config = config;
        id = config.id();
        out = new NodeLog(config.logger());
        log = new RaftLog(config.storage(), config.committedSizePerReadyMax(), out);
        tracing = new Tracing(this, config.tracer());
        RaftStorage.InitialState stored = config.storage().initialState();
        tracing.initState(stored);
        restoreConfiguration(stored.confState());
        if (!stored.hardState().isEmpty()) {
            load(stored.hardState());
        }
        if (config.applied() != 0) {
            log.appliedTo(config.applied(), 0);
        }
        becomeFollower(term, NONE);
        out.info(
                "newRaft %x [peers: [%s], term: %d, commit: %d, applied: %d, lastindex: %d,"
                        + " lastterm: %d]",
                id,
                hexList(tracker.config().voters().ids()),
                term,
                log.committed(),
                log.applied(),
                log.lastIndex(),
                log.lastTerm());
    }

    private static String hexList(IdSet ids) {
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < ids.size(); i++) {
            text.append(i == 0 ? "" : ",").append(U64.hex(ids.get(i)));
        }
        return text.toString();
    }

    private void load(HardState state) {
        if (U64.lt(state.commit(), log.committed()) || U64.gt(state.commit(), log.lastIndex())) {
            throw out.fatal(
                    "%x state.commit %d is out of range [%d, %d]",
                    id, state.commit(), log.committed(), log.lastIndex());
        }
        log.loadCommitted(state.commit());
        term = state.term();
        vote = state.vote();
    }

    /** The same object as before while nothing changed: it is asked for with every message. */
    SoftState softState() {
        if (softState.lead() != lead || softState.role() != role) {
            softState = new SoftState(lead, role);
        }
        return softState;
    }

    /** As {@link #softState}. */
    HardState hardState() {
        long commit = log.committed();
        if (hardState.term() != term || hardState.vote() != vote || hardState.commit() != commit) {
            hardState = new HardState(term, vote, commit);
        }
        return hardState;
    }

    // ---------------------------------------------------------------- what goes out

    boolean hasMessages() {
        return !messages.isEmpty() || !messagesAfterAppend.isEmpty();
    }

    List<Message> messages() {
        return messages;
    }

    List<Message> messagesAfterAppend() {
        return messagesAfterAppend;
    }

    List<ReadState> readStates() {
        return readStates;
    }

    /** Gives the collected messages away, to be added to and handed out. */
    List<Message> takeMessages() {
        List<Message> taken = messages;
        messages = new ArrayList<>();
        return taken;
    }

    /** As {@link #takeMessages}, those that wait for the log to be stored. */
    List<Message> takeMessagesAfterAppend() {
        List<Message> taken = messagesAfterAppend;
        messagesAfterAppend = new ArrayList<>();
        return taken;
    }

    /** What was collected is handed out: new collections from here on. */
    void clearMessages() {
        if (!messages.isEmpty()) {
            messages = new ArrayList<>();
        }
        if (!messagesAfterAppend.isEmpty()) {
            messagesAfterAppend = new ArrayList<>();
        }
    }

    void clearReadStates() {
        if (!readStates.isEmpty()) {
            readStates = new ArrayList<>();
        }
    }

    /**
     * Sends a message; fills in the sender and, where the kind does not carry its own, the term.
     */
    void send(Message.Builder m) {
        if (m.from() == NONE) {
            m.from(id);
        }
        MessageType type = m.type();
        if (type.isVoting()) {
            if (m.term() == 0) {
                throw out.fatal("term should be set when sending %s", type);
            }
        } else {
            if (m.term() != 0) {
                throw out.fatal("term should not be set when sending %s (was %d)", type, m.term());
            }
            if (type != MessageType.PROP && type != MessageType.READ_INDEX) {
                m.term(term);
            }
        }
        if (waitsForAppend(type)) {
            Message message = m.build();
            messagesAfterAppend.add(message);
            tracing.sent(message);
            return;
        }
        if (m.to() == id) {
            throw out.fatal("message should not be self-addressed when sending %s", type);
        }
        Message message = m.build();
        messages.add(message);
        tracing.sent(message);
    }

    /**
     * Whether a message vouches for this node's stored state. A rejection does not, but its term
     * may be new and has to be stored before it is shown.
     */
    boolean waitsForAppend(MessageType type) {
        return type == MessageType.APP_RESP
                || type == MessageType.VOTE_RESP
                || type == MessageType.PRE_VOTE_RESP;
    }

    void addReadState(long index, Bytes context) {
        readStates.add(new ReadState(index, context));
        config.metrics().readsConfirmed(1);
    }

    // ---------------------------------------------------------------- roles

    private void reset(long newTerm) {
        if (term != newTerm) {
            term = newTerm;
            vote = NONE;
        }
        lead = NONE;
        electionElapsed = 0;
        heartbeatElapsed = 0;
        randomizedElectionTicks =
                config.electionTicks() + config.random().nextInt(config.electionTicks());
        leadTransferee = NONE;
        tracker.resetVotes();
        long lastIndex = log.lastIndex();
        ProgressMap progress = tracker.progress();
        for (int i = 0; i < progress.size(); i++) {
            progress.at(i).reset(progress.id(i) == id ? lastIndex : 0, lastIndex + 1);
        }
        pendingConfIndex = 0;
        uncommittedSize = 0;
        readOnly.reset();
    }

    void becomeFollower(long newTerm, long newLead) {
        reset(newTerm);
        lead = newLead;
        role = Role.FOLLOWER;
        out.info("%x became follower at term %d", id, term);
        tracing.becameFollower();
        config.metrics().roleTaken(role, term);
    }

    /** Term and vote stay: a pre-candidate has promised nothing and taken nothing. */
    private void becomePreCandidate() {
        checkNotFrom(Role.LEADER, "invalid transition [leader -> pre-candidate]");
        tracker.resetVotes();
        role = Role.PRE_CANDIDATE;
        lead = NONE;
        out.info("%x became pre-candidate at term %d", id, term);
        config.metrics().roleTaken(role, term);
    }

    private void becomeCandidate() {
        checkNotFrom(Role.LEADER, "invalid transition [leader -> candidate]");
        reset(term + 1);
        vote = id;
        role = Role.CANDIDATE;
        out.info("%x became candidate at term %d", id, term);
        tracing.becameCandidate();
        config.metrics().roleTaken(role, term);
    }

    void becomeLeader() {
        checkNotFrom(Role.FOLLOWER, "invalid transition [follower -> leader]");
        reset(term);
        lead = id;
        role = Role.LEADER;
        Progress own = tracker.progress().get(id);
        if (own != null) {
            own.becomeReplicate();
            own.setRecentActive(true);
        }
        // Changes of an older leader may be in the log, not applied yet: none may follow before
        // they are.
        pendingConfIndex = log.lastIndex();
        tracing.becameLeader();
        if (!leaderSteps.appendEntries(List.of(Entry.empty()))) {
            throw out.fatal("empty entry was dropped");
        }
        out.info("%x became leader at term %d", id, term);
        config.metrics().roleTaken(role, term);
    }

    private void checkNotFrom(Role forbidden, String text) {
        if (role == forbidden) {
            throw out.fatal(text);
        }
    }

    // ---------------------------------------------------------------- time

    void tick() {
        if (role == Role.LEADER) {
            tickLeader();
        } else {
            electionElapsed++;
            if (isPromotable() && electionElapsed >= randomizedElectionTicks) {
                electionElapsed = 0;
                stepLocal(MessageType.HUP, "error occurred during election: %s");
            }
        }
    }

    private void tickLeader() {
        heartbeatElapsed++;
        electionElapsed++;
        if (electionElapsed >= config.electionTicks()) {
            electionElapsed = 0;
            if (config.checkQuorum()) {
                stepLocal(
                        MessageType.CHECK_QUORUM,
                        "error occurred during checking sending heartbeat: %s");
            }
            // A transfer that takes longer than an election would is given up.
            if (role == Role.LEADER && leadTransferee != NONE) {
                abortLeaderTransfer();
            }
        }
        if (role != Role.LEADER) {
            return;
        }
        if (heartbeatElapsed >= config.heartbeatTicks()) {
            heartbeatElapsed = 0;
            stepLocal(MessageType.BEAT, "error occurred during checking sending heartbeat: %s");
        }
    }

    private void stepLocal(MessageType type, String onRefusal) {
        try {
            step(Message.of(type).from(id).build());
        } catch (RaftException e) {
            out.debug(onRefusal, e.reason());
        }
    }

    /** Time went on without an election being due; for nodes at rest. */
    void tickQuiesced() {
        electionElapsed++;
    }

    void setRandomizedElectionTicks(int ticks) {
        randomizedElectionTicks = ticks;
    }

    /** Whether it may become leader: a voter whose state is complete. */
    boolean isPromotable() {
        Progress own = tracker.progress().get(id);
        return own != null && !own.isLearner() && !log.unstable().hasSnapshot();
    }

    void abortLeaderTransfer() {
        leadTransferee = NONE;
    }

    // ---------------------------------------------------------------- step

    void step(Message m) throws RaftException {
        tracing.received(m);
        if (m.term() != 0 && m.term() != term) {
            if (U64.gt(m.term(), term)) {
                if (isLeaseGuarded(m)) {
                    return;
                }
                adoptHigherTerm(m);
            } else {
                answerLowerTerm(m);
                return;
            }
        }
        switch (m.type()) {
            case HUP -> hup(config.preVote() ? Campaign.PRE_ELECTION : Campaign.ELECTION);
            case STORAGE_APPEND_RESP -> stored(m);
            case STORAGE_APPLY_RESP -> applied(m);
            case VOTE, PRE_VOTE -> answerCandidate(m);
            default -> {
                switch (role) {
                    case FOLLOWER -> followerSteps.step(m);
                    case CANDIDATE, PRE_CANDIDATE -> candidateSteps.step(m);
                    case LEADER -> leaderSteps.step(m);
                }
            }
        }
    }

    /**
     * Whether a candidate of a higher term is not even answered: a member that hears from its
     * leader must not be drawn into an election by one that does not.
     */
    private boolean isLeaseGuarded(Message m) {
        if (m.type() != MessageType.VOTE && m.type() != MessageType.PRE_VOTE) {
            return false;
        }
        boolean forced = m.context().equals(Campaign.TRANSFER_CONTEXT);
        boolean inLease =
                config.checkQuorum() && lead != NONE && electionElapsed < config.electionTicks();
        if (forced || !inLease) {
            return false;
        }
        out.info(
                "%x [logterm: %d, index: %d, vote: %x] ignored %s from %x [logterm: %d, index: %d]"
                        + " at term %d: lease is not expired (remaining ticks: %d)",
                id,
                log.lastTerm(),
                log.lastIndex(),
                vote,
                m.type(),
                m.from(),
                m.logTerm(),
                m.index(),
                term,
                config.electionTicks() - electionElapsed);
        return true;
    }

    /**
     * A pre-vote asks about a term that nobody has yet, so neither it nor a grant of it moves the
     * term.
     */
    private void adoptHigherTerm(Message m) {
        if (m.type() == MessageType.PRE_VOTE
                || (m.type() == MessageType.PRE_VOTE_RESP && !m.reject())) {
            return;
        }
        out.info(
                "%x [term: %d] received a %s message with higher term from %x [term: %d]",
                id, term, m.type(), m.from(), m.term());
        boolean fromLeader =
                m.type() == MessageType.APP
                        || m.type() == MessageType.HEARTBEAT
                        || m.type() == MessageType.SNAP;
        becomeFollower(m.term(), fromLeader ? m.from() : NONE);
    }

    /**
     * Most messages of a lower term are dropped. Two kinds are answered, since a node that came
     * back with a higher term than everyone else could not get in touch again otherwise: an old
     * leader learns the term and steps down, an old candidate learns it and stops asking in vain.
     */
    private void answerLowerTerm(Message m) {
        boolean fromLeader = m.type() == MessageType.HEARTBEAT || m.type() == MessageType.APP;
        if (fromLeader && (config.checkQuorum() || config.preVote())) {
            send(Message.of(MessageType.APP_RESP).to(m.from()));
        } else if (m.type() == MessageType.PRE_VOTE) {
            logVote("rejected", "from", m);
            send(Message.of(MessageType.PRE_VOTE_RESP).to(m.from()).term(term).reject(true));
        } else if (m.type() == MessageType.STORAGE_APPEND_RESP) {
            // A write of the present term may be under way that changes the log end again.
            if (m.index() != 0) {
                out.info(
                        "%x [term: %d] ignored entry appends from a %s message with lower term"
                                + " [term: %d]",
                        id, term, m.type(), m.term());
            }
            Snapshot snapshot = m.snapshot();
            if (snapshot != null) {
                appliedSnapshot(snapshot);
            }
        } else {
            out.info(
                    "%x [term: %d] ignored a %s message with lower term from %x [term: %d]",
                    id, term, m.type(), m.from(), m.term());
        }
    }

    private void stored(Message m) {
        if (m.index() != 0) {
            log.stableTo(m.index(), m.logTerm());
        }
        Snapshot snapshot = m.snapshot();
        if (snapshot != null) {
            appliedSnapshot(snapshot);
        }
    }

    private void applied(Message m) {
        List<Entry> entries = m.entries();
        if (!entries.isEmpty()) {
            appliedTo(entries.getLast().index(), EntryList.encodedSize(entries));
            long payload = EntryList.payloadSize(entries);
            uncommittedSize = U64.gt(uncommittedSize, payload) ? uncommittedSize - payload : 0;
        }
    }

    private void appliedSnapshot(Snapshot snapshot) {
        log.unstable().stableSnapshotTo(snapshot.index());
        appliedTo(snapshot.index(), 0);
    }

    void appliedTo(long index, long size) {
        long newApplied = U64.max(index, log.applied());
        log.appliedTo(newApplied, size);
        if (tracker.config().autoLeave()
                && U64.ge(newApplied, pendingConfIndex)
                && role == Role.LEADER) {
            proposeLeavingJoint();
        }
    }

    /** May be refused while leadership moves; it is tried again with each applied entry. */
    private void proposeLeavingJoint() {
        Entry leave = Entry.proposal(EntryType.CONF_CHANGE_V2, null);
        try {
            step(Message.of(MessageType.PROP).entries(List.of(leave)).build());
            out.info(
                    "initiating automatic transition out of joint configuration %s",
                    tracker.config());
        } catch (RaftException e) {
            out.debug(
                    "not initiating automatic transition out of joint configuration %s: %s",
                    tracker.config(), e.reason());
        }
    }

    // ---------------------------------------------------------------- elections

    void hup(Campaign campaign) {
        if (role == Role.LEADER) {
            out.debug("%x ignoring MsgHup because already leader", id);
            return;
        }
        if (!isPromotable()) {
            out.warn("%x is unpromotable and can not campaign", id);
            return;
        }
        if (hasUnappliedConfChanges()) {
            out.warn(
                    "%x cannot campaign at term %d since there are still pending configuration"
                            + " changes to apply",
                    id, term);
            return;
        }
        out.info("%x is starting a new election at term %d", id, term);
        campaign(campaign);
    }

    /**
     * A configuration that is committed but not applied may make this member's idea of a quorum
     * wrong.
     */
    private boolean hasUnappliedConfChanges() {
        long lo = log.applied() + 1;
        long hi = log.committed() + 1;
        while (U64.lt(lo, hi)) {
            List<Entry> page;
            try {
                page = log.slice(lo, hi, log.applyingSizeMax());
            } catch (StorageException e) {
                throw out.fatal(
                        "error scanning unapplied entries [%d, %d): %s", lo, hi, e.reason());
            }
            if (page.isEmpty()) {
                throw out.fatal("got 0 entries in [%d, %d)", lo, hi);
            }
            for (int i = 0; i < page.size(); i++) {
                if (page.get(i).type() != EntryType.NORMAL) {
                    return true;
                }
            }
            lo += page.size();
        }
        return false;
    }

    void campaign(Campaign campaign) {
        boolean preVote = campaign == Campaign.PRE_ELECTION;
        if (preVote) {
            becomePreCandidate();
        } else {
            becomeCandidate();
        }
        MessageType request = preVote ? MessageType.PRE_VOTE : MessageType.VOTE;
        long campaignTerm = preVote ? term + 1 : term;
        config.metrics().campaignStarted(campaignTerm, preVote);
        IdSet voters = tracker.config().voters().ids();
        for (int i = 0; i < voters.size(); i++) {
            long voter = voters.get(i);
            if (voter == id) {
                // The own vote counts as any other: once it is stored.
                send(Message.of(responseTo(request)).to(id).term(campaignTerm));
                continue;
            }
            out.info(
                    "%x [logterm: %d, index: %d] sent %s request to %x at term %d",
                    id, log.lastTerm(), log.lastIndex(), request, voter, term);
            send(
                    Message.of(request)
                            .to(voter)
                            .term(campaignTerm)
                            .index(log.lastIndex())
                            .logTerm(log.lastTerm())
                            .context(
                                    campaign == Campaign.TRANSFER
                                            ? Campaign.TRANSFER_CONTEXT
                                            : Bytes.EMPTY));
        }
    }

    static MessageType responseTo(MessageType request) {
        return request == MessageType.VOTE ? MessageType.VOTE_RESP : MessageType.PRE_VOTE_RESP;
    }

    private void answerCandidate(Message m) {
        if (canVoteFor(m) && log.isUpToDate(m.logTerm(), m.index())) {
            logVote("cast", "for", m);
            // A grant echoes the term that was asked about: with the own one the candidate would
            // drop it.
            send(Message.of(responseTo(m.type())).to(m.from()).term(m.term()));
            if (m.type() == MessageType.VOTE) {
                electionElapsed = 0;
                vote = m.from();
            }
        } else {
            logVote("rejected", "from", m);
            send(Message.of(responseTo(m.type())).to(m.from()).term(term).reject(true));
        }
    }

    /**
     * Whether the vote of the term is free for the candidate. A learner votes too: it may have been
     * made a voter without knowing it yet.
     */
    boolean canVoteFor(Message m) {
        return vote == m.from()
                || (vote == NONE && lead == NONE)
                || (m.type() == MessageType.PRE_VOTE && U64.gt(m.term(), term));
    }

    private void logVote(String verb, String preposition, Message m) {
        out.info(
                "%x [logterm: %d, index: %d, vote: %x] %s %s %s %x [logterm: %d, index: %d] at"
                        + " term %d",
                id,
                log.lastTerm(),
                log.lastIndex(),
                vote,
                verb,
                m.type(),
                preposition,
                m.from(),
                m.logTerm(),
                m.index(),
                term);
    }

    // ---------------------------------------------------------------- configuration

    private void restoreConfiguration(ConfState state) {
        ConfChanger.Result restored;
        try {
            restored =
                    ConfChanger.restore(
                            state,
                            log.lastIndex(),
                            config.inflightMessagesMax(),
                            config.inflightBytesMax());
        } catch (ConfChanger.Refused e) {
            throw out.fatal("unable to restore config %s: %s", state, refusal(e));
        }
        ConfState active = switchTo(restored);
        if (!active.isEquivalentTo(state)) {
            throw out.fatal("ConfStates not equivalent: %s and %s", state, active);
        }
    }

    /** A restored snapshot brings its configuration; nothing is known of its members. */
    void restoreFrom(Snapshot snapshot) {
        log.restore(snapshot);
        restoredIndex = snapshot.index();
        tracker.set(TrackedConfig.EMPTY, new ProgressMap());
        restoreConfiguration(snapshot.metadata().confState());
    }

    private static String refusal(ConfChanger.Refused e) {
        return String.valueOf(e.getMessage());
    }

    /** As {@link #applyConfChange}, unless a snapshot that came meanwhile has the change in it. */
    ConfState applyConfChangeAt(long index, ConfChangeV2 change) {
        return U64.le(index, restoredIndex)
                ? tracker.config().toConfState()
                : applyConfChange(change);
    }

    ConfState applyConfChange(ConfChangeV2 change) {
        try {
            ConfChanger changer =
                    new ConfChanger(
                            tracker.config(),
                            tracker.progress(),
                            log.lastIndex(),
                            config.inflightMessagesMax(),
                            config.inflightBytesMax());
            ConfState active = switchTo(changer.apply(change));
            tracing.appliedConfChange(change);
            return active;
        } catch (ConfChanger.Refused e) {
            throw out.fatal("%s", refusal(e));
        }
    }

    private ConfState switchTo(ConfChanger.Result result) {
        tracker.set(result.config(), result.progress());
        out.info("%x switched to configuration %s", id, tracker.config());
        ConfState state = tracker.config().toConfState();
        Progress own = tracker.progress().get(id);
        if (role != Role.LEADER) {
            return state;
        }
        if (own == null || own.isLearner()) {
            if (config.stepDownOnRemoval()) {
                becomeFollower(term, NONE);
            }
            return state;
        }
        leaderSteps.configurationChanged();
        return state;
    }

    LeaderSteps leader() {
        return leaderSteps;
    }

    @Nullable Progress progressOf(long member) {
        return tracker.progress().get(member);
    }
}
