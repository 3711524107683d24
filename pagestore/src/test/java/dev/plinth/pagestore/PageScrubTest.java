package dev.plinth.pagestore;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.plinth.walio.io.Disk;
import dev.plinth.walio.io.DiskFile;
import dev.plinth.walio.io.Errno;
import dev.plinth.walio.io.OpenFlag;
import dev.plinth.walio.io.PosixException;
import dev.plinth.walio.io.sim.CallKind;
import dev.plinth.walio.io.sim.SimulatedDisk;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Damage in the pages of a database that is in use. */
class PageScrubTest {
    private static final Path PATH = Path.of("/data/db");
    private static final int KEYS = 400;
    private static final int HUGE_VALUE_BYTES = 20_000;
    private static final byte[] BIG = {1};
    private static final byte[] NESTED = {2};
    private static final byte[] INLINE = {3};

    private final SimulatedDisk disk = new SimulatedDisk();
    private final SplittableRandom random = new SplittableRandom(7);
    private Database database;

    @BeforeEach
    void fill() {
        disk.makeDurableDirectory(Path.of("/data"));
        database =
                Database.open(
                        disk,
                        PATH,
                        Options.defaults()
                                .withPageSize(1024)
                                .withDurability(Durability.AT_CHECKPOINT));
        database.update(transaction -> {
            Bucket big = transaction.createBucketIfMissing(BIG);
            for (int key = 0; key < KEYS; key++) {
                big.put(key(key), new byte[key % 50 == 0 ? HUGE_VALUE_BYTES : 100]);
            }
            Bucket nested = big.createBucketIfMissing(NESTED);
            for (int key = 0; key < KEYS; key++) {
                nested.put(key(key), new byte[40]);
            }
            transaction.createBucketIfMissing(INLINE).put(key(1), new byte[8]);
        });
        database.checkpoint();
    }

    @AfterEach
    void close() {
        database.close();
        assertThat(disk.openFileCount()).isZero();
    }

    private static byte[] key(int number) {
        return ByteBuffer.allocate(5).put((byte) 9).putInt(number).array();
    }

    @Test
    void allPagesInUseAreReadWhateverTheTurns() throws IOException {
        for (long bytes : new long[] {1, 3000, Long.MAX_VALUE}) {
            assertThat(pass(new PageScrub(disk, database), bytes))
                    .isGreaterThanOrEqualTo(database.stats().inUseBytes() - 2 * 1024);
        }
    }

    private static long pass(PageScrub scrub, long turnBytes) throws IOException {
        long read = 0;
        PageScrub.Turn turn;
        do {
            turn = scrub.turn(turnBytes);
            read += turn.readBytes();
        } while (!turn.isComplete());
        return read;
    }

    @Test
    void damageOfAnyPageInUseIsFoundWithItsPlace() throws IOException {
        PageScrub scrub = new PageScrub(disk, database);
        List<Long> runs = runsInUse();
        assertThat(runs).hasSizeGreaterThan(80);
        for (long run : runs) {
            flip(run * 1024);
            assertThatThrownBy(() -> pass(scrub, 2000))
                    .isInstanceOfSatisfying(
                            DatabaseException.Corrupted.class,
                            e -> {
                                assertThat(e.page()).isEqualTo(run);
                                assertThat(e.file()).isEqualTo(PATH.toString());
                            });
            flip(run * 1024);
        }
        assertThat(pass(scrub, 2000)).isPositive();
    }

    private List<Long> runsInUse() {
        List<Long> runs = new ArrayList<>();
        try (ReadTransaction transaction = database.beginDurableRead()) {
            for (long page = 2; ; ) {
                PageInfo info = transaction.page(page);
                if (info == null) {
                    return runs;
                }
                boolean isFree = info.type().equals("free");
                if (!isFree) {
                    runs.add(page);
                }
                page += isFree ? 1 : info.overflow() + 1;
            }
        }
    }

    @Test
    void aPageInAnothersPlaceIsFoundByItsKeys() throws IOException {
        byte[] content = disk.content(PATH);
        List<Long> leaves = new ArrayList<>();
        for (long run : runsInUse()) {
            if (content[(int) run * 1024 + 8] == 2 && content[(int) run * 1024 + 12] == 0) {
                leaves.add(run);
            }
        }
        // All but its number of one leaf, as of a write that went astray, into another's place.
        long stray = leaves.get(leaves.size() / 2);
        long place = leaves.get(leaves.size() / 2 + 1);
        try (Arena arena = Arena.ofConfined();
                DiskFile file = disk.open(PATH, 0, OpenFlag.READ, OpenFlag.WRITE)) {
            MemorySegment page = arena.allocate(1024 - 8);
            file.pread(page, stray * 1024 + 8);
            file.pwrite(page, place * 1024 + 8);
        }
        assertThatThrownBy(() -> pass(new PageScrub(disk, database), 1))
                .isInstanceOfSatisfying(
                        DatabaseException.Corrupted.class,
                        e -> assertThat(e.page()).isEqualTo(place));
    }

    @Test
    void changesBetweenTurnsAreNoDamage() throws IOException {
        PageScrub scrub = new PageScrub(disk, database);
        int passes = 0;
        for (int i = 0; passes < 3; i++) {
            passes += scrub.turn(2000).isComplete() ? 1 : 0;
            int round = i;
            database.update(transaction -> change(transaction, round));
            if (i % 3 == 0) {
                database.checkpoint();
            }
        }
    }

    private void change(WriteTransaction transaction, int round) {
        Bucket big = transaction.createBucketIfMissing(BIG);
        for (int i = 0; i < 20; i++) {
            byte[] key = key(random.nextInt(2 * KEYS));
            if (random.nextBoolean()) {
                big.put(key, new byte[random.nextInt(10) == 0 ? HUGE_VALUE_BYTES : 100]);
            } else {
                big.delete(key);
            }
        }
        if (round % 10 == 9) {
            big.deleteBucket(NESTED);
        } else {
            big.createBucketIfMissing(NESTED).put(key(random.nextInt(KEYS)), new byte[300]);
        }
    }

    @Test
    void whatTheDeviceCannotReadIsToldWithItsPlace() {
        disk.faults().fail(CallKind.READ, 3, Errno.EIO);
        assertThatThrownBy(() -> pass(new PageScrub(disk, database), 1))
                .isInstanceOfSatisfying(
                        PosixException.class, e -> assertThat(e.errno()).isEqualTo(Errno.EIO))
                .hasMessageContaining(PATH.toString());
    }

    @Test
    void aFileSystemWithoutDirectAccessIsReadThroughItsCache() throws IOException {
        disk.faults().refuseDirect();
        assertThat(pass(new PageScrub(disk, database), 2000)).isPositive();
    }

    @Test
    void anotherFileOfThatNameIsLeftAlone() throws IOException {
        disk.putDurableFile(Path.of("/data/other"), new byte[100_000]);
        disk.rename(Path.of("/data/other"), PATH);
        assertThat(new PageScrub(disk, database).turn(1000))
                .isEqualTo(new PageScrub.Turn(0, false));
    }

    private void flip(long at) throws IOException {
        try (Arena arena = Arena.ofConfined();
                DiskFile file = disk.open(PATH, Disk.OWNER_FILE, OpenFlag.READ, OpenFlag.WRITE)) {
            MemorySegment one = arena.allocate(1);
            file.pread(one, at);
            one.set(ValueLayout.JAVA_BYTE, 0, (byte) (one.get(ValueLayout.JAVA_BYTE, 0) ^ 0x40));
            file.pwrite(one, at);
        }
    }
}
