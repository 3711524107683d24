package dev.plinth.walio;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

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
import java.nio.file.Path;
import java.util.Arrays;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Damage in the segments of a log that is in use. */
class LogScrubTest {
    private static final Path WAL = Path.of("/member/wal");
    private static final int SEGMENT_BYTES = 16 * 4096;
    private static final int ENTRY_BYTES = 3000;
    private static final int ENTRIES_PER_COMMIT = 4;
    private static final int SEGMENTS = 5;
    private static final long TURN_BYTES = 8192;

    private final SimulatedDisk disk = new SimulatedDisk();
    private WriteAheadLog log;
    private LogScrub scrub;
    private long lastIndex;

    @BeforeEach
    void writeSegments() throws IOException {
        disk.makeDurableDirectory(Path.of("/member"));
        log =
                WriteAheadLog.create(
                        disk,
                        new TestClock(),
                        WAL,
                        new byte[] {8, 1, 16, 2},
                        WalOptions.defaults()
                                .withSegmentBytes(SEGMENT_BYTES)
                                .withBufferBytes(4 * 4096)
                                .withBackgroundFiller(false)
                                .withWritePath(WritePath.DIRECT_DSYNC));
        scrub = new LogScrub(disk, log);
        while (log.segments().size() < SEGMENTS) {
            append();
        }
    }

    private void append() throws IOException {
        for (int i = 0; i < ENTRIES_PER_COMMIT; i++) {
            byte[] payload = new byte[ENTRY_BYTES];
            Arrays.fill(payload, (byte) ++lastIndex);
            byte[] entry = TestRecords.entry(1, lastIndex, payload);
            log.appendEntry(lastIndex, entry, 0, entry.length);
        }
        log.commit();
    }

    @AfterEach
    void nothingIsLeftOpen() throws IOException {
        scrub.close();
        log.close();
        assertThat(disk.openFileCount()).isZero();
    }

    @Test
    void aSoundLogIsReadThroughWhileItGrows() throws IOException {
        long read = pass();
        // The last segment is written to, the one before has no complete successor.
        assertThat(read).isBetween((SEGMENTS - 2L) * SEGMENT_BYTES, SEGMENTS * 2L * SEGMENT_BYTES);
        assertThat(pass()).isEqualTo(read);
    }

    private long pass() throws IOException {
        long read = 0;
        for (LogScrub.Turn turn = scrub.turn(TURN_BYTES);
                !turn.isComplete();
                turn = scrub.turn(TURN_BYTES)) {
            assertThat(turn.readBytes()).isLessThan(TURN_BYTES + 2 * ENTRY_BYTES);
            read += turn.readBytes();
        }
        return read;
    }

    @Test
    void oneBitOfAnyClosedSegmentIsFoundWithItsPlace() throws IOException {
        for (int segment = 0; segment < SEGMENTS - 2; segment++) {
            Path path = log.segments().get(segment);
            int at = disk.content(path).length / 2;
            flip(path, at);
            assertThatThrownBy(this::pass)
                    .isInstanceOfSatisfying(
                            WalException.class,
                            e -> {
                                assertThat(e.kind()).isEqualTo(WalException.Kind.CRC_MISMATCH);
                                assertThat(e.file()).isEqualTo(path.toString());
                                assertThat(e.offset())
                                        .isBetween((long) at - ENTRY_BYTES - 64, (long) at);
                            });
            flip(path, at);
            assertThat(pass()).isPositive();
        }
    }

    @Test
    void aSegmentThatEndsEarlyDoesNotFitItsSuccessor() throws IOException {
        try (DiskFile file = disk.open(log.segments().get(1), 0, OpenFlag.WRITE)) {
            file.ftruncate(SEGMENT_BYTES / 2);
        }
        assertThatThrownBy(this::pass).isInstanceOf(WalException.class);
    }

    @Test
    void whatTheDeviceCannotReadIsNoSmallerDamage() {
        disk.faults().fail(CallKind.READ, log.segments().get(2)::equals, 1, Errno.EIO);
        assertThatThrownBy(this::pass)
                .isInstanceOfSatisfying(
                        PosixException.class, e -> assertThat(e.errno()).isEqualTo(Errno.EIO));
    }

    @Test
    void whatTheLogHasLetGoOfIsNobodysConcern() throws IOException {
        scrub.turn(TURN_BYTES);
        Path first = log.segments().getFirst();
        flip(first, disk.content(first).length / 2);
        log.releaseTo(lastIndex);
        assertThat(log.segments()).doesNotContain(first);
        assertThat(pass()).isNotNegative();
    }

    private void flip(Path path, int at) throws IOException {
        try (Arena arena = Arena.ofConfined();
                DiskFile file = disk.open(path, 0, OpenFlag.READ, OpenFlag.WRITE)) {
            MemorySegment one = arena.allocate(1);
            file.pread(one, at);
            one.set(ValueLayout.JAVA_BYTE, 0, (byte) (one.get(ValueLayout.JAVA_BYTE, 0) ^ 1));
            file.pwrite(one, at);
        }
    }
}
