package dev.plinth.server.boot;

import dev.plinth.mvcc.KeyValueStore;
import dev.plinth.server.auth.AuthStore;
import dev.plinth.server.config.GoDuration;
import dev.plinth.server.config.ListenUrl;
import dev.plinth.server.config.ServerConfig;
import dev.plinth.server.core.LocalMember;
import dev.plinth.server.log.Log;
import dev.plinth.server.maintenance.Announcer;
import dev.plinth.server.maintenance.AutoCompaction;
import dev.plinth.server.maintenance.DowngradeWatch;
import dev.plinth.server.maintenance.LeaseReaper;
import dev.plinth.server.maintenance.MemberReleases;
import dev.plinth.server.maintenance.VersionKeeper;
import dev.plinth.server.metrics.Metrics;
import dev.plinth.server.peer.Rejoining;
import dev.plinth.server.peer.RemoteCluster;
import dev.plinth.server.rpc.ServiceContext;
import dev.plinth.server.storage.DataDir;
import dev.plinth.server.storage.FilePurge;
import dev.plinth.server.storage.RejoinMark;
import dev.plinth.server.storage.WalEntryLog;
import dev.plinth.walio.io.Clock;
import dev.plinth.walio.io.Disk;
import java.io.IOException;
import java.io.UncheckedIOException;
import org.jspecify.annotations.Nullable;

/**
 * What a member does from time to time, on one thread: it announces itself, follows the versions of
 * the cluster, ends leases, forgets tokens, compacts history and purges files.
 */
final class Maintenance {
    private static final long SECOND = 1_000_000_000L;
    private static final long MILLI = 1_000_000L;
    private static final long HOUR = 3600 * SECOND;

    private final ServerConfig config;
    private final Log log;
    private final Metrics metrics;
    private final Clock clock;
    private final Disk disk;
    private final DataDir dir;
    private final Engine engine;
    private final ServiceContext services;
    private final RemoteCluster remote;
    private final Rejoining rejoining;

    Maintenance(
            ServerConfig config,
            Log log,
            Metrics metrics,
            Clock clock,
            Disk disk,
            DataDir dir,
            Engine engine,
            ServiceContext services,
            RemoteCluster remote,
            Rejoining rejoining) {
        this.config = config;
        this.log = log;
        this.metrics = metrics;
        this.clock = clock;
        this.disk = disk;
        this.dir = dir;
        this.engine = engine;
        this.services = services;
        this.remote = remote;
        this.rejoining = rejoining;
    }

    /**
     * All of it, as one agent.
     *
     * @param auth of the member
     * @param corruption adds its own checks
     * @param onReady runs once, when the cluster knows the member
     */
    Timers timers(AuthStore auth, CorruptionSchedule corruption, Runnable onReady) {
        LocalMember local = services.member();
        Announcer announcer =
                new Announcer(
                        local,
                        config.identity().name(),
                        ListenUrl.texts(config.cluster().advertiseClient()),
                        config.raft().requestTimeoutNanos(),
                        () -> services.background().execute(onReady),
                        log);
        MemberReleases releases =
                new MemberReleases(
                        local, releases(), services.background(), clock::monotonicNanos, log);
        VersionKeeper versions = new VersionKeeper(local, releases, log);
        DowngradeWatch downgrade = new DowngradeWatch(local, releases, services.downgrades());
        LeaseReaper leases =
                new LeaseReaper(
                        local,
                        engine.lessor(),
                        auth::root,
                        config.gates().isOn("PriorityRequest"),
                        clock::monotonicNanos,
                        log);
        metrics.counter(
                "etcd_debugging_server_lease_expired_total",
                "The total number of expired leases.",
                leases::expiredCount);
        metrics.gauge(
                "etcd_debugging_auth_revision",
                "The current revision of auth store.",
                auth::revision);
        Timers timers = new Timers(clock::monotonicNanos);
        timers.every(20 * MILLI, announcer::turn);
        timers.every(100 * MILLI, releases::turn);
        timers.every(100 * MILLI, versions::turn);
        long downgradeCheckNanos = config.flags().nanos("downgrade-check-time");
        if (downgradeCheckNanos > 0) {
            timers.every(downgradeCheckNanos, downgrade::turn);
        }
        timers.every(500 * MILLI, leases::turn);
        timers.every(SECOND, auth.tokens()::sweep);
        AutoCompaction compaction = autoCompaction(local);
        if (compaction != null) {
            timers.every(compaction.intervalNanos(), compaction::turn);
        }
        FilePurge snapshots =
                new FilePurge(
                        disk, dir.snap(), "snap", config.storage().snapshotsMax(), false, log);
        FilePurge databases =
                new FilePurge(
                        disk, dir.snap(), "snap.db", config.storage().snapshotsMax(), false, log);
        corruption.addTo(timers, services.background());
        timers.every(30 * SECOND, () -> purge(snapshots, databases));
        OldGenerationWatch.ofProcess().ifPresent(watch -> timers.every(SECOND, watch::turn));
        addVoteRequest(timers, local);
        return timers;
    }

    private void addVoteRequest(Timers timers, LocalMember local) {
        RejoinMark mark = new RejoinMark(disk, dir);
        try {
            if (mark.isSet() && !mark.wantsVote()) {
                mark.clear();
            }
            if (mark.wantsVote()) {
                long timeoutNanos = config.raft().requestTimeoutNanos();
                timers.every(
                        500 * MILLI,
                        new VoteRequest(local, rejoining, mark, timeoutNanos, log)::turn);
            }
        } catch (IOException e) {
            throw new UncheckedIOException("cannot access member directory", e);
        }
    }

    private @Nullable AutoCompaction autoCompaction(LocalMember local) {
        boolean isPeriodic = config.flags().text("auto-compaction-mode").equals("periodic");
        String retention = config.flags().text("auto-compaction-retention");
        boolean isNumber = retention.chars().allMatch(Character::isDigit);
        long kept =
                isNumber
                        ? Long.parseLong(retention) * (isPeriodic ? HOUR : 1)
                        : GoDuration.parseNanos(retention);
        if (kept <= 0) {
            return null;
        }
        KeyValueStore store = engine.store();
        return isPeriodic
                ? AutoCompaction.periodic(
                        local, store::currentRevision, clock::monotonicNanos, log, kept)
                : AutoCompaction.byRevision(
                        local, store::currentRevision, clock::monotonicNanos, log, kept);
    }

    private MemberReleases.Ask releases() {
        long timeoutNanos = config.raft().requestTimeoutNanos();
        return other -> {
            var versions = remote.versions(other.peerUrls(), timeoutNanos);
            return versions == null ? null : versions.server();
        };
    }

    private void purge(FilePurge snapshots, FilePurge databases) {
        try {
            snapshots.run();
            databases.run();
            if (engine.found().log() instanceof WalEntryLog log && config.storage().walsMax() > 0) {
                for (var path : log.wal().purge((int) config.storage().walsMax())) {
                    this.log.info("purged", "path", path.toString());
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException("failed to purge files: " + e.getMessage(), e);
        }
    }
}
