package dev.plinth.server.boot;

import dev.plinth.mvcc.KeyValueStore;
import dev.plinth.mvcc.StoreOptions;
import dev.plinth.mvcc.backend.Backend;
import dev.plinth.mvcc.lease.Lessor;
import dev.plinth.mvcc.lease.LessorOptions;
import dev.plinth.server.apply.AlarmStore;
import dev.plinth.server.cluster.MemberIds;
import dev.plinth.server.cluster.Membership;
import dev.plinth.server.config.GoDuration;
import dev.plinth.server.config.ServerConfig;
import dev.plinth.server.core.StartException;
import dev.plinth.server.log.Log;
import dev.plinth.server.metrics.Metrics;
import dev.plinth.server.storage.BackendOpener;
import dev.plinth.server.storage.BackendSlot;
import dev.plinth.server.storage.DamageException;
import dev.plinth.server.storage.DataDir;
import dev.plinth.server.storage.EngineOptions;
import dev.plinth.server.storage.ForcedCluster;
import dev.plinth.server.storage.FoundLog;
import dev.plinth.server.storage.LogChecks;
import dev.plinth.server.storage.ReceivedSnapshots;
import dev.plinth.server.storage.WalFiles;
import dev.plinth.server.storage.WalMetadata;
import dev.plinth.walio.WalObserver;
import dev.plinth.walio.io.Clock;
import dev.plinth.walio.io.Disk;
import java.io.IOException;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Opens the files of a member, a new one, a joining one or a restarted one, checks that they belong
 * together, and reads from them what the member starts with. Asks nothing of the system but through
 * the disk and the clock that it is given.
 */
final class EngineOpener {
    private static final long RESTORE_BYTES_MAX = 128L << 20;

    private final ServerConfig config;
    private final EngineOptions options;
    private final Disk disk;
    private final Clock clock;
    private final WalObserver observer;
    private final Log log;

    EngineOpener(
            ServerConfig config,
            EngineOptions options,
            Disk disk,
            Clock clock,
            WalObserver observer,
            Log log) {
        this.config = config;
        this.options = options;
        this.disk = disk;
        this.clock = clock;
        this.observer = observer;
        this.log = log;
    }

    /**
     * Opens the member's files.
     *
     * @param plan what a member without a log is to become; null for one that has a log
     * @param member closes what was opened
     * @throws StartException with the sentence that the operator sees
     */
    Engine open(DataDir dir, @Nullable ClusterPlan plan, Member member) throws StartException {
        boolean isRestart = plan == null;
        boolean hadDatabase = dir.hasDatabase();
        BackendOpener opener = new BackendOpener(config, options, disk, clock, log);
        WalFiles files = new WalFiles(disk, clock, dir, config, options.wal(), observer, log);
        Backend backend = openBackend(opener, dir);
        if (isRestart) {
            backend = finishReplacement(opener, dir, files, backend);
        }
        BackendSlot slot = new BackendSlot(backend);
        member.onClose("database", slot);
        LogChecks checks = new LogChecks(backend, dir.database(), log);
        FoundLog found;
        if (plan == null) {
            found = files.open(backend.consistentIndex());
            member.onClose("log", found.log());
            checks.requireReach(found, hadDatabase, config.storage().allowsLostLog());
        } else {
            checks.requireNoEntries(dir.wal());
            found = files.create(plan.identity());
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
        }
        long now = clock.monotonicNanos();
        Lessor lessor = Lessor.recover(backend, lessorOptions());
        KeyValueStore store =
                KeyValueStore.open(
                        backend,
                        lessor,
                        new StoreOptions(
                                config.storage().compactionBatch(),
                                config.storage().compactionPauseNanos(),
                                restoreBytesMax()));
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
        return new Engine(
                slot,
                opener,
                store,
                lessor,
                new AlarmStore(backend),
                membership,
                found,
                plan == null ? List.of() : plan.firstMembers(),
                plan == null ? List.of() : plan.existing());
    }

    private static int restoreBytesMax() {
        return (int) Math.min(RESTORE_BYTES_MAX, Runtime.getRuntime().maxMemory() / 4);
    }

    private Backend openBackend(BackendOpener opener, DataDir dir) throws StartException {
        try {
            return opener.open(dir.database());
        } catch (RuntimeException e) {
            throw DamageException.of(
                    "cannot open database file (%s): %s".formatted(dir.database(), e.getMessage()),
                    e);
        }
    }

    /**
     * The log may say that it begins at a leader's snapshot whose database had been received but
     * not yet taken over when the member ended.
     */
    private Backend finishReplacement(
            BackendOpener opener, DataDir dir, WalFiles files, Backend backend)
            throws StartException {
        // Nothing is received by this one, so nobody looks at what it would count.
        ReceivedSnapshots received =
                new ReceivedSnapshots(disk, dir.snap(), log, new Metrics(), clock);
        long begin = files.beginning();
        try {
            if (backend.consistentIndex() >= begin || !received.has(begin)) {
                return backend;
            }
            log.info("taking over the database of a leader's snapshot", "snapshot-index", begin);
            backend.close();
            received.adopt(begin, dir.database());
        } catch (IOException e) {
            throw new StartException(
                    "cannot take over the database of a leader's snapshot: " + e.getMessage(), e);
        }
        return openBackend(opener, dir);
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
}
