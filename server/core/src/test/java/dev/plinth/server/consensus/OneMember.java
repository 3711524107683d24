package dev.plinth.server.consensus;

import dev.plinth.mvcc.backend.Backend;
import dev.plinth.mvcc.backend.BackendOptions;
import dev.plinth.pagestore.Database;
import dev.plinth.raft.Bytes;
import dev.plinth.raft.Entry;
import dev.plinth.raft.HardState;
import dev.plinth.raft.Peer;
import dev.plinth.raft.RaftException;
import dev.plinth.raft.Snapshot;
import dev.plinth.raft.WireForm;
import dev.plinth.server.apply.Waiters;
import dev.plinth.server.cluster.MemberIds;
import dev.plinth.server.cluster.MemberJson;
import dev.plinth.server.cluster.Membership;
import dev.plinth.server.core.ApplyResult;
import dev.plinth.server.core.ClusterMember;
import dev.plinth.server.core.EntryProposal;
import dev.plinth.server.core.EtcdError;
import dev.plinth.server.core.RefusedException;
import dev.plinth.server.core.ResponseBody;
import dev.plinth.server.log.Log;
import dev.plinth.server.testing.QuietLog;
import dev.plinth.walio.io.Clock;
import dev.plinth.walio.io.LinuxDisk;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** A member whose loops are driven by the test's thread, turn by turn, on a clock of its own. */
final class OneMember implements AutoCloseable {
    static final long TICK_NANOS = 100_000_000L;
    static final long TIMEOUT_NANOS = 7_000_000_000L;
    static final long CATCH_UP_BYTES = 1 << 20;

    /** What became of a proposal. */
    static final class Outcome extends EntryProposal {
        private final long leadersTerm;
        @Nullable ApplyResult result;
        @Nullable RefusedException refusal;

        Outcome(long id, long leadersTerm) {
            this(id, leadersTerm, Long.BYTES);
        }

        Outcome(long id, long leadersTerm, int entryBytes) {
            super(id, ByteBuffer.allocate(entryBytes).putLong(id).array());
            this.leadersTerm = leadersTerm;
        }

        boolean isOpen() {
            return result == null && refusal == null;
        }

        /** Why it was refused; only after it was. */
        EtcdError refusedWith() {
            return Objects.requireNonNull(refusal, "not refused").error();
        }

        @Override
        public long leadersTerm() {
            return leadersTerm;
        }

        @Override
        public void applied(ApplyResult applied) {
            result = applied;
        }

        @Override
        public void failed(RefusedException reason) {
            refusal = reason;
        }
    }

    /** Time that passes when a test says so. */
    static final class ManualClock implements Clock {
        long nanos = 1_000_000_000L;

        @Override
        public long monotonicNanos() {
            return nanos;
        }

        @Override
        public long wallMillis() {
            return nanos / 1_000_000;
        }
    }

    final MemoryLog log;
    final Backend backend;
    final Membership membership;
    final Consensus consensus;
    final List<Long> appliedIds = new ArrayList<>();
    final List<Snapshot> snapshotFiles = new ArrayList<>();
    int termsBegun;
    private final ManualClock clock;

    /**
     * Starts a member.
     *
     * @param members how many founding members there are; the others never answer. 0 for a restart
     * @param drivesWorkers whether the raft loop does the workers' turns
     */
    OneMember(Path database, MemoryLog log, int members, boolean drivesWorkers) {
        this(database, log, members, drivesWorkers, 0, new ManualClock(), _ -> PeerTransport.NONE);
    }

