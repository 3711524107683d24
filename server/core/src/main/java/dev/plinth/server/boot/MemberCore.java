package dev.plinth.server.boot;

import dev.plinth.raft.RaftException;
import dev.plinth.server.apply.Applier;
import dev.plinth.server.apply.ApplyRecorder;
import dev.plinth.server.auth.AuthApplier;
import dev.plinth.server.auth.AuthStore;
import dev.plinth.server.auth.Passwords;
import dev.plinth.server.auth.SimpleTokens;
import dev.plinth.server.cluster.ClusterView;
import dev.plinth.server.config.CompatVersion;
import dev.plinth.server.config.ServerConfig;
import dev.plinth.server.consensus.Consensus;
import dev.plinth.server.consensus.MessageReceiver;
import dev.plinth.server.consensus.PeerTransport;
import dev.plinth.server.consensus.SnapshotInstaller;
import dev.plinth.server.consensus.SnapshotKeeper;
import dev.plinth.server.core.StartException;
import dev.plinth.server.log.Log;
import dev.plinth.server.metrics.Gauge;
import dev.plinth.server.metrics.Metrics;
import dev.plinth.server.peer.SnapshotSink;
import dev.plinth.server.peer.SnapshotSource;
import dev.plinth.server.quota.BackendQuota;
import dev.plinth.server.rpc.SpaceCheck;
import dev.plinth.server.storage.BackendSlot;
import dev.plinth.server.storage.DataDir;
import dev.plinth.server.storage.FoundLog;
import dev.plinth.server.storage.PinnedStates;
import dev.plinth.server.storage.ReceivedSnapshots;
import dev.plinth.server.storage.SnapFiles;
import dev.plinth.server.storage.StateReplacement;
import dev.plinth.server.storage.StorageVersionKeeper;
import dev.plinth.server.storage.WalFiles;
import dev.plinth.walio.io.Clock;
import dev.plinth.walio.io.Disk;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.LongFunction;
import java.util.random.RandomGenerator;

/**
 * A member without its sockets, threads and services: the loops, wired to the member's files and to
 * all that an entry of the log can change. Whoever makes it brings the network and gives the loops
 * their turns.
 *
 * @param consensus the loops
 * @param auth users, roles and tokens
 * @param quota the bound on the database's size
 * @param recorder told of what is applied and read
 * @param received databases that leaders send
 */
