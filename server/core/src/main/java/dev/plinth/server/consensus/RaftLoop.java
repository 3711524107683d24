package dev.plinth.server.consensus;

import dev.plinth.raft.BasicStatus;
import dev.plinth.raft.ConfChange;
import dev.plinth.raft.ConfState;
import dev.plinth.raft.Entry;
import dev.plinth.raft.HardState;
import dev.plinth.raft.Message;
import dev.plinth.raft.MessageType;
import dev.plinth.raft.ProgressStatus;
import dev.plinth.raft.RaftException;
import dev.plinth.raft.RawNode;
import dev.plinth.raft.Ready;
import dev.plinth.raft.Role;
import dev.plinth.raft.SnapshotStatus;
import dev.plinth.raft.SoftState;
import dev.plinth.raft.Status;
import dev.plinth.server.cluster.MemberIds;
import dev.plinth.server.core.Barrier;
import dev.plinth.server.core.EtcdError;
import dev.plinth.server.core.Proposal;
import dev.plinth.server.core.RefusedException;
import dev.plinth.server.log.Log;
import dev.plinth.walio.io.Clock;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.SortedMap;
import java.util.function.Consumer;

/**
 * Owns the raft node: proposals, peers' messages, ticks and the workers' responses all come through
 * here. It does no disk I/O, so a slow disk stops neither heartbeats nor elections.
 *
 * <p>A turn takes all waiting proposals as one append. What raft wants stored goes to the {@link
 * WalWriter}, what it wants applied to the {@link ApplyLoop}, messages to peers leave at once (raft
 * holds back what must not leave before storing). The results come back through {@link #step}.
 *
 * <p>{@link #status} and {@link #committedIndex} are published for any thread.
 */
public final class RaftLoop implements Agent, MessageReceiver {
    private static final int INBOX_MAX = 1 << 16;

    /** Beyond this what peers send is refused, so that this member's own workers find room. */
    private static final int INBOX_FOR_PEERS = INBOX_MAX / 2;

    private static final int PROPOSALS_MAX = 1 << 14;
    private static final int APPEND_ENTRIES_MAX = 4096;
    private static final long APPEND_BYTES_MAX = 4L << 20;

    /** Above this the apply loop's own thread is worth its hand-over: log and apply overlap. */
    private static final int APPLY_HERE_MAX = 64;

    /** Ticks that the loop may be late before it has stalled. */
    private static final int STALL_TICKS = 3;

    /** Something to do with the node on the loop's thread. */
    private interface Command {
        void run(RawNode node) throws RaftException;
    }

    /**
     * Settings.
     *
     * @param localId this member
     * @param tickNanos length of a tick
     * @param electionTicks ticks without a leader before an election
     * @param drivesWorkers whether the loop may do the workers' turns itself
     */
    public record Settings(
            long localId, long tickNanos, int electionTicks, boolean drivesWorkers) {}

    private final RawNode node;
    private final Settings settings;
    private final Clock clock;
    private final Log log;
    private final WalWriter wal;
    private final ApplyLoop apply;
    private final ReadIndexer reads;
    private final StalledDiskHandover stalls;
    private final LateHeartbeats heartbeats;
    private PeerTransport transport = PeerTransport.NONE;
    private final MpscQueue<Command> inbox = new MpscQueue<>(INBOX_MAX);
    private final MpscQueue<Proposal> proposals = new MpscQueue<>(PROPOSALS_MAX);
    private final List<Message> outgoing = new ArrayList<>();
    private final List<Entry> appending = new ArrayList<>();
    private final List<Proposal> appendingProposals = new ArrayList<>();
    private final List<Consumer<RaftStatus>> statusListeners = new ArrayList<>();
    private Runnable waker = () -> {};
    private volatile long lastTickNanos;
    private volatile long lastStallNanos;
    private Consumer<Long> ticked = _ -> {};
    private long nextTickNanos;
    private boolean isCampaignWanted;
    private boolean hasAppended;
    private int applying;
    private ConfState confState;
    private volatile RaftStatus status = RaftStatus.INITIAL;
    private volatile long committedIndex;
    private volatile SortedMap<Long, ProgressStatus> progress = Collections.emptySortedMap();

