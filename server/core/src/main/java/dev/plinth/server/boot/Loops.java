package dev.plinth.server.boot;

import dev.plinth.mvcc.backend.Committer;
import dev.plinth.server.consensus.Agent;
import dev.plinth.server.consensus.AgentThread;
import dev.plinth.server.consensus.Consensus;
import dev.plinth.server.metrics.Buckets;
import dev.plinth.server.metrics.Histogram;
import dev.plinth.server.metrics.Metrics;
import dev.plinth.walio.io.Clock;
import java.util.List;
import java.util.function.LongToIntFunction;

/**
 * The threads that a member's work runs on, each an agent's alone: raft, log, apply, the database's
 * committer, compaction and lagging watches.
 */
final class Loops {
    private static final long MILLI = 1_000_000L;
    private static final int SPINS = 200;

    private final Clock clock;
    private final Metrics metrics;
    private final Lifecycle lifecycle;
    private final Member member;
    private final int spins;

    /**
     * The loops of a member.
     *
     * @param cores of the machine; loops spin before they sleep where more than two are there
     */
    Loops(Clock clock, Metrics metrics, Lifecycle lifecycle, Member member, int cores) {
        this.clock = clock;
        this.metrics = metrics;
        this.lifecycle = lifecycle;
        this.member = member;
        this.spins = cores > 2 ? SPINS : 0;
    }

    /** Starts the loops; the member stops them. */
    void start(Assembly.Engine engine, Consensus consensus) {
        member.onClose(
                "last checkpoint",
                () -> {
                    // The loops have ended; the log writer marks the snapshot that this may cause.
                    engine.backend().get().forceCommit();
                    consensus.walWriter().doWork();
                });
        AgentThread committer =
                thread(
                        new TurnAgent(
                                "committer",
                                committer(engine.backend()),
                                clock::monotonicNanos,
                                10 * MILLI),
                        0);
        AgentThread compactor =
                thread(
                        new TurnAgent(
                                "compactor",
                                new CompactionTimer(engine.store(), clock, metrics)::doWork,
                                clock::monotonicNanos,
                                10 * MILLI),
                        0);
        AgentThread watches =
                thread(
                        new TurnAgent(
                                "watch-syncer",
                                engine.store().watchHub()::doWork,
                                clock::monotonicNanos,
                                100 * MILLI),
                        0);
        engine.store().compactor().onWork(compactor::wake);
        engine.store().watchHub().onWork(watches::wake);
        AgentThread apply = thread(consensus.applyLoop(), spins);
        AgentThread wal = thread(consensus.walWriter(), spins);
        AgentThread raft = thread(consensus.raftLoop(), spins);
        consensus.connect(raft::wake, wal::wake, apply::wake);
        for (AgentThread loop : List.of(committer, compactor, watches, apply, wal, raft)) {
            loop.start();
            member.onClose("loop", loop);
        }
    }

    private LongToIntFunction committer(BackendSlot backend) {
        Histogram seconds =
                metrics.histogram(
                        "etcd_disk_backend_commit_duration_seconds",
                        "The latency distributions of commit called by backend.",
                        Buckets.SYNC_SECONDS);
        return now -> {
            Committer committer = backend.get().committer();
            int flushed = committer.doFlushes(now);
            long start = clock.monotonicNanos();
            int checkpoints = committer.doCheckpoints(now);
            if (checkpoints > 0) {
                seconds.observeNanos(clock.monotonicNanos() - start);
            }
            return flushed + checkpoints;
        };
    }

    /** Runs one agent more on a thread of its own; the member stops it. */
    void startOne(String name, Agent agent) {
        AgentThread thread = thread(agent, 0);
        thread.start();
        member.onClose(name, thread);
    }

    private AgentThread thread(Agent agent, int spins) {
        return new AgentThread(agent, spins, lifecycle::agentFailed);
    }
}
