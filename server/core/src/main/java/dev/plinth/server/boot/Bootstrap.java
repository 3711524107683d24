package dev.plinth.server.boot;

import dev.plinth.server.config.GoDuration;
import dev.plinth.server.config.ListenUrl;
import dev.plinth.server.config.ServerConfig;
import dev.plinth.server.core.Build;
import dev.plinth.server.core.StartException;
import dev.plinth.server.discovery.DnsNameService;
import dev.plinth.server.log.Log;
import dev.plinth.server.metrics.LogMetrics;
import dev.plinth.server.metrics.Metrics;
import dev.plinth.server.peer.PeerHttp;
import dev.plinth.server.peer.Rejoining;
import dev.plinth.server.peer.RemoteCluster;
import dev.plinth.server.rpc.Transport;
import dev.plinth.server.storage.DamageException;
import dev.plinth.server.storage.DataDir;
import dev.plinth.server.storage.EngineOptions;
import dev.plinth.server.storage.MarkFile;
import dev.plinth.server.storage.RejoinMark;
import dev.plinth.server.storage.StorageCheck;
import dev.plinth.walio.check.LinuxSystemView;
import dev.plinth.walio.io.Clock;
import dev.plinth.walio.io.Disk;
import dev.plinth.walio.io.LinuxDisk;
import java.io.IOException;
import java.security.SecureRandom;
import java.time.Instant;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.jspecify.annotations.Nullable;

/**
 * Decides what the member is, a new one, a joining one or a restarted one, opens its files and
 * hands everything to {@link Assembly}, which puts the loops together.
 *
 * <p>Source of the decision and its texts: server.md 4, peer-protocol.md 11.
 */
final class Bootstrap {
    private final ServerConfig config;
    private final Log log;
    private final Lifecycle lifecycle;
    private final Disk disk = new LinuxDisk();
    private final Clock clock;
    private final Metrics metrics = new Metrics();

    Bootstrap(ServerConfig config, Clock clock, Log log, Lifecycle lifecycle) {
        this.config = config;
        this.clock = clock;
        this.log = log;
        this.lifecycle = lifecycle;
    }

    /**
     * Starts the member; clients are served soon after the return, once the cluster knows it.
     *
     * @throws StartException with the sentence that the operator sees; the files are as they were
     */
    Member start() throws StartException {
        DataDir dir =
                new DataDir(disk, config.identity().dataDir(), config.identity().walDir(), log);
        PendingFlags.check(config, log);
        new StorageCheck(new LinuxSystemView(disk), metrics, log).run(config);
        boolean isUsed = dir.isUsed();
        log.info(
                isUsed ? "server has already been initialized" : "Initialize and start etcd server",
                "data-dir",
                dir.root().toString(),
                "dir-type",
                isUsed ? "member" : "empty");
        logListeners();
        PortCheck.check(config.listeners().peer());
        PortCheck.check(config.listeners().client());
        PortCheck.check(config.listeners().clientHttp());
        PortCheck.check(config.listeners().metrics());
        boolean isRestart = dir.hasWal();
        logSettings(isRestart);
        boolean repairs = config.flags().bool("auto-repair");
        if (repairs && !isRestart && isRejoining(dir)) {
            return rejoin(dir, "an earlier repair did not end");
        }
        Member repaired = repairs && isRestart ? repairKnownDamage(dir) : null;
        if (repaired != null) {
            return repaired;
        }
        try {
            return start(dir, peerPort -> isRestart ? null : plan(peerPort));
        } catch (StartException | RuntimeException e) {
            if (!repairs || !DamageException.isDamage(e)) {
                throw e;
            }
            return new Bootstrap(config, clock, log, lifecycle)
                    .rejoin(dir, String.valueOf(e.getMessage()));
        }
    }

    /**
     * What a scrub has found. The files still served until then, so where the others do not agree
     * they go on serving; null then, and where there is nothing to repair.
     */
    private @Nullable Member repairKnownDamage(DataDir dir) throws StartException {
        try {
            MarkFile mark = MarkFile.ofDamage(disk, dir);
            if (!mark.isSet()) {
                return null;
            }
            return new Bootstrap(config, clock, log, lifecycle).rejoin(dir, mark.text());
        } catch (IOException e) {
            throw new StartException("cannot access member directory: " + e.getMessage(), e);
        } catch (StartException e) {
            if (!dir.hasWal() || isRejoining(dir)) {
                throw e;
            }
            log.error("going on with damaged files", "error", e.getMessage());
            return null;
        }
    }

    private boolean isRejoining(DataDir dir) throws StartException {
        try {
            return new RejoinMark(disk, dir).isSet();
        } catch (IOException e) {
            throw new StartException("cannot access member directory: " + e.getMessage(), e);
        }
    }

    private Member rejoin(DataDir dir, String damage) throws StartException {
        SelfRepair repair = new SelfRepair(config, disk, dir, clock, log);
        return start(
                dir,
                peerPort ->
                        repair.run(
                                damage,
                                new RemoteCluster(new PeerHttp(peerPort.dialer())),
                                new Rejoining(peerPort.dialer(), clock::monotonicNanos)));
    }