    RaftLoop(
            RawNode node,
            Settings settings,
            ConfState confState,
            long committedIndex,
            Clock clock,
            Log log,
            WalWriter wal,
            ApplyLoop apply,
            ReadIndexer reads,
            LateHeartbeats heartbeats) {
        this.node = node;
        this.settings = settings;
        this.confState = confState;
        this.committedIndex = committedIndex;
        this.clock = clock;
        this.log = log;
        this.wal = wal;
        this.apply = apply;
        this.reads = reads;
        this.heartbeats = heartbeats;
        this.stalls =
                new StalledDiskHandover(
                        wal::writingNanos,
                        settings.electionTicks() * settings.tickNanos(),
                        log.named("raft"));
        this.lastTickNanos = clock.monotonicNanos();
        this.lastStallNanos = lastTickNanos;
        this.nextTickNanos = lastTickNanos + settings.tickNanos();
    }

    /** Connects the other members, the thread that drives the loop, and what runs once a tick. */
    void connect(PeerTransport peers, Runnable newWaker, Consumer<Long> onTick) {
        transport = peers;
        waker = newWaker;
        ticked = onTick;
    }

    /** Calls the listener on the loop's thread whenever the status changes. Before the start. */
    void onStatus(Consumer<RaftStatus> listener) {
        statusListeners.add(listener);
    }

    /** Leader, term and role; any thread. */
    public RaftStatus status() {
        return status;
    }

    /** Highest index known to be committed; any thread. */
    public long committedIndex() {
        return committedIndex;
    }

    // --- any thread ---

    /** Takes a proposal, or returns false when too many wait. */
    boolean offer(Proposal proposal) {
        if (!proposals.offer(proposal)) {
            return false;
        }
        waker.run();
        return true;
    }

    /** Takes a reader for the next round of read index. */
    void read(Barrier barrier, long deadlineNanos) {
        reads.add(barrier, deadlineNanos);
        waker.run();
    }

    /** Takes messages of the workers. */
    public void step(List<Message> messages) {
        enqueue(target -> stepAll(target, messages));
    }

    @Override
    public boolean receive(List<Message> messages, Runnable taken) {
        if (inbox.size() >= INBOX_FOR_PEERS) {
            return false;
        }
        return offer(target -> {
            stepAll(target, messages);
            taken.run();
        });
    }

    @Override
    public void unreachable(long memberId) {
        // Lost along with the rest when the loop is far behind: raft finds out by itself.
        var _ = offer(target -> target.reportUnreachable(memberId));
    }

    @Override
    public void snapshotSent(long memberId, boolean isDelivered) {
        enqueue(target ->
                target.reportSnapshot(
                        memberId, isDelivered ? SnapshotStatus.FINISH : SnapshotStatus.FAILURE));
    }

    /**
     * Proposes a change of the members; {@code refused} runs on the loop if raft does not take it.
     */
    void proposeConfChange(ConfChange change, Consumer<RefusedException> refused) {
        enqueue(target -> {
            try {
                target.proposeConfChange(change);
            } catch (RaftException e) {
                refused.accept(RefusedException.unmapped(String.valueOf(e.getMessage())));
            }
        });
    }

    /**
     * A committed change takes effect in raft; with node id 0 for one that was refused.
     *
     * @param index index of its entry
     * @param done runs on the loop afterwards
     */
    void applyConfChange(long index, ConfChange change, Runnable done) {
        enqueue(target -> {
            confState = target.applyConfChange(index, change);
            publish(status.leaderId(), status.isLeader());
            done.run();
        });
    }

    /** A leader's snapshot with these members has taken the place of the state. */
    void restored(ConfState members) {
        enqueue(_ -> {
            confState = members;
            publish(status.leaderId(), status.isLeader());
        });
    }

    /** What this member knew of each as of the last tick, when it led; else empty. Any thread. */
    SortedMap<Long, ProgressStatus> progress() {
        return progress;
    }

    /** Starts an election without waiting for a timeout, where this member is sure to win it. */
    void campaignSoon() {
        isCampaignWanted = true;
    }

    /** Gives raft's own view of the members, on the loop's thread. */
    void inspect(Consumer<Status> taker) {
        enqueue(target -> taker.accept(target.status()));
    }

