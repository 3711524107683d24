package dev.plinth.server.boot;

import dev.plinth.mvcc.KeyValueStore;
import dev.plinth.mvcc.StoreOptions;
import dev.plinth.mvcc.backend.Backend;
import dev.plinth.mvcc.backend.BackendOptions;
import dev.plinth.mvcc.lease.Lessor;
import dev.plinth.mvcc.lease.LessorOptions;
import dev.plinth.pagestore.Database;
import dev.plinth.pagestore.LockWait;
import dev.plinth.raft.Bytes;
import dev.plinth.raft.Peer;
import dev.plinth.server.apply.AlarmStore;
import dev.plinth.server.cluster.MemberIds;
import dev.plinth.server.cluster.MemberJson;
import dev.plinth.server.cluster.Membership;
import dev.plinth.server.config.GoDuration;
import dev.plinth.server.config.InitialCluster;
import dev.plinth.server.config.ListenUrl;
import dev.plinth.server.config.ServerConfig;
import dev.plinth.server.core.ClusterMember;
import dev.plinth.server.log.Log;
import dev.plinth.walio.io.Clock;
import dev.plinth.walio.io.Disk;
import dev.plinth.walio.io.LinuxDisk;
import dev.plinth.walio.io.SystemClock;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.TreeSet;

/**
 * Decides what the member is, a new one, a joining one or a restarted one, opens its files and
 * hands everything to {@link Assembly}, which puts the loops together.
 *
 * <p>Source of the decision and its texts: server.md 4, peer-protocol.md 11.
 */
final class Bootstrap {
    /** etcd waits ten seconds before it says so; an operator should know at once. */
    private static final long LOCK_NOTICE_NANOS = 100_000_000L;

    private final ServerConfig config;
    private final Log log;
    private final Lifecycle lifecycle;
    private final Disk disk = new LinuxDisk();
    private final Clock clock = new SystemClock();

    Bootstrap(ServerConfig config, Log log, Lifecycle lifecycle) {
        this.config = config;
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
        boolean isRestart = dir.hasWal();
        logSettings(isRestart);
        List<Peer> peers = isRestart ? List.of() : firstMembers();
        dir.prepare();
        Member member = new Member(log);
        try {
            return open(dir, isRestart, peers, member);
        } catch (StartException | RuntimeException | Error e) {
            member.close();
            throw e;
        }
    }

    private Member open(DataDir dir, boolean isRestart, List<Peer> peers, Member member)
            throws StartException {
        boolean hadDatabase = dir.hasDatabase();
        Backend backend = openBackend(dir);
        member.onClose("database", backend);
        LogChecks checks = new LogChecks(backend, dir.database(), log);
        WalFiles files = new WalFiles(disk, clock, dir, config, log);
        FoundLog found;
        if (isRestart) {
            found = files.open(backend.consistentIndex());
            member.onClose("log", found.log());
            checks.requireReach(found, hadDatabase, config.storage().allowsLostLog());
        } else {
            checks.requireNoEntries(dir.wal());
            found = files.create(ownMetadata(peers));
            member.onClose("log", found.log());
        }
        WalMetadata metadata = found.metadata();
        Membership membership =
                new Membership(
                        backend,
                        metadata.memberId(),
                        metadata.clusterId(),
                        config.cluster().learnersMax(),
                        log);
        membership.load();
        checks.requireOwner(metadata, membership.view());
        checks.requireVersion(membership.view(), config.compat());
        if (isRestart && config.cluster().forceNewCluster()) {
            found =
                    new ForcedCluster(WalFiles.form(config.compat()), log)
                            .apply(found, backend.consistentIndex(), membership.view());
        } else if (membership.view().members().size() > 1) {
            throw new StartException(
                    "this member's cluster has %d members; this release runs clusters of one (--force-new-cluster makes it one)"
                            .formatted(membership.view().members().size()));
        }
        long now = clock.monotonicNanos();
        Lessor lessor = Lessor.recover(backend, lessorOptions());
        KeyValueStore store =
                KeyValueStore.open(
                        backend,
                        lessor,
                        new StoreOptions(
                                config.storage().compactionBatch(),
                                config.storage().compactionPauseNanos()));
        member.onClose("store", store);
        log.info(
                "kvstore restored",
                "current-rev",
                store.currentRevision(),
                "took",
                GoDuration.format(clock.monotonicNanos() - now));
        log.info("restore consistentIndex", "index", backend.consistentIndex());
        if (isRestart) {
            log.info(
                    "restarting local member",
                    "cluster-id",
                    MemberIds.text(metadata.clusterId()),
                    "local-member-id",
                    MemberIds.text(metadata.memberId()),
                    "commit-index",
                    found.state().commit());
        } else {
            log.info(
                    "starting local member",
                    "local-member-id",
                    MemberIds.text(metadata.memberId()),
                    "cluster-id",
                    MemberIds.text(metadata.clusterId()));
        }
        AlarmStore alarms = new AlarmStore(backend);
        new Assembly(config, log, clock, disk, dir, lifecycle, member)
                .start(
                        new Assembly.Engine(
                                backend, store, lessor, alarms, membership, found, peers));
        return member;
    }

