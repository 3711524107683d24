package dev.plinth.server.boot;

import dev.plinth.server.auth.AuthStore;
import dev.plinth.server.auth.Caller;
import dev.plinth.server.auth.Passwords;
import dev.plinth.server.cluster.MemberIds;
import dev.plinth.server.config.GoDuration;
import dev.plinth.server.config.ServerConfig;
import dev.plinth.server.consensus.Consensus;
import dev.plinth.server.consensus.ConsensusMember;
import dev.plinth.server.consensus.EntryLog;
import dev.plinth.server.core.LocalMember;
import dev.plinth.server.core.StartException;
import dev.plinth.server.gateway.DiskWatchdog;
import dev.plinth.server.gateway.Endpoints;
import dev.plinth.server.log.Log;
import dev.plinth.server.maintenance.Downgrades;
import dev.plinth.server.membership.ClusterOperations;
import dev.plinth.server.metrics.Metrics;
import dev.plinth.server.peer.ForwardedPromotions;
import dev.plinth.server.peer.HashEndpoint;
import dev.plinth.server.peer.LeaderLeases;
import dev.plinth.server.peer.NettyPeerTransport;
import dev.plinth.server.peer.PeerHttp;
import dev.plinth.server.peer.PromotionEndpoint;
import dev.plinth.server.peer.RejoinEndpoint;
import dev.plinth.server.peer.Rejoining;
import dev.plinth.server.peer.RemoteCluster;
import dev.plinth.server.quota.BackendQuota;
import dev.plinth.server.quota.MemoryBudget;
import dev.plinth.server.rpc.OwnLeases;
import dev.plinth.server.rpc.ServiceContext;
import dev.plinth.server.rpc.ServiceLimits;
import dev.plinth.server.rpc.SlowCalls;
import dev.plinth.server.rpc.Transport;
import dev.plinth.server.storage.DataDir;
import dev.plinth.server.storage.WalEntryLog;
import dev.plinth.walio.io.Clock;
import dev.plinth.walio.io.Disk;
import java.security.SecureRandom;
import java.time.Instant;
import java.util.Objects;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.Semaphore;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;

/**
 * Puts the parts of a member together and starts them; every part that has to be stopped is added
 * to the {@link Member} as it comes up. This is the one place that knows all of them.
 */
final class Assembly {
    private static final long MILLI = 1_000_000L;
    private static final int PASSWORDS_WAITING_MAX = 1024;

    private final ServerConfig config;
    private final Log log;
    private final Metrics metrics;
    private final Clock clock;
    private final Disk disk;
    private final DataDir dir;
    private final Lifecycle lifecycle;
    private final Member member;
    private final Transport sockets;
    private final PeerPort peerPort;
    private final SecureRandom random = new SecureRandom();

    Assembly(
            ServerConfig config,
            Log log,
            Metrics metrics,
            Clock clock,
            Disk disk,
            DataDir dir,
            Lifecycle lifecycle,
            Member member,
            Transport sockets,
            PeerPort peerPort) {
        this.config = config;
        this.log = log;
        this.metrics = metrics;
        this.clock = clock;
        this.disk = disk;
        this.dir = dir;
        this.lifecycle = lifecycle;
        this.member = member;
        this.sockets = sockets;
        this.peerPort = peerPort;
    }

