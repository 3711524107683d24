package dev.plinth.raft.sim;

import dev.plinth.raft.RaftConfig;
import dev.plinth.raft.WireForm;
import java.util.SplittableRandom;

/**
 * What a run is like; drawn from its seed. Times are virtual microseconds, rates are probabilities.
 *
 * @param members founding voters
 * @param spares members that exist but belong to no configuration at first
 * @param eventCount events before the cluster is healed
 * @param bootstrap whether the founding configuration comes as entries and not as a snapshot
 * @param wire whether messages are encoded and decoded on their way
 * @param tickMicros length of a tick of a member whose clock is right
 * @param clockDrift how much faster or slower a member's clock may go
 * @param diskStall how often a write takes a hundred times as long
 * @param snapshotInterval applied entries after which a member makes a snapshot
 * @param entriesKept entries before a snapshot that stay in the log
 * @param meanCrash mean time between crashes of any member; the others likewise
 */
public record SimulationOptions(
        long seed,
        int members,
        int spares,
        int eventCount,
        boolean asyncStorageWrites,
        boolean preVote,
        boolean checkQuorum,
        boolean stepDownOnRemoval,
        boolean bootstrap,
        boolean wire,
        WireForm wireForm,
        int electionTicks,
        int heartbeatTicks,
        long messageSizeMax,
        long committedSizePerReadyMax,
        long uncommittedSizeMax,
        int inflightMessagesMax,
        long inflightBytesMax,
        long tickMicros,
        double clockDrift,
        double loss,
        double duplicate,
        long delayMin,
        long delayMax,
        double delaySpike,
        long diskMin,
        long diskMax,
        double diskStall,
        int snapshotInterval,
        int entriesKept,
        int clients,
        long meanCrash,
        long meanPartition,
        long meanConfChange,
        long meanTransfer) {
    /**
     * Draws a run. The members are not drawn, so that a campaign covers each size with all its
     * seeds.
     */
    public static SimulationOptions draw(long seed, int members, int eventCount) {
        SplittableRandom r = new SplittableRandom(seed * 31 + members);
        int electionTicks = 3 + r.nextInt(6);
        long tick = 10_000;
        long electionMicros = electionTicks * tick;
        long delayMin = 100 + r.nextLong(2_000);
        long messageSizeMax = pick(r, 0, 40, 200, RaftConfig.NO_LIMIT);
        return new SimulationOptions(
                seed,
                members,
                r.nextInt(3),
                eventCount,
                r.nextBoolean(),
                r.nextBoolean(),
                r.nextBoolean(),
                r.nextBoolean(),
                r.nextBoolean(),
                r.nextInt(4) == 0,
                r.nextBoolean() ? WireForm.V3_7 : WireForm.V3_5,
                electionTicks,
                1 + r.nextInt(Math.max(1, electionTicks / 3)),
                messageSizeMax,
                pick(r, 0, 40, 400, RaftConfig.NO_LIMIT),
                pick(r, 0, 0, 100),
                (int) pick(r, 1, 2, 4, 256),
                messageSizeMax == RaftConfig.NO_LIMIT ? 0 : pick(r, 0, 0, messageSizeMax + 100),
                tick,
                pick(r, 0, 1, 10) / 100.0,
                pick(r, 0, 2, 10, 25) / 100.0,
                pick(r, 0, 2, 10) / 100.0,
                delayMin,
                delayMin + r.nextLong(10_000),
                pick(r, 0, 1, 5) / 100.0,
                50,
                50 + pick(r, 200, 2_000, 10_000),
                pick(r, 0, 0, 2) / 100.0,
                3 + r.nextInt(40),
                r.nextInt(10),
                2 + r.nextInt(3),
                electionMicros * pick(r, 2, 5, 20, 1_000),
                electionMicros * pick(r, 2, 5, 20, 1_000),
                electionMicros * pick(r, 1, 3, 10, 1_000),
                electionMicros * pick(r, 3, 10, 1_000));
    }

    private static long pick(SplittableRandom r, long... choices) {
        return choices[r.nextInt(choices.length)];
    }

    long electionMicros() {
        return electionTicks * tickMicros;
    }
}
