package dev.plinth.server.boot;

import dev.plinth.mvcc.KeyValueStore;
import dev.plinth.mvcc.RangeQuery;
import dev.plinth.mvcc.ReadView;
import dev.plinth.raft.ProgressStatus;
import dev.plinth.server.cluster.MemberIds;
import dev.plinth.server.consensus.Consensus;
import dev.plinth.server.consensus.EntryLog;
import dev.plinth.server.core.LocalMember;
import dev.plinth.server.metrics.Metrics;
import dev.plinth.server.quota.BackendQuota;
import dev.plinth.server.storage.BackendSlot;
import dev.plinth.server.storage.WalEntryLog;
import dev.plinth.walio.WriteAheadLog;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.BooleanSupplier;
import java.util.function.DoubleSupplier;

/** Registers what the parts of a member know anyway and is looked up when somebody asks. */
final class MemberMetrics {
    private static final double NANOS = 1e9;

    /** Counted in the index, without reading a pair. */
    private static final RangeQuery EVERY_KEY =
            new RangeQuery(
                    new byte[1],
                    new byte[0],
                    0,
                    0,
                    RangeQuery.SortOrder.NONE,
                    RangeQuery.SortTarget.KEY,
                    RangeQuery.KeysOnly.FROM_INDEX,
                    true,
                    RangeQuery.RevisionFilter.NONE);

    private final Metrics metrics;

    MemberMetrics(Metrics metrics) {
        this.metrics = metrics;
    }

    void log(EntryLog entryLog, DoubleSupplier memoryBytes) {
        metrics.gauge(
                "plinth_raft_log_memory_bytes",
                "Log entries kept in memory for slow followers.",
                memoryBytes);
        if (!(entryLog instanceof WalEntryLog walLog)) {
            return;
        }
        WriteAheadLog wal = walLog.wal();
        metrics.gauge(
                "plinth_wal_sync_running_seconds",
                "How long the log's sync that is under way has been running; 0 if none is.",
                () -> wal.commitRunningNanos() / NANOS);
        metrics.gauge(
                "plinth_wal_out_of_space",
                "1 when there is no space for the log's next segment.",
                () -> flag(wal.isOutOfSpace()));
        metrics.gauge(
                "plinth_wal_segments", "Segments that replay needs.", () -> wal.segments().size());
        metrics.info(
                "plinth_wal_write_path",
                "1; by which system calls the log is written.",
                "path",
                wal.writePath().path().label());
    }

    void database(BackendSlot backend, KeyValueStore store, BackendQuota quota) {
        new NamespaceMetrics(metrics).register(store.quotas());
        metrics.gauge(
                "etcd_mvcc_db_total_size_in_bytes",
                "Total size of the underlying database physically allocated in bytes.",
                () -> backend.get().sizeBytes());
        metrics.gauge(
                "etcd_mvcc_db_total_size_in_use_in_bytes",
                "Total size of the underlying database logically in use in bytes.",
                () -> backend.get().sizeInUseBytes());
        metrics.gauge(
                "etcd_mvcc_db_open_read_transactions",
                "The number of currently open read transactions",
                () -> backend.get().openReadTransactions());
        metrics.gauge("etcd_debugging_mvcc_keys_total", "Total number of keys.", () -> keys(store));
        metrics.gauge(
                "etcd_debugging_mvcc_pending_events_total",
                "Always 0: watchers hold positions in the history, no events wait to be sent.",
                () -> 0);
        metrics.gauge(
                "etcd_server_quota_backend_bytes",
                "Current backend storage quota size in bytes.",
                quota::limitBytes);
        metrics.gauge(
                "etcd_debugging_mvcc_current_revision",
                "The current revision of store.",
                store::currentRevision);
        metrics.gauge(
                "etcd_debugging_mvcc_compact_revision",
                "The revision of the last compaction in store.",
                () -> Math.max(0, store.compactRevision()));
        metrics.gauge(
                "etcd_debugging_mvcc_watcher_total",
                "Total number of watchers.",
                () -> store.watchHub().watcherCount());
        metrics.gauge(
                "etcd_debugging_mvcc_slow_watcher_total",
                "Total number of unsynced slow watchers.",
                () -> store.watchHub().slowWatcherCount());
        metrics.gauge(
                "plinth_mvcc_index_memory_bytes",
                "Native memory that the key index holds.",
                store::indexMemoryBytes);
        metrics.gauge(
                "plinth_disk_backend_buffered_bytes",
                "Changes that are not yet in the database file.",
                () -> backend.get().bufferedBytes());
    }

    private static double keys(KeyValueStore store) {
        try (ReadView view = store.read()) {
            return view.range(EVERY_KEY).count();
        }
    }

    void consensus(Consensus consensus) {
        metrics.gauge(
                "etcd_server_proposals_pending",
                "The current number of pending proposals to commit.",
                consensus::waitingProposals);
        metrics.counter(
                "etcd_server_slow_read_indexes_total",
                "The total number of pending read indexes not in sync with leader's or timed out"
                        + " read index requests.",
                consensus::slowReadIndexes);
        metrics.counter(
                "etcd_server_read_indexes_failed_total",
                "The total number of failed read indexes seen.",
                consensus::failedReadIndexes);
        metrics.gauges(
                "plinth_raft_member_match_index",
                "Index up to which each member's log is known to be the leader's; on the leader.",
                "member",
                () -> matchIndexes(consensus.member().progress()));
    }

    private static Map<String, Double> matchIndexes(Map<Long, ProgressStatus> progress) {
        Map<String, Double> matches = new LinkedHashMap<>();
        progress.forEach((id, member) -> matches.put(MemberIds.text(id), (double) member.match()));
        return matches;
    }

    void member(LocalMember member, BooleanSupplier isLeader, String version) {
        metrics.gauge(
                "etcd_server_has_leader",
                "Whether or not a leader exists. 1 is existence, 0 is not.",
                () -> flag(member.leaderId() != 0));
        metrics.gauge(
                "etcd_server_is_leader",
                "Whether or not this member is a leader. 1 if is, 0 otherwise.",
                () -> flag(isLeader.getAsBoolean()));
        metrics.gauge(
                "etcd_server_is_learner",
                "Whether or not this member is a learner. 1 if is, 0 otherwise.",
                () -> flag(member.isLearner()));
        metrics.gauge(
                "etcd_server_proposals_committed_total",
                "The total number of consensus proposals committed.",
                member::committedIndex);
        metrics.gauge(
                "etcd_server_proposals_applied_total",
                "The total number of consensus proposals applied.",
                member::appliedIndex);
        metrics.info(
                "etcd_server_version",
                "Which version is running. 1 for 'server_version' label with current version.",
                "server_version",
                version);
        metrics.info(
                "etcd_server_id",
                "Server or member ID in hexadecimal format. 1 for 'server_id' label with current ID.",
                "server_id",
                MemberIds.text(member.memberId()));
    }

    private static double flag(boolean value) {
        return value ? 1 : 0;
    }
}