    /** Starts everything; clients are served when the cluster knows this member. */
    void start(Engine engine) throws StartException {
        Passwords passwords =
                new Passwords(config.flags().number("bcrypt-cost"), random, passwordThreads());
        ExecutorService transfers = transfers();
        AtomicReference<NettyPeerTransport> peers = new AtomicReference<>();
        MemberCore core =
                MemberCore.wire(
                        engine,
                        dir,
                        new MemberCore.Surroundings(
                                config,
                                log,
                                metrics,
                                clock,
                                disk,
                                random,
                                passwords,
                                transfers,
                                this::removedFromCluster),
                        (receiver, states, _) -> {
                            NettyPeerTransport made =
                                    peerPort.transport(
                                            engine.membership(),
                                            receiver,
                                            this::removedFromCluster,
                                            states,
                                            transfers);
                            peers.set(made);
                            return made;
                        });
        Consensus consensus = core.consensus();
        AuthStore auth = core.auth();
        tellMetrics(engine, consensus, core.quota());
        String clusterVersion = engine.membership().view().version();
        log.info(
                "starting etcd server",
                "local-member-id",
                MemberIds.text(engine.membership().localId()),
                "local-server-version",
                config.compat().release(),
                "cluster-version",
                clusterVersion == null ? "to_be_decided" : clusterVersion);
        RemoteCluster remote = new RemoteCluster(new PeerHttp(peerPort.dialer()));
        CorruptionSchedule corruption =
                new CorruptionSchedule(config, consensus.member(), engine.store(), remote, log);
        corruption.checkStart(engine.peers().isEmpty() && engine.existing().isEmpty());
        Loops loops = new Loops(clock, metrics, lifecycle, member, cores());
        loops.start(engine, consensus);
        NettyPeerTransport transport = peers.get();
        member.onClose("peers", transport);
        ClientServer clients =
                ClientServer.open(
                        config, sockets, Instant.ofEpochMilli(clock.wallMillis()), random, log);
        ServiceContext services = services(engine, core, transport, passwords);
        peerPort.serve(
                member,
                consensus.member(),
                transport,
                core.received(),
                ownLeases(services),
                new PromotionEndpoint(
                        consensus.member(),
                        services.cluster(),
                        token ->
                                auth.checkAdmin(
                                        auth.isEnabled() ? auth.caller(token) : Caller.NOBODY)),
                new HashEndpoint(consensus.member(), engine.store()::hashKv, services.background()),
                new RejoinEndpoint(
                        consensus.member(),
                        services.cluster(),
                        id -> transport.connectedSinceNanos(id).isPresent()));
        DiskWatchdog watchdog = watchdog(engine.found().log());
        loops.startOne(
                "maintenance",
                new Maintenance(
                                config,
                                log,
                                metrics,
                                clock,
                                disk,
                                dir,
                                engine,
                                services,
                                remote,
                                new Rejoining(peerPort.dialer(), clock::monotonicNanos))
                        .timers(auth, corruption, () -> ready(clients, services, watchdog)));
        new ScrubSetup(config, disk, dir, clock, metrics, log)
                .start(
                        engine,
                        loops,
                        member,
                        consensus.member(),
                        id -> transport.connectedSinceNanos(id).isPresent(),
                        lifecycle::startAgain);
        member.onClose("client listeners", clients);
        clients.serveMetrics(new Endpoints(services, metrics, watchdog));
        member.onClose("proposals", consensus);
        member.onClose(
                "leadership",
                new LeadershipOnStop(
                        consensus.member(),
                        transport,
                        config.raft().requestTimeoutNanos(),
                        clock,
                        log));
        transport.join(engine.existing());
        consensus.begin();
    }

    /** Threads for snapshots in both directions: they block, on the disk and on the peer. */
    private ExecutorService transfers() {
        ExecutorService transfers =
                Executors.newCachedThreadPool(
                        Thread.ofPlatform().daemon().name("transfer-", 0).factory());
        member.onClose("transfers", transfers::shutdownNow);
        return transfers;
    }

    private void removedFromCluster() {
        log.error("the member has been permanently removed from the cluster");
        log.error("data-dir used by this member must be removed");
        lifecycle.end(0);
    }

    /** Threads for bcrypt and signatures: half of the cores, so that logins leave room. */
    private Executor passwordThreads() {
        int threads = Math.max(1, cores() / 2);
        ThreadPoolExecutor pool =
                new ThreadPoolExecutor(
                        threads,
                        threads,
                        0,
                        TimeUnit.SECONDS,
                        new ArrayBlockingQueue<>(PASSWORDS_WAITING_MAX),
                        Thread.ofPlatform().daemon().name("password-", 0).factory());
        member.onClose("password threads", pool::shutdownNow);
        return pool;
    }

    private void tellMetrics(Engine engine, Consensus consensus, BackendQuota quota) {
        FixedMetrics.register(metrics, config);
        ProcessMetrics.register(metrics);
        MemberMetrics parts = new MemberMetrics(metrics);
        parts.log(engine.found().log(), consensus::logMemoryBytes);
        parts.database(engine.backend(), engine.store(), quota);
        parts.consensus(consensus);
        LocalMember local = consensus.member();
        parts.member(local, () -> local.leaderId() == local.memberId(), config.compat().release());
    }

