package dev.plinth.server.consensus;

import dev.plinth.mvcc.backend.Backend;
import dev.plinth.mvcc.backend.StorageVersion;
import dev.plinth.raft.ConfChange;
import dev.plinth.raft.ConfChangeType;
import dev.plinth.raft.ConfState;
import dev.plinth.raft.Entry;
import dev.plinth.raft.HardState;
import dev.plinth.raft.MemoryStorage;
import dev.plinth.raft.Peer;
import dev.plinth.raft.RaftConfig;
import dev.plinth.raft.RaftException;
import dev.plinth.raft.RawNode;
import dev.plinth.raft.Snapshot;
import dev.plinth.raft.SnapshotMetadata;
import dev.plinth.raft.StorageException;
import dev.plinth.raft.WireForm;
import dev.plinth.server.apply.Waiters;
import dev.plinth.server.cluster.ClusterView;
import dev.plinth.server.cluster.Membership;
import dev.plinth.server.core.EtcdError;
import dev.plinth.server.core.RefusedException;
import dev.plinth.server.core.RequestIds;
import dev.plinth.server.log.Log;
import dev.plinth.walio.io.Clock;
import java.util.List;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * The three loops and what hangs on them, wired. Starts no thread: give each of {@link #raftLoop},
 * {@link #walWriter} and {@link #applyLoop} a thread and connect its waker, or drive all three in
 * turn from one thread.
 */
public final class Consensus implements AutoCloseable {
    /**
     * Settings.
     *
     * @param tickNanos length of a tick
     * @param electionTicks ticks without a leader before an election
     * @param isPreVote whether an election is preceded by a question
     * @param form release in whose form entries are written
     * @param requestTimeoutNanos time after which a request is answered with a timeout
     * @param serverVersion the release that is announced
     * @param drivesWorkers whether the raft loop of an only voter does the workers' turns
     * @param snapshots when snapshots are taken
     */
    public record Settings(
            long tickNanos,
            int electionTicks,
            boolean isPreVote,
            WireForm form,
            long requestTimeoutNanos,
            String serverVersion,
            boolean drivesWorkers,
            SnapshotKeeper.Settings snapshots) {}

    /**
     * What the log held.
     *
     * @param snapshotIndex index of the snapshot record that replay began at
     * @param snapshotTerm its term
     * @param state the last state
     * @param entries entries behind the snapshot
     * @param firstMembers members of a new cluster; empty for a member that has a log
     */
    public record Recovered(
            long snapshotIndex,
            long snapshotTerm,
            HardState state,
            List<Entry> entries,
            List<Peer> firstMembers) {}

    /**
     * The parts that the loops work with.
     *
     * @param membership the cluster
     * @param backend the database
     * @param log where entries become durable
     * @param snapshotFiles where snapshot files go
     * @param transport makes the connection to the other members, given where they arrive
     * @param installer takes snapshots of a leader
     * @param applier makes the applier, given who waits
     * @param storageVersion version of the database's schema, null when unknown
     */
    public record Parts(
            Membership membership,
            Backend backend,
            EntryLog log,
            SnapshotKeeper.SnapshotFiles snapshotFiles,
            Function<MessageReceiver, PeerTransport> transport,
            SnapshotInstaller installer,
            Function<Waiters, ApplyLoop.EntryApplier> applier,
            Supplier<@Nullable StorageVersion> storageVersion) {}

    /** What happens to the member, told on the loop that notices it. */
    public interface Hooks {
        /** This member leads and its first entry has been applied; apply loop, within an entry. */
        void leadershipBegun();

        /** This member leads no more; raft loop. */
        void leadershipLost();

        /** This member sees another leader than before, perhaps itself; raft loop. */
        void leaderChanged();

        /** A heartbeat left later than it should have; raft loop. */
        void heartbeatLate();

        /** Entries have been applied; apply loop. */
        void batchApplied();

        /** This member was removed from the cluster; apply loop. */
        void removedFromCluster();

        /** A sync of the log; the log writer. */
        void synced(long nanos, boolean isSlow);
    }

    /** Time, chance and the log. */
    public record Surroundings(Clock clock, RandomGenerator random, Log log) {}

    private final Parts parts;
    private final AppliedIndex applied = new AppliedIndex();
    private final WaitRegistry waiters = new WaitRegistry();
    private final ReadIndexer reads;
    private final WalWriter wal;
    private final ApplyLoop apply;
    private final RaftLoop raft;
    private final SnapshotKeeper snapshots;
    private final MemoryStorage storage;
    private final ConsensusMember member;
    private final PeerTransport transport;
    private final boolean isSoleVoter;

    /**
     * Wires the loops.
     *
     * @throws RaftException if the log is not as raft wants it
     */
    public Consensus(
            Settings settings,
            Recovered recovered,
            Parts parts,
            Hooks hooks,
            Surroundings surroundings)
            throws RaftException {
        this.parts = parts;
        Clock clock = surroundings.clock();
        Membership membership = parts.membership();
        long localId = membership.localId();
        storage = storage(recovered, membership.view(), parts.backend());
        applied.start(parts.backend().consistentIndex());
        RawNode node =
                new RawNode(
                        RaftConfig.of(localId, storage, surroundings.random())
                                .electionTicks(settings.electionTicks())
                                .heartbeatTicks(1)
                                .applied(applied.get())
                                .asyncStorageWrites(true)
                                .checkQuorum(true)
                                .preVote(settings.isPreVote())
                                .wireForm(settings.form())
                                .logger(new RaftLog(surroundings.log().named("raft")))
                                .build());
        if (!recovered.firstMembers().isEmpty()) {
            node.bootstrap(recovered.firstMembers());
        }
        ConfState confState = confState(recovered, membership.view());
        isSoleVoter = confState.voters().equals(List.of(localId));
        RequestIds ids = new RequestIds(localId, clock.wallMillis());
        wal =
                new WalWriter(
                        parts.log(),
                        storage,
                        localId,
                        recovered.state(),
                        clock,
                        hooks::synced,
                        parts.snapshotFiles());
        reads = new ReadIndexer(ids, applied);
        apply =
                new ApplyLoop(
                        parts.backend(),
                        parts.applier().apply(waiters),
                        membership,
                        waiters,
                        applied,
                        parts.installer(),
                        surroundings.log());
        raft =
                new RaftLoop(
                        node,
                        new RaftLoop.Settings(
                                localId,
                                settings.tickNanos(),
                                settings.electionTicks(),
                                settings.drivesWorkers()),
                        confState,
                        storage.hardState().commit(),
                        clock,
                        surroundings.log(),
                        wal,
                        apply,
                        reads,
                        new LateHeartbeats(
                                settings.tickNanos(), hooks::heartbeatLate, surroundings.log()));
        transport = parts.transport().apply(raft);
        snapshots =
                new SnapshotKeeper(
                        settings.snapshots(),
                        recovered.snapshotIndex(),
                        storage,
                        wal,
                        apply,
                        parts.snapshotFiles(),
                        raft::progress,
                        surroundings.log());
        member =
                new ConsensusMember(
                        membership,
                        raft,
                        apply,
                        applied,
                        waiters,
                        ids,
                        clock,
                        new ConsensusMember.Settings(
                                settings.serverVersion(),
                                settings.requestTimeoutNanos(),
                                settings.electionTicks() * settings.tickNanos()),
                        parts.storageVersion());
        listen(hooks);
    }

    /** Proposals of this member that wait for their outcome; any thread. */
    public int waitingProposals() {
        return waiters.size();
    }

    /** Rounds of read index that had to be asked for again; any thread. */
    public long slowReadIndexes() {
        return reads.slowRounds();
    }

    /** Readers that were refused because no round was answered; any thread. */
    public long failedReadIndexes() {
        return reads.failedReaders();
    }

    /** Bytes of log entries kept in memory; any thread. */
    public long logMemoryBytes() {
        return storage.bytes();
    }

    private void listen(Hooks hooks) {
        parts.backend().onCheckpoint(snapshots::checkpointed);
        raft.onStatus(new LeadershipListener(hooks)::changed);
        connect(() -> {}, () -> {}, () -> {});
        apply.onEvents(
                new ApplyLoop.Events() {
                    @Override
                    public void termBegun(long term) {
                        RaftStatus status = raft.status();
                        if (status.isLeader() && status.term() == term) {
                            hooks.leadershipBegun();
                        }
                    }

                    @Override
                    public void membersChanged(ConfChange change, ClusterView view) {
                        transport.setMembers(view);
                        if (change.type() == ConfChangeType.REMOVE_NODE
                                && change.nodeId() == parts.membership().localId()) {
                            hooks.removedFromCluster();
                        }
                    }

                    @Override
                    public void restored(Snapshot snapshot, Backend backend, ClusterView view) {
                        snapshots.restored(snapshot.index());
                        backend.onCheckpoint(snapshots::checkpointed);
                        transport.setMembers(view);
                    }

                    @Override
                    public void batchApplied(long appliedIndex) {
                        snapshots.trim(appliedIndex);
                        hooks.batchApplied();
                    }
                });
    }

    /** Tells when leadership ends; called by the raft loop alone. */
    private static final class LeadershipListener {
        private final Hooks hooks;
        private boolean wasLeader;
        private long leaderBefore;

        LeadershipListener(Hooks hooks) {
            this.hooks = hooks;
        }

        void changed(RaftStatus status) {
            if (wasLeader && !status.isLeader()) {
                hooks.leadershipLost();
            }
            wasLeader = status.isLeader();
            if (status.leaderId() != 0 && status.leaderId() != leaderBefore) {
                hooks.leaderChanged();
            }
            leaderBefore = status.leaderId();
        }
    }

    /**
     * The log as raft sees it. The state's commit is raised to what the database holds: a commit
     * index need not be durable, but what was applied had been committed.
     */
    private static MemoryStorage storage(
            Recovered recovered, ClusterView members, Backend backend) {
        MemoryStorage storage = new MemoryStorage();
        ConfState confState = members.confState();
        if (recovered.snapshotIndex() > 0 || !confState.voters().isEmpty()) {
            try {
                storage.applySnapshot(
                        new Snapshot(
                                null,
                                new SnapshotMetadata(
                                        confState,
                                        recovered.snapshotIndex(),
                                        recovered.snapshotTerm())));
            } catch (StorageException e) {
                throw new IllegalStateException("empty storage", e);
            }
        }
        storage.append(recovered.entries());
        HardState state = recovered.state();
        long commit =
                Math.min(storage.lastIndex(), Math.max(state.commit(), backend.consistentIndex()));
        storage.setHardState(new HardState(state.term(), state.vote(), commit));
        return storage;
    }

    private static ConfState confState(Recovered recovered, ClusterView members) {
        return recovered.firstMembers().isEmpty()
                ? members.confState()
                : ConfState.of(recovered.firstMembers().stream().map(Peer::id).toList(), List.of());
    }

    /** Connects the threads that drive the loops. Before they start. */
    public void connect(Runnable wakeRaft, Runnable wakeWal, Runnable wakeApply) {
        raft.connect(transport, wakeRaft, member::expire);
        wal.connect(raft::step, transport::send, apply::install, wakeWal);
        apply.connect(raft, wakeApply);
    }

    /** Gets the member going: one that is the only voter need not wait for anybody. */
    public void begin() {
        transport.setMembers(parts.membership().view());
        if (isSoleVoter) {
            raft.campaignSoon();
        }
    }

    /** The other members. */
    public PeerTransport transport() {
        return transport;
    }

    /** The loop that owns raft. */
    public RaftLoop raftLoop() {
        return raft;
    }

    /** The loop that makes the log durable. */
    public WalWriter walWriter() {
        return wal;
    }

    /** The loop that applies. */
    public ApplyLoop applyLoop() {
        return apply;
    }

    /** The member as the services see it. */
    public ConsensusMember member() {
        return member;
    }

    /** Ends all waits; nothing is accepted any more. The threads have to be stopped behind this. */
    @Override
    public void close() {
        member.stop();
    }

    /** Ends the waits of readers; when the raft loop's thread has ended. */
    public void failReads() {
        raft.failReads(RefusedException.of(EtcdError.STOPPED));
    }
}
