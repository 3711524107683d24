package dev.plinth.server.sim;

import java.util.random.RandomGenerator;
import java.util.random.RandomGeneratorFactory;

/**
 * What a seed draws for its run. Times in nanoseconds, chances from 0 to 1.
 *
 * @param members voters
 * @param faultNanos for how long faults happen
 * @param clients clients with one request at a time each
 * @param watchers clients that watch
 * @param pauseNanos mean pause of a client between two requests
 * @param keys keys that writes choose from
 * @param electionMillis election timeout; a tenth of it is a tick
 * @param snapshotCount applied entries between two snapshots
 * @param catchUpEntries entries kept in memory for slow followers
 * @param catchUpBytes most bytes that these may take
 * @param checkpointNanos longest time between two checkpoints of the database
 * @param writePath how the log is written
 * @param delayNanos mean delay of the network
 * @param loss chance that a message is lost
 * @param doubling chance that a message arrives twice
 * @param reordering chance that a message overtakes or is overtaken
 * @param syncNanos mean duration of a sync
 * @param drift greatest error of a clock's speed
 * @param faultPauseNanos mean time between two faults
 * @param faults which kinds of faults happen
 */
record SimulationOptions(
        long seed,
        int members,
        long faultNanos,
        int clients,
        int watchers,
        long pauseNanos,
        int keys,
        int electionMillis,
        int snapshotCount,
        int catchUpEntries,
        int catchUpBytes,
        long checkpointNanos,
        String writePath,
        long delayNanos,
        double loss,
        double doubling,
        double reordering,
        long syncNanos,
        double drift,
        long faultPauseNanos,
        Faults faults) {
    static final long MICRO = 1_000L;
    static final long MILLI = 1_000_000L;
    static final long SECOND = 1_000_000_000L;

    private static final String[] WRITE_PATHS = {
        "direct+dsync", "direct+fdatasync", "buffered+dsync", "buffered+fdatasync"
    };

    /** Kinds of faults. */
    record Faults(
            boolean crash, boolean partition, boolean pause, boolean hang, boolean diskError) {}

    /** Draws the options of a seed. */
    static SimulationOptions draw(long seed) {
        RandomGenerator random = generator(seed, 0);
        boolean isCalm = random.nextInt(8) == 0;
        boolean isHostile = random.nextInt(4) == 0;
        int election = 300 + random.nextInt(1200);
        return new SimulationOptions(
                seed,
                random.nextInt(5) == 0 ? (random.nextBoolean() ? 1 : 5) : 3,
                (8 + random.nextInt(18)) * SECOND,
                2 + random.nextInt(5),
                1 + random.nextInt(5),
                (5 + random.nextInt(120)) * MILLI,
                3 + random.nextInt(12),
                election - election % 10,
                random.nextInt(3) == 0 ? 10_000 : 10 + random.nextInt(200),
                random.nextInt(3) == 0 ? 5_000 : 5 + random.nextInt(60),
                random.nextInt(3) == 0 ? 1 << 20 : 300 + random.nextInt(4_000),
                (100 + random.nextInt(3000)) * MILLI,
                WRITE_PATHS[random.nextInt(WRITE_PATHS.length)],
                (50 + random.nextInt(isHostile ? 30_000 : 3_000)) * MICRO,
                isCalm ? 0 : random.nextDouble() * (isHostile ? 0.2 : 0.02),
                isCalm ? 0 : random.nextDouble() * (isHostile ? 0.1 : 0.01),
                isCalm ? 0 : random.nextDouble() * (isHostile ? 0.1 : 0.02),
                (20 + random.nextInt(5_000)) * MICRO,
                random.nextInt(5) == 0 ? 0.02 : 0.0005,
                (300 + random.nextInt(3_000)) * MILLI,
                new Faults(
                        !isCalm && random.nextInt(6) != 0,
                        !isCalm && random.nextInt(4) != 0,
                        !isCalm && random.nextInt(3) == 0,
                        !isCalm && random.nextInt(3) == 0,
                        !isCalm && random.nextInt(3) == 0));
    }

    /**
     * A generator of a subsystem's own, so that a draw more in one does not shift the others.
     *
     * @param part number of the subsystem
     */
    static RandomGenerator generator(long seed, long part) {
        return RandomGeneratorFactory.of("L64X128MixRandom")
                .create(seed * 1_000_003L + part * 7_919L + 17);
    }

    long electionNanos() {
        return electionMillis * MILLI;
    }
}
