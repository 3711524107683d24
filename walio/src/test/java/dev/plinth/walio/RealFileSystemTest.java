package dev.plinth.walio;

import static org.assertj.core.api.Assertions.assertThat;

import dev.plinth.walio.image.MountedImage;
import dev.plinth.walio.io.LinuxDisk;
import dev.plinth.walio.io.SystemClock;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The log on file systems of the running kernel, each way of writing, read from the device. */
@Timeout(180)
class RealFileSystemTest {
    private static final int ENTRIES = 40;
    private static final WalOptions SMALL = WalOptions.defaults().withSegmentBytes(16 * 4096);

    @TempDir Path directory;

    private final LinuxDisk disk = new LinuxDisk();

    @ParameterizedTest
    @EnumSource(MountedImage.Kind.class)
    void committedEntriesAreThereAfterTheFileSystemWasTakenAway(MountedImage.Kind kind)
            throws IOException, InterruptedException {
        try (MountedImage image = new MountedImage(directory, kind)) {
            List<byte[]> written = new ArrayList<>();
            Path wal = image.path().resolve("wal");
            try (WriteAheadLog log =
                    WriteAheadLog.create(
                            disk, new SystemClock(), wal, new byte[] {8, 1, 16, 2}, SMALL)) {
                append(log, written);
            }
            for (WritePath path : WritePath.values()) {
                image.remount();
                try (WriteAheadLog log = open(wal, SMALL.withWritePath(path))) {
                    assertThat(bytes(log)).isDeepEqualTo(written.toArray(byte[][]::new));
                    append(log, written);
                    assertThat(log.segments()).hasSizeGreaterThan(1);
                }
            }
            image.remount();
            try (WriteAheadLog log = open(wal, SMALL)) {
                assertThat(bytes(log)).isDeepEqualTo(written.toArray(byte[][]::new));
            }
        }
    }

    private WriteAheadLog open(Path wal, WalOptions options) throws IOException {
        return WriteAheadLog.open(disk, new SystemClock(), wal, SnapshotMark.START, 0, options);
    }

    private static byte[][] bytes(WriteAheadLog log) {
        return log.replay().entries().stream().map(LogEntry::bytes).toArray(byte[][]::new);
    }

    private static void append(WriteAheadLog log, List<byte[]> written) throws IOException {
        for (int i = 0; i < ENTRIES; i++) {
            long index = written.size() + 1L;
            byte[] entry = TestRecords.entry(1, index, new byte[100 * i]);
            log.appendEntry(index, entry, 0, entry.length);
            log.appendState(TestRecords.state(1, 1, index));
            log.commit();
            written.add(entry);
        }
    }
}