    /** Asks the leader to hand over to a member. */
    void transferLeader(long memberId) {
        enqueue(target -> target.transferLeader(memberId));
    }

    private void enqueue(Command command) {
        if (!offer(command)) {
            throw new IllegalStateException("the raft loop's inbox is full: " + inbox.size());
        }
    }

    private boolean offer(Command command) {
        if (!inbox.offer(command)) {
            return false;
        }
        waker.run();
        return true;
    }

    /**
     * Whether this loop has run without a stall for two election timeouts; any thread. Then it has
     * heard from a quorum since, or it would have stepped down, so what it says about the leader
     * can be believed. After a stall it must be confirmed: the first tick comes before the messages
     * that arrived meanwhile.
     */
    boolean hearsItsPeers() {
        long now = clock.monotonicNanos();
        return now - lastTickNanos < STALL_TICKS * settings.tickNanos()
                && now - lastStallNanos > 2L * settings.electionTicks() * settings.tickNanos();
    }

    // --- the loop ---

    @Override
    public String name() {
        return "raft-loop";
    }

    @Override
    public long idleNanosMax() {
        return nextTickNanos - clock.monotonicNanos();
    }

    @Override
    public int doWork() {
        int done = runCommands() + campaignIfWanted();
        long now = clock.monotonicNanos();
        if (now - nextTickNanos >= 0) {
            node.tick();
            if (now - lastTickNanos >= STALL_TICKS * settings.tickNanos()) {
                lastStallNanos = now;
            }
            lastTickNanos = now;
            stalls.tick(node);
            progress = status.isLeader() ? node.status().progress() : Collections.emptySortedMap();
            ticked.accept(now);
            // After a stall the missed ticks are dropped: a burst of them would start an election.
            nextTickNanos = Math.max(nextTickNanos + settings.tickNanos(), now);
            done++;
        }
        done += appendProposals();
        done += reads.doWork(node, status.leaderId() != 0, now);
        while (node.hasReady()) {
            work(node.ready());
            if (!node.hasReady()) {
                handOver();
            }
            done += 1 + runCommands();
        }
        return done;
    }

    /**
     * Gets the workers going. Where this member decides alone nobody waits for this loop meanwhile,
     * so it does their turns itself and saves the hand-overs; the responses are in the inbox then.
     */
    private void handOver() {
        boolean isAlone = settings.drivesWorkers() && status.soleLeaderTerm() != 0;
        if (hasAppended) {
            hasAppended = false;
            if (!isAlone || wal.doWork() == 0) {
                wal.wake();
            }
        }
        if (applying > 0) {
            if (!isAlone || applying > APPLY_HERE_MAX || apply.doWork() == 0) {
                apply.wake();
            }
            applying = 0;
        }
    }

    /** Ends all waits of readers; by the loop's thread, or after it has ended. */
    void failReads(RefusedException reason) {
        reads.failAll(reason);
    }

    /** Raft refuses to campaign while changes of the members are committed and not yet applied. */
    private int campaignIfWanted() {
        if (!isCampaignWanted || apply.appliedIndex() < committedIndex || node.hasReady()) {
            return 0;
        }
        isCampaignWanted = false;
        try {
            node.campaign();
        } catch (RaftException e) {
            log.named("raft").debug("campaign refused", "error", e.getMessage());
        }
        return 1;
    }

    private int runCommands() {
        int done = 0;
        for (Command command = inbox.poll(); command != null; command = inbox.poll()) {
            try {
                command.run(node);
            } catch (RaftException e) {
                log.named("raft").debug("command refused", "error", e.getMessage());
            }
            done++;
        }
        return done;
    }

    private void stepAll(RawNode target, List<Message> messages) {
        for (int i = 0; i < messages.size(); i++) {
            stepOne(target, messages.get(i));
        }
    }

    private void stepOne(RawNode target, Message message) {
        try {
            target.step(message);
        } catch (RaftException e) {
            log.named("raft").debug("message refused", "error", e.getMessage());
        }
    }

    /** Asks raft itself: the status is published a moment after a message has ended the office. */
    private boolean isLeaderOf(long term) {
        BasicStatus now = node.basicStatus();
        return now.softState().role() == Role.LEADER && now.hardState().term() == term;
    }