    /** Once a sync takes longer than requests wait, nothing that needs the log is answered. */
    private DiskWatchdog watchdog(EntryLog entryLog) {
        long limitNanos = config.raft().requestTimeoutNanos();
        return () -> {
            long runningNanos =
                    entryLog instanceof WalEntryLog log ? log.wal().commitRunningNanos() : 0;
            return runningNanos < limitNanos
                    ? null
                    : "the log's sync on %s has been running for %s"
                            .formatted(dir.wal(), GoDuration.format(runningNanos));
        };
    }

    private OwnLeases ownLeases(ServiceContext services) {
        return new OwnLeases(
                services.member(),
                services.lessor(),
                services.limits().requestBytesMax(),
                services.background(),
                clock::monotonicNanos);
    }

    private ServiceContext services(
            Engine engine, MemberCore core, NettyPeerTransport transport, Passwords passwords) {
        ConsensusMember local = core.consensus().member();
        ExecutorService reads =
                Executors.newFixedThreadPool(
                        Math.max(2, cores()),
                        Thread.ofPlatform().daemon().name("read-", 0).factory());
        ExecutorService deliveries =
                Executors.newFixedThreadPool(
                        Math.max(2, cores()),
                        Thread.ofPlatform().daemon().name("watch-delivery-", 0).factory());
        ExecutorService background = Executors.newVirtualThreadPerTaskExecutor();
        ScheduledExecutorService timer =
                Executors.newSingleThreadScheduledExecutor(
                        Thread.ofPlatform().daemon().name("timer").factory());
        member.onClose("readers", reads::shutdownNow);
        member.onClose("watch delivery", deliveries::shutdownNow);
        member.onClose("background calls", background::shutdownNow);
        member.onClose("timer", timer::shutdownNow);
        ServerConfig.Requests requests = config.requests();
        OwnLeases own =
                new OwnLeases(
                        local,
                        engine.lessor(),
                        (int) requests.requestBytesMax(),
                        background,
                        clock::monotonicNanos);
        return new ServiceContext(
                local,
                engine.store(),
                engine.backend(),
                engine.lessor(),
                new LeaderLeases(
                        local,
                        own,
                        peerPort.dialer(),
                        config.raft().requestTimeoutNanos(),
                        clock::monotonicNanos),
                new ClusterOperations(
                        local,
                        engine.membership()::view,
                        transport,
                        new ForwardedPromotions(
                                local,
                                peerPort.dialer(),
                                config.raft().requestTimeoutNanos(),
                                clock::monotonicNanos),
                        new ClusterOperations.Settings(
                                config.cluster().isStrictReconfig(),
                                clock::monotonicNanos,
                                () -> clock.wallMillis() / 1000)),
                new Downgrades(local, log),
                engine.alarms(),
                core.auth(),
                passwords,
                core.quota(),
                memoryBudget(),
                new ServiceLimits(
                        (int) requests.requestBytesMax(),
                        (int) Math.min(requests.txnOpsMax(), Integer.MAX_VALUE),
                        requests.watchProgressNanos(),
                        config.raft().electionMillis() * MILLI,
                        config.raft().requestTimeoutNanos()),
                reads,
                deliveries,
                new Semaphore(Math.max(1, cores() / 2), true),
                background,
                timer,
                clock::monotonicNanos,
                random,
                metrics,
                core.recorder(),
                new SlowCalls(
                        clock::monotonicNanos,
                        clock::wallMillis,
                        requests.warningUnaryNanos(),
                        log));
    }

    private void ready(ClientServer clients, ServiceContext services, DiskWatchdog watchdog) {
        try {
            clients.serve(services, metrics, watchdog, clock::wallMillis);
            lifecycle.served();
            InitDaemon.ready(
                    Objects.requireNonNullElse(System.getenv("NOTIFY_SOCKET"), ""), sockets, log);
        } catch (StartException e) {
            log.fatal("listener failed", "error", e.getMessage());
            lifecycle.end(1);
        }
    }

    private MemoryBudget memoryBudget() {
        MemoryBudget budget = new MemoryBudget(config.requests().memoryBytesMax());
        new MemoryMetrics(metrics).register(budget);
        return budget;
    }

    private static int cores() {
        return Runtime.getRuntime().availableProcessors();
    }
}
