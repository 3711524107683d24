package dev.plinth.pagestore;

import static org.assertj.core.api.Assertions.assertThat;

import dev.plinth.pagestore.check.CheckOptions;
import dev.plinth.pagestore.check.Finding;
import dev.plinth.walio.io.sim.PowerLossException;
import dev.plinth.walio.io.sim.SimulatedDisk;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import org.junit.jupiter.api.Test;

/**
 * A file with a long persisted list of free pages. A commit writes parts of it only, into the run
 * that the list had two commits before; wherever power is lost, the list of the state that survives
 * names exactly the pages that nothing leads to.
 */
class FragmentedListCrashTest {
    private static final int CRASHES = Integer.getInteger("plinth.crashes", 3_000) / 40;
    private static final Path DIRECTORY = Path.of("/data");
    private static final Path PATH = DIRECTORY.resolve("db");
    private static final byte[] BUCKET = {1};
    private static final byte[] COUNT = {0};
    private static final int KEYS = 6_000;
    private static final int COMMITS = 12;

    private static final Options OPTIONS =
            Options.defaults()
                    .withPageSize(1024)
                    .withFreelist(FreelistKind.BITMAP)
                    .withPersistFreelist(true)
                    .withSparePercent(0);

    private static byte[] key(int number) {
        return ByteBuffer.allocate(5).put((byte) 1).putInt(number).array();
    }

    /** Every second page free. */
    private static byte[] fragmentedFile() throws IOException {
        SimulatedDisk disk = new SimulatedDisk();
        disk.makeDurableDirectory(DIRECTORY);
        try (Database database =
                Database.open(disk, PATH, OPTIONS.withDurability(Durability.NEVER))) {
            database.update(transaction -> {
                Bucket bucket = transaction.createBucket(BUCKET);
                for (int i = 0; i < KEYS; i++) {
                    bucket.put(key(i), new byte[700]);
                }
                bucket.put(COUNT, new byte[] {0});
            });
            database.update(transaction -> {
                Bucket bucket = Objects.requireNonNull(transaction.bucket(BUCKET));
                for (int i = 0; i < KEYS; i++) {
                    if (i / 2 % 2 == 0) {
                        bucket.delete(key(i));
                    }
                }
            });
        }
        return disk.content(PATH);
    }

    @Test
    void theListOfTheStateThatSurvivesIsRight() throws IOException {
        byte[] file = fragmentedFile();
        int crashes = 0;
        for (long seed = 1; crashes < CRASHES; seed++) {
            long calls = run(file, seed, Long.MAX_VALUE);
            for (long call = 0; call < calls && crashes < CRASHES; call++, crashes++) {
                run(file, seed, call);
            }
        }
    }

    /** Returns the number of calls that changed the disk. */
    private static long run(byte[] file, long seed, long crashAt) throws IOException {
        SimulatedDisk disk = new SimulatedDisk();
        disk.makeDurableDirectory(DIRECTORY);
        disk.putDurableFile(PATH, file);
        if (crashAt != Long.MAX_VALUE) {
            disk.faults().losePowerAtCall(crashAt);
        }
        int[] committed = {0};
        try {
            commit(disk, seed, committed);
        } catch (PowerLossException e) {
            // What follows looks at what is left.
        }
        verify(disk.crash(seed * 1000 + crashAt), committed[0]);
        return disk.faults().changingCalls();
    }

    private static void commit(SimulatedDisk disk, long seed, int[] committed) {
        Random random = new Random(seed);
        Database database = Database.open(disk, PATH, OPTIONS);
        try {
            for (int i = 1; i <= COMMITS; i++) {
                byte number = (byte) i;
                boolean keep = random.nextInt(5) != 0;
                try (WriteTransaction transaction = database.beginWrite()) {
                    Bucket bucket = Objects.requireNonNull(transaction.bucket(BUCKET));
                    for (int put = random.nextInt(4); put >= 0; put--) {
                        bucket.put(key(random.nextInt(KEYS)), new byte[random.nextInt(700)]);
                    }
                    bucket.put(COUNT, new byte[] {number});
                    if (keep) {
                        transaction.commit();
                        committed[0] = i;
                    }
                }
            }
        } finally {
            database.abandon();
        }
    }

    private static void verify(SimulatedDisk disk, int committed) {
        try (Database database = Database.open(disk, PATH, OPTIONS)) {
            try (ReadTransaction transaction = database.beginRead()) {
                List<Finding> findings = new ArrayList<>();
                transaction.check(CheckOptions.wholeFile(), findings::add);
                assertThat(findings).isEmpty();
                Bucket bucket = Objects.requireNonNull(transaction.bucket(BUCKET));
                ByteView count = new ByteView();
                assertThat(bucket.get(COUNT, count)).isTrue();
                assertThat((int) count.get(0)).isGreaterThanOrEqualTo(committed);
            }
            database.update(transaction ->
                    Objects.requireNonNull(transaction.bucket(BUCKET)).put(key(1), new byte[600]));
        }
    }
}