    /**
     * Starts one of several members.
     *
     * @param index which one it is
     * @param clock the time of all of them
     * @param transport connects it with the others
     */
    OneMember(
            Path database,
            MemoryLog log,
            int members,
            boolean drivesWorkers,
            int index,
            ManualClock clock,
            Function<MessageReceiver, PeerTransport> transport) {
        this.log = log;
        this.clock = clock;
        backend =
                Backend.open(
                        Database.open(new LinuxDisk(), database, Backend.databaseOptions()),
                        BackendOptions.DEFAULT);
        long localId = id(index);
        Log quiet = QuietLog.create();
        membership = new Membership(backend, localId, 1, 1, quiet);
        membership.load();
        List<Peer> peers = new ArrayList<>();
        for (int i = 0; i < members; i++) {
            peers.add(peer(i));
        }
        peers.sort((a, b) -> Long.compareUnsigned(a.id(), b.id()));
        try {
            consensus =
                    new Consensus(
                            new Consensus.Settings(
                                    TICK_NANOS,
                                    10,
                                    true,
                                    WireForm.V3_7,
                                    TIMEOUT_NANOS,
                                    "3.7.1",
                                    drivesWorkers,
                                    new SnapshotKeeper.Settings(localId, 10, 5, CATCH_UP_BYTES)),
                            new Consensus.Recovered(
                                    0, 0, log.durableState(), log.durableEntries(), peers),
                            new Consensus.Parts(
                                    membership,
                                    backend,
                                    log,
                                    snapshotFiles::add,
                                    transport,
                                    snapshot -> {
                                        throw new AssertionError("nobody sends " + snapshot);
                                    },
                                    this::applier,
                                    () -> null),
                            hooks(),
                            new Consensus.Surroundings(clock, new Random(index + 1), quiet));
        } catch (RaftException e) {
            throw new AssertionError(e);
        }
        consensus.begin();
    }

    private Consensus.Hooks hooks() {
        return new Consensus.Hooks() {
            @Override
            public void leaderChanged() {}

            @Override
            public void leadershipBegun() {
                termsBegun++;
            }

            @Override
            public void leadershipLost() {}

            @Override
            public void heartbeatLate() {}

            @Override
            public void batchApplied() {}

            @Override
            public void removedFromCluster() {}

            @Override
            public void synced(long nanos, boolean isSlow) {}
        };
    }

    private ApplyLoop.EntryApplier applier(Waiters waiters) {
        return (data, offset, length, _) -> {
            long id = ByteBuffer.wrap(data, offset, length).getLong();
            // Committed by this member alone, so it must be on its own disk.
            if (membership.view().members().size() == 1
                    && backend.consistentIndex() > log.durableIndex()) {
                throw new AssertionError("applied before it was durable: " + id);
            }
            appliedIds.add(id);
            waiters.complete(id, new ApplyResult.Done(appliedIds.size(), ResponseBody.EMPTY));
        };
    }

    private static Peer peer(int i) {
        ClusterMember member =
                new ClusterMember(id(i), "m" + i, List.of("http://m" + i + ":1"), List.of(), false);
        return new Peer(member.id(), Bytes.utf8(MemberJson.write(member)));
    }

    static long id(int i) {
        return MemberIds.ofInitialMember(List.of("http://m" + i + ":1"), "t");
    }

    Outcome propose() {
        return propose(0);
    }

    /** Proposes what only the leader of a term may. */
    Outcome propose(long leadersTerm) {
        return propose(new Outcome(consensus.member().nextRequestId(), leadersTerm));
    }

    /** Proposes an entry of so many bytes. */
    Outcome proposeBytes(int entryBytes) {
        return propose(new Outcome(consensus.member().nextRequestId(), 0, entryBytes));
    }

    private Outcome propose(Outcome outcome) {
        consensus.member().propose(outcome);
        return outcome;
    }

    /** Gives turns until nobody has anything to do. */
    void settle() {
        int done;
        do {
            done = turn();
        } while (done > 0);
    }

    /** Time passes, and nobody gets a turn. */
    void stall(long nanos) {
        clock.nanos += nanos;
    }

    /** One turn of each loop. */
    int turn() {
        return consensus.raftLoop().doWork()
                + consensus.walWriter().doWork()
                + consensus.applyLoop().doWork();
    }

    /** One turn of the raft loop alone. */
    void raftTurn() {
        consensus.raftLoop().doWork();
    }

    void advance(long nanos) {
        for (long left = nanos; left > 0; left -= TICK_NANOS) {
            clock.nanos += TICK_NANOS;
            settle();
        }
    }

    List<Entry> durableEntries() {
        return log.durableEntries();
    }

    HardState durableState() {
        return log.durableState();
    }

    @Override
    public void close() {
        consensus.close();
        backend.close();
    }
}
