package dev.plinth.server.boot;

import dev.plinth.mvcc.HashResult;
import dev.plinth.mvcc.KeyValueStore;
import dev.plinth.mvcc.MvccException;
import dev.plinth.server.cluster.MemberIds;
import dev.plinth.server.config.ServerConfig;
import dev.plinth.server.core.LocalMember;
import dev.plinth.server.core.StartException;
import dev.plinth.server.log.Log;
import dev.plinth.server.maintenance.CorruptionChecks;
import dev.plinth.server.maintenance.PeerHashes;
import dev.plinth.server.peer.RemoteCluster;
import java.util.List;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicBoolean;

/** When the members' keys are compared: what the flags and feature gates say. */
final class CorruptionSchedule {
    private interface Check {
        void run() throws InterruptedException, MvccException;
    }

    private final ServerConfig config;
    private final LocalMember member;
    private final CorruptionChecks checks;
    private final Log log;
    private final AtomicBoolean isChecking = new AtomicBoolean();

    CorruptionSchedule(
            ServerConfig config,
            LocalMember member,
            KeyValueStore store,
            RemoteCluster remote,
            Log log) {
        this.config = config;
        this.member = member;
        this.log = log;
        long timeoutNanos = config.raft().requestTimeoutNanos();
        this.checks =
                new CorruptionChecks(
                        member,
                        new CorruptionChecks.Keys() {
                            @Override
                            public HashResult hash(long revision) throws MvccException {
                                return store.hashKv(revision);
                            }

                            @Override
                            public List<HashResult> compactionHashes() {
                                return store.compactionHashes();
                            }
                        },
                        new PeerHashes(
                                member,
                                (other, revision) ->
                                        remote.hash(
                                                other, member.clusterId(), revision, timeoutNanos)),
                        timeoutNanos,
                        log);
    }

    /**
     * Compares the keys of a restarted member with the others' where the feature gate says so.
     *
     * @throws StartException when they differ
     */
    void checkStart(boolean isRestart) throws StartException {
        if (!isRestart || !config.gates().isOn("InitialCorruptCheck")) {
            return;
        }
        log.info(
                "starting initial corruption check",
                "local-member-id",
                MemberIds.text(member.memberId()));
        try {
            if (!checks.isConsistentAtStart()) {
                throw new StartException(
                        MemberIds.text(member.memberId()) + " found data inconsistency with peers");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new StartException("interrupted during the initial corruption check", e);
        } catch (MvccException e) {
            throw new StartException("initial corruption check: " + e.getMessage(), e);
        }
    }

    /** Adds the checks that a leader makes from time to time. */
    void addTo(Timers timers, Executor background) {
        long currentNanos = config.flags().nanos("corrupt-check-time");
        if (currentNanos > 0) {
            timers.every(currentNanos, () -> begin(checks::checkCurrent, background));
        }
        if (config.gates().isOn("CompactHashCheck")) {
            timers.every(
                    config.flags().nanos("compact-hash-check-time"),
                    () -> begin(checks::checkCompactions, background));
        }
    }

    private void begin(Check check, Executor background) {
        boolean isLeader = member.leaderId() == member.memberId();
        if (isLeader && isChecking.compareAndSet(false, true)) {
            background.execute(() -> run(check));
        }
    }

    private void run(Check check) {
        try {
            check.run();
        } catch (InterruptedException _) {
            // The member stops.
            Thread.currentThread().interrupt();
        } catch (MvccException e) {
            log.warn("corruption check failed", "error", String.valueOf(e.getMessage()));
        } finally {
            isChecking.set(false);
        }
    }
}