record MemberCore(
        Consensus consensus,
        AuthStore auth,
        BackendQuota quota,
        ApplyRecorder recorder,
        ReceivedSnapshots received) {
    private static final long SECOND = 1_000_000_000L;
    private static final long MILLI = 1_000_000L;
    private static final int CATCH_UP_HEAP_SHARE = 8;

    /** Connects the member with the others. */
    interface Network {
        /**
         * Makes the transport; it has no peers yet.
         *
         * @param receiver where messages of others arrive
         * @param states the state to send to a member that is too far behind
         * @param received where such a state of another member goes
         */
        PeerTransport connect(
                MessageReceiver receiver, SnapshotSource states, SnapshotSink received);
    }

    /**
     * What is around a member.
     *
     * @param random chance, of which tokens are made as well
     * @param passwords hashes passwords
     * @param transfers runs what may wait for the disk for long
     * @param removal what happens when the cluster has removed the member
     */
    record Surroundings(
            ServerConfig config,
            Log log,
            Metrics metrics,
            Clock clock,
            Disk disk,
            RandomGenerator random,
            Passwords passwords,
            Executor transfers,
            Runnable removal) {}

    /** Wires a member that was opened; nothing of it runs yet. */
    static MemberCore wire(Engine engine, DataDir dir, Surroundings around, Network network)
            throws StartException {
        ServerConfig config = around.config();
        Log log = around.log();
        Clock clock = around.clock();
        BackendSlot backend = engine.backend();
        BackendQuota quota =
                new BackendQuota(config.storage().quotaBytes(), () -> backend.get().sizeBytes());
        AtomicReference<Runnable> raiseNoSpace = new AtomicReference<>(() -> {});
        StorageVersionKeeper storageVersion =
                new StorageVersionKeeper(backend, engine.membership(), config.compat(), log);
        AuthStore auth = authStore(engine, around);
        ReceivedSnapshots received =
                new ReceivedSnapshots(
                        around.disk(), dir.snap(), log, around.metrics(), around.clock());
        ApplyRecorder recorder =
                new ApplyRecorder(
                        around.metrics(),
                        clock::monotonicNanos,
                        config.requests().warningApplyNanos(),
                        log);
        AtomicReference<LongFunction<ClusterView>> viewAt =
                new AtomicReference<>(_ -> engine.membership().view());
        PinnedStates states = new PinnedStates(backend, index -> viewAt.get().apply(index));
        SnapshotInstaller installer =
                counted(
                        new StateReplacement(
                                backend,
                                engine.opener(),
                                received,
                                dir.database(),
                                new StateReplacement.Readers(
                                        engine.lessor(),
                                        engine.store(),
                                        engine.alarms(),
                                        auth,
                                        engine.membership(),
                                        storageVersion),
                                around.transfers(),
                                log),
                        around.metrics());
        Consensus.Parts parts =
                new Consensus.Parts(
                        engine.membership(),
                        backend.get(),
                        engine.found().log(),
                        new SnapFiles(
                                around.disk(),
                                dir.snap(),
                                WalFiles.form(config.compat()),
                                clock,
                                around.metrics()),
                        receiver -> network.connect(receiver, states, received),
                        installer,
                        waiters ->
                                new Applier(
                                                engine.store(),
                                                engine.lessor(),
                                                engine.alarms(),
                                                new AuthApplier(
                                                        auth,
                                                        config.compat() != CompatVersion.V3_5),
                                                quota,
                                                engine.membership(),
                                                waiters,
                                                () -> raiseNoSpace.get().run(),
                                                clock::monotonicNanos,
                                                () -> backend.get().consistentIndex(),
                                                recorder)
                                        ::apply,
                        storageVersion::current);
        Consensus consensus = consensus(engine, around, parts, storageVersion);
        viewAt.set(consensus.applyLoop()::viewAt);
        raiseNoSpace.set(new SpaceCheck(quota, consensus.member())::raiseAlarm);
        return new MemberCore(consensus, auth, quota, recorder, received);
    }

    private static SnapshotInstaller counted(SnapshotInstaller installer, Metrics metrics) {
        Gauge running =
                metrics.gauge(
                        "etcd_server_snapshot_apply_in_progress_total",
                        "1 if the server is applying the incoming snapshot. 0 if none.");
        return snapshot -> {
            running.set(1);
            try {
                return installer.install(snapshot);
            } finally {
                running.set(0);
            }
        };
    }

    private static AuthStore authStore(Engine engine, Surroundings around) throws StartException {
        ServerConfig config = around.config();
        Clock clock = around.clock();
        long ttlNanos = config.flags().number("auth-token-ttl") * SECOND;
        return new AuthStore(
                engine.backend().get(),
                TokenKinds.make(
                        config.flags().text("auth-token"),
                        () -> new SimpleTokens(ttlNanos, clock::monotonicNanos, around.random()),
                        clock::wallMillis,
                        around.log()),
                around.passwords());
    }

    private static Consensus consensus(
            Engine engine,
            Surroundings around,
            Consensus.Parts parts,
            StorageVersionKeeper storageVersion)
            throws StartException {
        ServerConfig config = around.config();
        ServerConfig.Raft raft = config.raft();
        FoundLog found = engine.found();
        try {
            return new Consensus(
                    new Consensus.Settings(
                            raft.tickMillis() * MILLI,
                            raft.electionTicks(),
                            raft.isPreVote(),
                            WalFiles.form(config.compat()),
                            raft.requestTimeoutNanos(),
                            config.compat().release(),
                            true,
                            new SnapshotKeeper.Settings(
                                    engine.membership().localId(),
                                    raft.snapshotCount(),
                                    raft.catchUpEntries(),
                                    catchUpBytes(raft))),
                    new Consensus.Recovered(
                            found.snapshotIndex(),
                            found.snapshotTerm(),
                            found.state(),
                            found.entries(),
                            engine.peers()),
                    parts,
                    new MemberHooks(
                            engine.lessor(),
                            storageVersion,
                            new ClusterVersionMetric(around.metrics(), engine.membership()),
                            around.metrics(),
                            raft.electionMillis() * MILLI,
                            around.clock(),
                            around.log(),
                            around.removal()),
                    new Consensus.Surroundings(around.clock(), around.random(), around.log()));
        } catch (RaftException e) {
            throw new StartException("raft: " + e.getMessage(), e);
        }
    }

    private static long catchUpBytes(ServerConfig.Raft raft) {
        return raft.catchUpBytes() > 0
                ? raft.catchUpBytes()
                : Runtime.getRuntime().maxMemory() / CATCH_UP_HEAP_SHARE;
    }
}
