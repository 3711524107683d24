package dev.plinth.walio;

import static org.assertj.core.api.Assertions.assertThat;

import dev.plinth.walio.io.LinuxDisk;
import dev.plinth.walio.io.SystemClock;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Appends of some hours as a busy member makes them, with its snapshots and purges, in a scale of
 * 1:64 and without the pauses: the directory must not grow with time.
 *
 * <p>At full scale a virtual second is 1000 puts of 1 KiB; here it is one commit of 16 KiB into
 * segments of 1 MB, so a day is the same 1400 segments. A snapshot each 10 000 entries keeps 5000
 * for followers, and each 30 s at most five segments are left, as by default.
 *
 * <p>{@code mvn test -pl walio -am -Dtest=DayOfAppendsTest -Dtest.args=-Dplinth.wal.hours=24
 * -Dsurefire.failIfNoSpecifiedTests=false} is a day, of some twenty seconds.
 */
class DayOfAppendsTest {
    private static final int HOURS_DEFAULT = 1;
    private static final int SECONDS_PER_HOUR = 3600;
    private static final long SEGMENT_BYTES = 245L * 4096;
    private static final int ENTRIES_PER_SECOND = 16;
    private static final int ENTRY_BYTES = 1000;
    private static final int SNAPSHOT_ENTRIES = 10_000;
    private static final int CATCH_UP_ENTRIES = 5_000;
    private static final int PURGE_SECONDS = 30;
    private static final int SEGMENTS_MAX = 5;

    /** Those that entries of two snapshots lie in, the next one, one to be used again, rounding. */
    private static final int FILES_MAX =
            (int) (2L * SNAPSHOT_ENTRIES * ENTRY_BYTES / SEGMENT_BYTES) + SEGMENTS_MAX + 3;

    private long cuts;

    @Test
    void diskUseIsBounded(@TempDir Path directory) throws IOException {
        long seconds =
                (long) Integer.getInteger("plinth.wal.hours", HOURS_DEFAULT) * SECONDS_PER_HOUR;
        WalOptions options =
                WalOptions.defaults()
                        .withSegmentBytes(SEGMENT_BYTES)
                        .withObserver(
                                new WalObserver() {
                                    @Override
                                    public void cut(Path segment) {
                                        cuts++;
                                    }
                                });
        Path wal = directory.resolve("wal");
        long mostBytes = 0;
        long mostFiles = 0;
        try (WriteAheadLog log =
                WriteAheadLog.create(
                        new LinuxDisk(), new SystemClock(), wal, new byte[] {8, 1}, options)) {
            byte[] payload = new byte[ENTRY_BYTES];
            Arrays.fill(payload, (byte) 3);
            long index = 0;
            for (long second = 1; second <= seconds; second++) {
                for (int i = 0; i < ENTRIES_PER_SECOND; i++) {
                    byte[] entry = TestRecords.entry(1, ++index, payload);
                    log.appendEntry(index, entry, 0, entry.length);
                    if (index % SNAPSHOT_ENTRIES == 0) {
                        log.appendSnapshot(new SnapshotMark(index, 1, new byte[] {8, 1}));
                        log.releaseTo(index - CATCH_UP_ENTRIES);
                    }
                }
                log.commit();
                if (second % PURGE_SECONDS == 0) {
                    mostBytes = Math.max(mostBytes, bytesIn(wal));
                    mostFiles = Math.max(mostFiles, filesIn(wal));
                    log.purge(SEGMENTS_MAX);
                }
            }
            assertThat(cuts)
                    .as("segments written")
                    .isGreaterThan(index * ENTRY_BYTES / SEGMENT_BYTES - 1);
        }
        System.out.printf(
                "%d virtual hours: %d segments written, at most %d files of %d KiB in all%n",
                seconds / SECONDS_PER_HOUR, cuts, mostFiles, mostBytes >> 10);
        assertThat(mostFiles).isLessThanOrEqualTo(FILES_MAX);
        assertThat(mostBytes).isLessThanOrEqualTo(FILES_MAX * SEGMENT_BYTES);
    }

    private static long filesIn(Path directory) throws IOException {
        try (Stream<Path> files = Files.list(directory)) {
            return files.count();
        }
    }

    private static long bytesIn(Path directory) throws IOException {
        try (Stream<Path> files = Files.list(directory)) {
            long bytes = 0;
            for (Path file : files.toList()) {
                bytes += Files.exists(file) ? Files.size(file) : 0;
            }
            return bytes;
        }
    }
}