    private Backend openBackend(DataDir dir) throws StartException {
        long start = clock.monotonicNanos();
        try {
            Database database =
                    Database.open(
                            disk,
                            dir.database(),
                            Backend.databaseOptions()
                                    .withLockWait(
                                            LockWait.forever(clock)
                                                    .withNotice(
                                                            LOCK_NOTICE_NANOS,
                                                            () -> tellLocked(dir.database()))));
            BackendOptions defaults = BackendOptions.DEFAULT;
            Backend backend =
                    Backend.open(
                            disk,
                            database,
                            new BackendOptions(
                                    config.storage().batchIntervalNanos(),
                                    (int)
                                            Math.min(
                                                    config.storage().batchLimit(),
                                                    Integer.MAX_VALUE),
                                    defaults.flushBytes(),
                                    defaults.checkpointIntervalNanos(),
                                    defaults.checkpointBytes()));
            log.info(
                    "opened backend db",
                    "path",
                    dir.database().toString(),
                    "took",
                    GoDuration.format(clock.monotonicNanos() - start));
            return backend;
        } catch (RuntimeException e) {
            throw new StartException(
                    "cannot open database file (%s): %s".formatted(dir.database(), e.getMessage()),
                    e);
        }
    }

    private void tellLocked(Path database) {
        log.info(
                "db file is flocked by another process, or taking too long",
                "path",
                database.toString());
    }

    private LessorOptions lessorOptions() {
        LessorOptions defaults = LessorOptions.DEFAULT;
        long minTtlSeconds = (3 * config.raft().electionMillis() / 2 + 999) / 1000;
        boolean isCheckpointing = config.gates().isOn("LeaseCheckpoint");
        return new LessorOptions(
                minTtlSeconds,
                config.raft().requestTimeoutNanos(),
                defaults.revokesPerRound(),
                isCheckpointing ? 300_000_000_000L : 0,
                config.gates().isOn("LeaseCheckpointPersist"));
    }

    /** The members that a new cluster is made of, by ascending id. */
    private List<Peer> firstMembers() throws StartException {
        InitialCluster initial = config.cluster().initial();
        String name = config.identity().name();
        List<String> own = initial.urlsByName().get(name);
        if (own == null) {
            throw new StartException(
                    "couldn't find local name \""
                            + name
                            + "\" in the initial cluster configuration");
        }
        if (initial.hasDuplicateUrl()) {
            throw new StartException(
                    "initial cluster " + initial.canonicalText() + " has duplicate url");
        }
        requireOwnUrls(own, ListenUrl.texts(config.cluster().advertisePeer()), name);
        if (config.cluster().isExisting() || initial.urlsByName().size() > 1) {
            throw new StartException(
                    "this release runs clusters of one member: --initial-cluster-state=existing and"
                            + " more than one name in --initial-cluster are not available");
        }
        List<ClusterMember> members = new ArrayList<>();
        initial.urlsByName()
                .forEach((memberName, urls) ->
                        members.add(
                                new ClusterMember(
                                        MemberIds.ofInitialMember(urls, config.cluster().token()),
                                        memberName,
                                        urls,
                                        List.of(),
                                        false)));
        members.sort(Comparator.comparing(ClusterMember::id, Long::compareUnsigned));
        return members.stream()
                .map(member -> new Peer(member.id(), Bytes.utf8(MemberJson.write(member))))
                .toList();
    }

    private void requireOwnUrls(List<String> inCluster, List<String> advertised, String name)
            throws StartException {
        if (new TreeSet<>(inCluster).equals(new TreeSet<>(advertised))) {
            return;
        }
        String named = String.join(",", inCluster.stream().map(url -> name + "=" + url).toList());
        for (String url : advertised) {
            if (!inCluster.contains(url)) {
                throw new StartException(
                        "--initial-advertise-peer-urls has %s but missing from --initial-cluster=%s"
                                .formatted(url, config.cluster().initial().canonicalText()));
            }
        }
        throw new StartException(
                "--initial-cluster has %s but missing from --initial-advertise-peer-urls=%s"
                        .formatted(named, String.join(",", advertised)));
    }

    private WalMetadata ownMetadata(List<Peer> peers) {
        List<String> own =
                config.cluster()
                        .initial()
                        .urlsByName()
                        .getOrDefault(config.identity().name(), List.of());
        return new WalMetadata(
                MemberIds.ofInitialMember(own, config.cluster().token()),
                MemberIds.ofCluster(peers.stream().map(Peer::id).toList()));
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
                "plinth-" + Versions.own(),
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
