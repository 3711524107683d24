package dev.plinth.walio;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.plinth.walio.io.Disk;
import dev.plinth.walio.io.LinuxDisk;
import dev.plinth.walio.io.SystemClock;
import dev.plinth.walio.io.sim.SimulatedDisk;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * A disk that fills up: told while the present segment still has room, and at the end nothing is
 * acknowledged that is not there, nor half of anything.
 */
@Timeout(60)
class FullDiskTest {
    private static final byte[] METADATA = {8, 1, 16, 2};
    private static final Path WAL = Path.of("/member/wal");
    private static final int SEGMENT_BYTES = 16 * 4096;

    private final TestClock clock = new TestClock();
    private final CountDownLatch told = new CountDownLatch(1);
    private final WalOptions options =
            WalOptions.defaults()
                    .withSegmentBytes(SEGMENT_BYTES)
                    .withBufferBytes(4 * 4096)
                    .withWritePath(WritePath.DIRECT_DSYNC)
                    .withObserver(
                            new WalObserver() {
                                @Override
                                public void ranOutOfSpace() {
                                    told.countDown();
                                }
                            });

    private SimulatedDisk disk = new SimulatedDisk();

    FullDiskTest() {
        disk.makeDurableDirectory(Path.of("/member"));
    }

    private static void append(WriteAheadLog log, long index, int payloadBytes) throws IOException {
        byte[] payload = new byte[payloadBytes];
        Arrays.fill(payload, (byte) index);
        byte[] entry = TestRecords.entry(1, index, payload);
        log.appendEntry(index, entry, 0, entry.length);
    }

    /** Commits entries until the log refuses one; gives the last one acknowledged. */
    private static long fill(WriteAheadLog log, int payloadBytes) {
        long acknowledged = 0;
        try {
            while (true) {
                append(log, acknowledged + 1, payloadBytes);
                log.commit();
                acknowledged++;
            }
        } catch (IOException e) {
            assertThat(e).isInstanceOf(WalFencedException.class);
            return acknowledged;
        }
    }

    private static List<Long> upTo(long last) {
        return LongStream.rangeClosed(1, last).boxed().toList();
    }

    private static List<Long> read(Disk disk, Path wal, WalOptions options) throws IOException {
        try (WriteAheadLog log =
                WriteAheadLog.open(
                        disk,
                        new TestClock(),
                        wal,
                        SnapshotMark.START,
                        0,
                        options.withBackgroundFiller(false))) {
            return log.replay().entries().stream().map(LogEntry::index).toList();
        }
    }

    @ParameterizedTest
    @ValueSource(longs = {0, 1, 2, 3, 4, 5, 6, 7, 8, 9})
    void isToldBeforeItIsHitAndLosesNothing(long seed) throws Exception {
        disk.faults().capacity(2 * SEGMENT_BYTES + SEGMENT_BYTES / 2);
        WriteAheadLog log = WriteAheadLog.create(disk, clock, WAL, METADATA, options);
        long before = 0;
        while (log.segments().size() < 2) {
            append(log, ++before, 1000);
            log.commit();
        }
        told.await();
        assertThat(log.isOutOfSpace()).isTrue();
        assertThat(log.isFenced()).isFalse();
        long last = before;
        try {
            while (true) {
                append(log, last + 1, 1000);
                log.commit();
                last++;
            }
        } catch (WalFencedException e) {
            assertThat(e).hasStackTraceContaining("no space or file for the next segment");
        }
        assertThat(last - before).as("room after it was told").isGreaterThan(40);
        assertThat(log.isFenced()).isTrue();
        log.close();
        disk = disk.crash(seed);
        disk.faults().capacity(Long.MAX_VALUE);
        assertThat(read(disk, WAL, options)).isEqualTo(upTo(last));
    }

    /** A record that outgrows its segment is the one write that the reserve does not cover. */
    @ParameterizedTest
    @ValueSource(longs = {0, 1, 2, 3, 4, 5, 6, 7, 8, 9})
    void aRecordThatNoLongerFitsIsNotHalfThere(long seed) throws IOException {
        WriteAheadLog log =
                WriteAheadLog.create(
                        disk, clock, WAL, METADATA, options.withBackgroundFiller(false));
        append(log, 1, 40_000);
        log.commit();
        disk.faults().capacity(SEGMENT_BYTES);
        append(log, 2, 40_000);
        assertThatThrownBy(log::commit)
                .isInstanceOf(WalFencedException.class)
                .hasMessageContaining("ENOSPC");
        log.close();
        disk = disk.crash(seed);
        assertThat(read(disk, WAL, options)).isEqualTo(List.of(1L));
    }

    @Test
    void realFileSystemFills(@TempDir Path directory) throws Exception {
        String mount = directory.toString();
        assumeTrue(
                exitCode("mount", "-t", "tmpfs", "-o", "size=400k", "plinth-test", mount) == 0,
                "cannot mount a small file system here");
        try {
            Disk real = new LinuxDisk();
            Path wal = directory.resolve("wal");
            long last;
            try (WriteAheadLog log =
                    WriteAheadLog.create(real, new SystemClock(), wal, METADATA, options)) {
                last = fill(log, 1000);
            }
            assertThat(last).isGreaterThan(2 * SEGMENT_BYTES / 1100);
            assertThat(exitCode("mount", "-o", "remount,size=4m", mount)).isZero();
            assertThat(read(real, wal, options)).isEqualTo(upTo(last));
        } finally {
            assertThat(exitCode("umount", mount)).isZero();
        }
    }

    private static int exitCode(String... command) throws InterruptedException {
        try {
            return new ProcessBuilder(command)
                    .redirectErrorStream(true)
                    .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                    .start()
                    .waitFor();
        } catch (IOException e) {
            return -1;
        }
    }
}
