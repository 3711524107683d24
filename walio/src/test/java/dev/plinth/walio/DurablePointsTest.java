package dev.plinth.walio;

import static org.assertj.core.api.Assertions.assertThat;

import dev.plinth.walio.io.sim.SimulatedDisk;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.stream.LongStream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Syncs that no reader sees missing until power is lost at the wrong moment: of what was read at
 * the start, of zeros over what an unfinished batch left, and of zeros in a segment that is used
 * again. Each seed is another choice of what the disk keeps of what was not synced; some keep
 * nothing.
 */
class DurablePointsTest {
    private static final byte[] METADATA = {8, 1, 16, 2};
    private static final Path WAL = Path.of("/member/wal");
    private static final Path FIRST = WAL.resolve("0000000000000000-0000000000000000.wal");
    private static final int BLOCK = 4096;
    private static final WalOptions OPTIONS =
            WalOptions.defaults()
                    .withSegmentBytes(8 * BLOCK)
                    .withBufferBytes(4 * BLOCK)
                    .withBackgroundFiller(false)
                    .withWritePath(WritePath.DIRECT_DSYNC);

    private final TestClock clock = new TestClock();
    private SimulatedDisk disk = new SimulatedDisk();

    DurablePointsTest() {
        disk.makeDurableDirectory(Path.of("/member"));
    }

    static LongStream seeds() {
        return LongStream.range(0, 25);
    }

    private WriteAheadLog create(WalOptions options) throws IOException {
        return WriteAheadLog.create(disk, clock, WAL, METADATA, options);
    }

    private WriteAheadLog open() throws IOException {
        return WriteAheadLog.open(disk, clock, WAL, SnapshotMark.START, 0, OPTIONS);
    }

    private static void commit(WriteAheadLog log, long index, int payloadBytes) throws IOException {
        byte[] payload = new byte[payloadBytes];
        Arrays.fill(payload, (byte) 7);
        byte[] entry = TestRecords.entry(1, index, payload);
        log.appendEntry(index, entry, 0, entry.length);
        log.commit();
    }

    private static List<Long> indexes(WriteAheadLog log) {
        return log.replay().entries().stream().map(LogEntry::index).toList();
    }

    /** A process that was killed has left its batches in the page cache; the next one answers. */
    @ParameterizedTest
    @MethodSource("seeds")
    void whatWasReadAtTheStartSurvivesThePowerLossAfterIt(long seed) throws IOException {
        create(OPTIONS).close();
        WriteAheadLog unsynced =
                WriteAheadLog.open(
                        disk, clock, WAL, SnapshotMark.START, 0, OPTIONS.withSync(false));
        for (int i = 1; i <= 20; i++) {
            commit(unsynced, i, 700);
        }
        disk = disk.kill();
        WriteAheadLog reader = open();
        List<Long> read = indexes(reader);
        assertThat(read).hasSize(20);
        disk = disk.crash(seed);
        try (WriteAheadLog again = open()) {
            assertThat(indexes(again)).isEqualTo(read);
        }
    }

    /** Else a record that ends where the garbage begins would be followed by it. */
    @ParameterizedTest
    @MethodSource("seeds")
    void whatAnUnfinishedBatchLeftDoesNotComeBack(long seed) throws IOException {
        try (WriteAheadLog log = create(OPTIONS)) {
            commit(log, 1, 100);
        }
        byte[] content = disk.content(FIRST);
        // The first sectors of the batch did not arrive, later ones did.
        Arrays.fill(content, BLOCK, 3 * BLOCK, (byte) 0x5a);
        disk.putDurableFile(FIRST, content);
        open();
        disk = disk.crash(seed);
        byte[] left = disk.content(FIRST);
        assertThat(Arrays.copyOfRange(left, BLOCK, left.length)).containsOnly(0);
    }

    /** Else the records of its earlier life would stand behind the new ones. */
    @ParameterizedTest
    @MethodSource("seeds")
    void aSegmentThatIsUsedAgainHoldsNothingOfItsEarlierLife(long seed) throws IOException {
        WriteAheadLog log = create(OPTIONS);
        long index = 0;
        while (log.segments().size() < 4) {
            commit(log, ++index, 3000);
        }
        log.releaseTo(index);
        assertThat(log.purge(2)).isNotEmpty();
        assertThat(disk.list(WAL))
                .as("kept to be used again")
                .anyMatch(DurablePointsTest::isKeptForUse);
        Path before = log.segments().getLast();
        while (log.segments().getLast().equals(before)) {
            commit(log, ++index, 3000);
        }
        assertThat(disk.list(WAL)).noneMatch(DurablePointsTest::isKeptForUse);
        Path segment = log.segments().getLast();
        long end = log.position();
        disk = disk.crash(seed);
        byte[] left = disk.content(segment);
        assertThat(left).hasSizeGreaterThan((int) end);
        assertThat(Arrays.copyOfRange(left, (int) end, left.length)).containsOnly(0);
    }

    private static boolean isKeptForUse(String name) {
        return name.startsWith("recycled-");
    }
}
