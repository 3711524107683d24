package dev.plinth.server.boot;

import dev.plinth.mvcc.lease.Lessor;
import dev.plinth.server.config.GoDuration;
import dev.plinth.server.consensus.Consensus;
import dev.plinth.server.log.Log;
import dev.plinth.server.metrics.Counter;
import dev.plinth.server.metrics.Metrics;
import dev.plinth.server.storage.StorageVersionKeeper;
import dev.plinth.walio.io.Clock;

/** What a member does about what its loops tell. */
final class MemberHooks implements Consensus.Hooks {
    private final Lessor lessor;
    private final StorageVersionKeeper storageVersion;
    private final ClusterVersionMetric clusterVersion;
    private final Counter leaderChanges;
    private final Counter lateHeartbeats;
    private final long electionNanos;
    private final Clock clock;
    private final Log log;
    private final Runnable removal;

    /**
     * The hooks of one member.
     *
     * @param removal what happens when the cluster has removed the member
     */
    MemberHooks(
            Lessor lessor,
            StorageVersionKeeper storageVersion,
            ClusterVersionMetric clusterVersion,
            Metrics metrics,
            long electionNanos,
            Clock clock,
            Log log,
            Runnable removal) {
        this.clusterVersion = clusterVersion;
        this.lessor = lessor;
        this.storageVersion = storageVersion;
        this.leaderChanges =
                metrics.counter(
                        "etcd_server_leader_changes_seen_total",
                        "The number of leader changes seen.");
        this.lateHeartbeats =
                metrics.counter(
                        "etcd_server_heartbeat_send_failures_total",
                        "The total number of leader heartbeat send failures (likely overloaded from"
                                + " slow disk).");
        this.electionNanos = electionNanos;
        this.clock = clock;
        this.log = log;
        this.removal = removal;
    }

    @Override
    public void leadershipBegun() {
        lessor.promote(electionNanos, clock.monotonicNanos());
    }

    @Override
    public void leadershipLost() {
        lessor.demote();
    }

    @Override
    public void leaderChanged() {
        leaderChanges.increment();
    }

    @Override
    public void heartbeatLate() {
        lateHeartbeats.increment();
    }

    @Override
    public void batchApplied() {
        storageVersion.follow();
        clusterVersion.follow();
    }

    @Override
    public void removedFromCluster() {
        removal.run();
    }

    @Override
    public void synced(long nanos, boolean isSlow) {
        if (isSlow) {
            log.warn(
                    "slow fdatasync",
                    "took",
                    GoDuration.format(nanos),
                    "expected-duration",
                    "1s",
                    "remedy",
                    "give the log a disk of its own (--wal-dir); plinth disk bench tells what one is"
                            + " worth");
        }
    }
}