    private int appendProposals() {
        // Without a leader, and while leadership goes over, proposals stay where they are until
        // somebody takes them, or their time is over.
        if (!node.takesProposals()) {
            return 0;
        }
        long bytes = 0;
        while (appending.size() < APPEND_ENTRIES_MAX && bytes < APPEND_BYTES_MAX) {
            Proposal proposal = proposals.poll();
            if (proposal == null) {
                break;
            }
            if (proposal.leadersTerm() != 0 && !isLeaderOf(proposal.leadersTerm())) {
                RefusedException reason = RefusedException.of(EtcdError.NOT_LEADER);
                apply.fail(proposal.requestId(), reason);
                continue;
            }
            appending.add(Entry.proposal(proposal.entry(), 0, proposal.entryLength()));
            appendingProposals.add(proposal);
            bytes += proposal.entryLength();
        }
        int count = appending.size();
        if (count == 0) {
            return 0;
        }
        try {
            node.propose(List.copyOf(appending));
        } catch (RaftException e) {
            RefusedException reason = RefusedException.unmapped(String.valueOf(e.getMessage()));
            appendingProposals.forEach(proposal -> apply.fail(proposal.requestId(), reason));
        }
        appending.clear();
        appendingProposals.clear();
        return count;
    }

    private void work(Ready ready) {
        HardState state = ready.hardState();
        if (state != null && state.commit() > committedIndex) {
            committedIndex = state.commit();
        }
        SoftState soft = ready.softState();
        if (soft != null) {
            leaderMayHaveChanged(soft);
        }
        if (state != null && state.term() != status.term()) {
            publish(status.leaderId(), status.isLeader());
        }
        if (!ready.readStates().isEmpty()) {
            reads.confirmed(ready.readStates());
        }
        for (Message message : ready.messages()) {
            if (message.type() == MessageType.STORAGE_APPEND) {
                wal.append(message);
                hasAppended = true;
            } else if (message.type() == MessageType.STORAGE_APPLY) {
                apply.apply(message);
                applying += message.entries().size();
            } else {
                if (message.type() == MessageType.HEARTBEAT) {
                    heartbeats.sent(message.to(), clock.monotonicNanos());
                }
                outgoing.add(message);
            }
        }
        if (!outgoing.isEmpty()) {
            transport.send(List.copyOf(outgoing));
            outgoing.clear();
        }
    }

    private void leaderMayHaveChanged(SoftState soft) {
        RaftStatus old = status;
        boolean isLeader = soft.role() == Role.LEADER;
        heartbeats.reset();
        if (soft.lead() != old.leaderId()) {
            reads.leaderChanged();
            logLeader(old.leaderId(), soft.lead());
        }
        publish(soft.lead(), isLeader);
    }

    private void logLeader(long from, long to) {
        String self = "raft.node: " + MemberIds.text(settings.localId());
        String term = " at term " + Long.toUnsignedString(node.basicStatus().hardState().term());
        Log raftLog = log.named("raft");
        if (from == 0) {
            raftLog.info(self + " elected leader " + MemberIds.text(to) + term);
        } else if (to == 0) {
            raftLog.info(self + " lost leader " + MemberIds.text(from) + term);
        } else {
            raftLog.info(
                    self
                            + " changed leader from "
                            + MemberIds.text(from)
                            + " to "
                            + MemberIds.text(to)
                            + term);
        }
    }

    private void publish(long leaderId, boolean isLeader) {
        RaftStatus old = status;
        long term = node.basicStatus().hardState().term();
        boolean isSole =
                isLeader
                        && confState.voters().size() == 1
                        && confState.voters().get(0) == settings.localId()
                        && confState.votersOutgoing().isEmpty();
        boolean isNewLeader = leaderId != 0 && leaderId != old.leaderId();
        boolean isLost = old.leaderId() != 0 && leaderId != old.leaderId();
        status =
                new RaftStatus(
                        term,
                        leaderId,
                        isLeader,
                        isSole ? term : 0,
                        isLost ? clock.monotonicNanos() : old.lastLeaderLossNanos(),
                        old.leaderChanges() + (isNewLeader ? 1 : 0));
        statusListeners.forEach(listener -> listener.accept(status));
    }
}
