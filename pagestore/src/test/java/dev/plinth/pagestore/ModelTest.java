package dev.plinth.pagestore;

import dev.plinth.pagestore.model.Replayer;
import dev.plinth.pagestore.model.Shrinker;
import dev.plinth.pagestore.model.Step;
import dev.plinth.pagestore.model.WorkloadGenerator;
import dev.plinth.walio.io.sim.SimulatedDisk;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Random workloads against a sorted map: after each step the database holds what the map holds, old
 * readers see what they saw, and the check finds nothing. A failure is printed as the seed and the
 * smallest workload found that still fails. {@code -Dplinth.workloads} sets how many are played.
 */
class ModelTest {
    private static final int WORKLOADS = Integer.getInteger("plinth.workloads", 150);
    private static final long FIRST_SEED = Long.getLong("plinth.seed", 1);
    private static final Path DIRECTORY = Path.of("/data");
    private static final Path PATH = DIRECTORY.resolve("db");

    @ParameterizedTest
    @EnumSource(
            value = Durability.class,
            names = {"EVERY_COMMIT", "AT_CHECKPOINT"})
    void databaseHoldsWhatTheMapHolds(Durability durability) {
        for (long seed = FIRST_SEED; seed < FIRST_SEED + WORKLOADS; seed++) {
            Options options = options(seed, durability);
            List<Step> workload = new WorkloadGenerator(seed, true).workload(25, 60);
            Throwable failure = failure(workload, options);
            if (failure != null) {
                List<Step> smallest =
                        new Shrinker(fewer -> failure(fewer, options) != null).shrink(workload);
                throw new AssertionError(
                        "seed " + seed + ", " + options + "\n" + smallest,
                        failure(smallest, options));
            }
        }
    }

    static Options options(long seed, Durability durability) {
        return Options.defaults()
                .withPageSize(seed % 5 == 0 ? 4096 : 1024)
                .withAllocationStepBytes(seed % 3 == 0 ? 8192 : Options.ALLOCATION_STEP_BYTES)
                .withFreelist(seed % 2 == 0 ? FreelistKind.ARRAY : FreelistKind.BITMAP)
                .withPersistFreelist(seed % 7 < 4)
                .withDurability(durability)
                .withVerifyKeyOrder(true)
                .withStrict(true);
    }

    private static @Nullable Throwable failure(List<Step> workload, Options options) {
        SimulatedDisk disk = new SimulatedDisk();
        disk.makeDurableDirectory(DIRECTORY);
        try (Replayer replayer = new Replayer(disk, PATH, options)) {
            replayer.play(workload, true);
            return null;
        } catch (RuntimeException | AssertionError e) {
            return e;
        }
    }
}
