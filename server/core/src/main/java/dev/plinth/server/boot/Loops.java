package dev.plinth.server.boot;

import dev.plinth.mvcc.backend.Committer;
import dev.plinth.server.consensus.Agent;
import dev.plinth.server.consensus.AgentThread;
import dev.plinth.server.consensus.ApplyLoop;
import dev.plinth.server.consensus.Consensus;
import dev.plinth.server.consensus.RaftLoop;
import dev.plinth.server.consensus.WalWriter;
import dev.plinth.server.metrics.Buckets;
import dev.plinth.server.metrics.Histogram;
import dev.plinth.server.metrics.Metrics;
import dev.plinth.server.storage.BackendSlot;
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

    /**
     * All of a member's work, each part an agent that owns it. Connected, not started.
     *
     * @param raft owns raft
     * @param wal makes the log durable
     * @param apply applies
     * @param committer flushes the database and makes it durable
     * @param compactor deletes old revisions
     * @param watches brings lagging watchers up to date
     */
    record Agents(
            RaftLoop raft,
            WalWriter wal,
            ApplyLoop apply,
            Agent committer,
            Agent compactor,
            Agent watches) {
        /** The agents of a member that was opened and wired. */
        static Agents of(Engine engine, Consensus consensus, Clock clock, Metrics metrics) {
            return new Agents(
                    consensus.raftLoop(),
                    consensus.walWriter(),
                    consensus.applyLoop(),
                    new TurnAgent(
                            "committer",
                            Loops.committer(engine.backend(), clock, metrics),
                            clock::monotonicNanos,
                            10 * MILLI),
                    new TurnAgent(
                            "compactor",
                            new CompactionTimer(engine.store(), clock, metrics)::doWork,
                            clock::monotonicNanos,
                            10 * MILLI),
                    new TurnAgent(
                            "watch-syncer",
                            engine.store().watchHub()::doWork,
                            clock::monotonicNanos,
                            100 * MILLI));
        }
    }

    /** Starts the loops; the member stops them. */
    void start(Engine engine, Consensus consensus) {
        member.onClose(
                "last checkpoint",
                () -> {
                    // The loops have ended; the log writer marks the snapshot that this may cause.
                    engine.backend().get().forceCommit();
                    consensus.walWriter().doWork();
                });
        Agents agents = Agents.of(engine, consensus, clock, metrics);
        AgentThread committer = thread(agents.committer(), 0);
        AgentThread compactor = thread(agents.compactor(), 0);
        AgentThread watches = thread(agents.watches(), 0);
        engine.store().compactor().onWork(compactor::wake);
        engine.store().watchHub().onWork(watches::wake);
        AgentThread apply = thread(agents.apply(), spins);
        AgentThread wal = thread(agents.wal(), spins);
        AgentThread raft = thread(agents.raft(), spins);
        consensus.connect(raft::wake, wal::wake, apply::wake);
        for (AgentThread loop : List.of(committer, compactor, watches, apply, wal, raft)) {
            loop.start();
            member.onClose("loop", loop);
        }
    }

    private static LongToIntFunction committer(BackendSlot backend, Clock clock, Metrics metrics) {
        Histogram seconds =
                metrics.histogram(
                        "etcd_disk_backend_commit_duration_seconds",
                        "The latency distributions of commit called by backend.",
                        Buckets.SYNC_SECONDS);
        Histogram spillSeconds =
                metrics.histogram(
                        "etcd_debugging_disk_backend_commit_spill_duration_seconds",
                        "How long it took to move buffered changes into pages.",
                        Buckets.SYNC_SECONDS);
        Histogram writeSeconds =
                metrics.histogram(
                        "etcd_debugging_disk_backend_commit_write_duration_seconds",
                        "How long it took to write and sync pages.",
                        Buckets.SYNC_SECONDS);
        return now -> {
            Committer committer = backend.get().committer();
            int flushed = committer.doFlushes(now);
            long flushedNanos = clock.monotonicNanos();
            if (flushed > 0) {
                spillSeconds.observeNanos(flushedNanos - now);
            }
            int checkpoints = committer.doCheckpoints(now);
            if (checkpoints > 0) {
                long tookNanos = clock.monotonicNanos() - flushedNanos;
                seconds.observeNanos(tookNanos);
                writeSeconds.observeNanos(tookNanos);
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
