package dev.plinth.pagestore;

import dev.plinth.pagestore.model.ModelBucket;
import dev.plinth.pagestore.model.Replayer;
import dev.plinth.pagestore.model.Shrinker;
import dev.plinth.pagestore.model.Step;
import dev.plinth.pagestore.model.WorkloadGenerator;
import dev.plinth.walio.io.sim.PowerLossException;
import dev.plinth.walio.io.sim.SimulatedDisk;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Power is lost at each write, sync, growth and rename of random workloads; of what was not synced
 * each sector may be old, new or anything written in between. Whatever the disk keeps, the database
 * opens, its check finds nothing, it holds the last durable state or the one that was being made
 * durable, and it takes another commit. {@code -Dplinth.crashes} sets the number of crashes; a
 * failure is printed with its seed and a small workload.
 */
class CrashTest {
    private static final int CRASHES = Integer.getInteger("plinth.crashes", 3_000);
    private static final long FIRST_SEED = Long.getLong("plinth.seed", 1);
    private static final Path DIRECTORY = Path.of("/data");
    private static final Path PATH = DIRECTORY.resolve("db");

    @ParameterizedTest
    @EnumSource(
            value = Durability.class,
            names = {"EVERY_COMMIT", "AT_CHECKPOINT"})
    void durableStateSurvivesPowerLossAtEveryCall(Durability durability) {
        int crashes = 0;
        for (long seed = FIRST_SEED; crashes < CRASHES / 2; seed++) {
            Options options = ModelTest.options(seed, durability).withStrict(false);
            List<Step> workload = new WorkloadGenerator(seed, false).workload(8, 25);
            long calls = callsOf(workload, options);
            for (long call = 0; call < calls && crashes < CRASHES / 2; call++) {
                Throwable failure = crashAt(workload, options, call, seed * 1000 + call);
                if (failure != null) {
                    report(workload, options, call, seed, failure);
                }
                crashes++;
            }
        }
    }

    private static void report(
            List<Step> workload, Options options, long call, long seed, Throwable failure) {
        List<Step> smallest =
                new Shrinker(fewer -> anyCrashFails(fewer, options, seed)).shrink(workload);
        throw new AssertionError(
                "seed " + seed + ", call " + call + ", " + options + "\nsmallest: " + smallest,
                failure);
    }

    private static boolean anyCrashFails(List<Step> workload, Options options, long seed) {
        long calls = callsOf(workload, options);
        for (long call = 0; call < calls; call++) {
            if (crashAt(workload, options, call, seed * 1000 + call) != null) {
                return true;
            }
        }
        return false;
    }

    private static SimulatedDisk newDisk() {
        SimulatedDisk disk = new SimulatedDisk();
        disk.makeDurableDirectory(DIRECTORY);
        return disk;
    }

    private static long callsOf(List<Step> workload, Options options) {
        SimulatedDisk disk = newDisk();
        try (Replayer replayer = new Replayer(disk, PATH, options)) {
            replayer.play(workload, false);
        }
        return disk.faults().changingCalls();
    }

    private static @Nullable Throwable crashAt(
            List<Step> workload, Options options, long call, long crashSeed) {
        SimulatedDisk disk = newDisk();
        disk.faults().losePowerAtCall(call);
        List<ModelBucket> survivors = List.of(new ModelBucket());
        Replayer replayer = null;
        try {
            replayer = new Replayer(disk, PATH, options);
            replayer.play(workload, false);
            replayer.close();
            return new AssertionError("no power loss");
        } catch (PowerLossException e) {
            if (replayer != null) {
                survivors = replayer.survivors();
                replayer.database().abandon();
            }
        } catch (RuntimeException | AssertionError e) {
            return e;
        }
        try {
            verifySurvivor(disk.crash(crashSeed), options, survivors);
            return null;
        } catch (RuntimeException | AssertionError e) {
            return e;
        }
    }

    private static void verifySurvivor(
            SimulatedDisk disk, Options options, List<ModelBucket> survivors) {
        try (Database database = Database.open(disk, PATH, options)) {
            AssertionError difference = null;
            for (ModelBucket survivor : survivors) {
                try {
                    Replayer.verify(database, survivor);
                    database.update(transaction ->
                            transaction
                                    .createBucketIfMissing(new byte[] {1})
                                    .put(new byte[] {2}, new byte[300]));
                    return;
                } catch (AssertionError e) {
                    difference = e;
                }
            }
            throw new AssertionError(survivors.size() + " states possible", difference);
        }
    }
}