    /** Finds out what the member is to become; null for what it was. */
    @FunctionalInterface
    private interface Planning {
        @Nullable ClusterPlan plan(PeerPort peerPort) throws StartException;
    }

    private Member start(DataDir dir, Planning planning) throws StartException {
        Member member = new Member(log);
        try {
            Transport sockets =
                    Transport.open(Math.min(4, Runtime.getRuntime().availableProcessors()));
            member.onClose("sockets", sockets);
            PeerPort peerPort = peerPort(sockets, member);
            ClusterPlan plan = planning.plan(peerPort);
            dir.prepare();
            return open(dir, plan, sockets, peerPort, member);
        } catch (StartException | RuntimeException | Error e) {
            member.close();
            throw e;
        }
    }

    private PeerPort peerPort(Transport sockets, Member member) throws StartException {
        ExecutorService lookups = Executors.newVirtualThreadPerTaskExecutor();
        member.onClose("lookups of peers", lookups::shutdownNow);
        PeerSecurity security =
                PeerSecurity.open(
                        config,
                        Instant.ofEpochMilli(clock.wallMillis()),
                        new SecureRandom(),
                        lookups,
                        log);
        return new PeerPort(config, sockets, security, metrics, clock, log);
    }

    private ClusterPlan plan(PeerPort peerPort) throws StartException {
        RemoteCluster remote = new RemoteCluster(new PeerHttp(peerPort.dialer()));
        ServerConfig found = new Founders(config, new DnsNameService("dns:"), log).found();
        return config.cluster().isExisting()
                ? new JoinedCluster(found).plan(remote)
                : new NewCluster(found).plan(remote);
    }

    private Member open(
            DataDir dir,
            @Nullable ClusterPlan plan,
            Transport sockets,
            PeerPort peerPort,
            Member member)
            throws StartException {
        Engine engine =
                new EngineOpener(
                                config,
                                EngineOptions.SERVER,
                                disk,
                                clock,
                                new LogMetrics(metrics),
                                log)
                        .open(dir, plan, member);
        // What sorting the keys took is in the old generation, which nothing else fills for a long
        // time.
        System.gc();
        new Assembly(config, log, metrics, clock, disk, dir, lifecycle, member, sockets, peerPort)
                .start(engine);
        return member;
    }

    private void logListeners() {
        log.info(
                "configuring peer listeners",
                "listen-peer-urls",
                ListenUrl.texts(config.listeners().peer()));
        log.info(
                "configuring client listeners",
                "listen-client-urls",
                ListenUrl.texts(config.listeners().client()));
    }

    private void logSettings(boolean isRestart) {
        ServerConfig.Raft raft = config.raft();
        log.info(
                "starting an etcd server",
                "etcd-version",
                config.compat().release(),
                "git-sha",
                "plinth-" + Build.OWN.version(),
                "go-version",
                "java" + Runtime.version().feature(),
                "go-os",
                "linux",
                "go-arch",
                Versions.architecture(),
                "max-cpu-available",
                Runtime.getRuntime().availableProcessors(),
                "member-initialized",
                isRestart,
                "name",
                config.identity().name(),
                "data-dir",
                config.identity().dataDir().toString(),
                "wal-dir",
                String.valueOf(
                        config.identity().walDir() == null ? "" : config.identity().walDir()),
                "member-dir",
                config.identity().dataDir().resolve("member").toString(),
                "force-new-cluster",
                config.cluster().forceNewCluster(),
                "heartbeat-interval",
                GoDuration.format(raft.tickMillis() * 1_000_000),
                "election-timeout",
                GoDuration.format(raft.electionMillis() * 1_000_000),
                "initial-election-tick-advance",
                raft.advancesInitialTicks(),
                "snapshot-count",
                raft.snapshotCount(),
                "max-wals",
                config.storage().walsMax(),
                "max-snapshots",
                config.storage().snapshotsMax(),
                "snapshot-catchup-entries",
                raft.catchUpEntries(),
                "initial-advertise-peer-urls",
                ListenUrl.texts(config.cluster().advertisePeer()),
                "listen-peer-urls",
                ListenUrl.texts(config.listeners().peer()),
                "advertise-client-urls",
                ListenUrl.texts(config.cluster().advertiseClient()),
                "listen-client-urls",
                ListenUrl.texts(config.listeners().client()),
                "listen-metrics-urls",
                ListenUrl.texts(config.listeners().metrics()),
                "initial-cluster",
                config.cluster().initial().canonicalText(),
                "initial-cluster-state",
                config.cluster().isExisting() ? "existing" : "new",
                "initial-cluster-token",
                config.cluster().token(),
                "quota-backend-bytes",
                config.storage().quotaBytes(),
                "max-request-bytes",
                config.requests().requestBytesMax(),
                "max-concurrent-streams",
                config.requests().concurrentStreamsMax(),
                "pre-vote",
                raft.isPreVote());
    }
}
