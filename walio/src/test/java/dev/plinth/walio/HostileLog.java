package dev.plinth.walio;

import static org.assertj.core.api.Assertions.assertThat;

import dev.plinth.walio.frame.MalformedMessageException;
import dev.plinth.walio.io.DiskFile;
import dev.plinth.walio.io.OpenFlag;
import dev.plinth.walio.io.sim.SimulatedDisk;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * Does everything with a log whose segments may hold any bytes: reads its marks, scans and decodes
 * its records, opens it for writing, and, if it opens, goes on with it. Allowed are a typed
 * exception that leaves the files as they were, and a log that takes an entry and gives it back.
 */
final class HostileLog {
    /** A file of the log. */
    record Segment(long sequence, long firstIndex, byte[] content) {}

    private static final Path WAL = Path.of("/member/wal");
    private static final WalOptions OPTIONS =
            WalOptions.defaults()
                    .withSegmentBytes(4 * 4096)
                    .withBufferBytes(4 * 4096)
                    .withBackgroundFiller(false)
                    .withWritePath(WritePath.DIRECT_DSYNC);

    private final SimulatedDisk disk = new SimulatedDisk();

    private HostileLog(List<Segment> segments) throws IOException {
        disk.makeDurableDirectory(WAL);
        for (Segment segment : segments) {
            SegmentName name = new SegmentName(segment.sequence, segment.firstIndex);
            disk.putDurableFile(WAL.resolve(name.fileName()), segment.content);
        }
    }

    /** Returns normally or fails with what must not happen. */
    static void exercise(List<Segment> segments) {
        try {
            HostileLog log = new HostileLog(segments);
            log.scan();
            SnapshotMark from = log.lastMark();
            log.openThatIsRefused(from);
            log.open(SnapshotMark.START);
            log.open(from);
            assertThat(log.disk.openFileCount()).as("open files").isZero();
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    private SnapshotMark lastMark() throws IOException {
        try {
            List<SnapshotMark> marks = SnapshotMarks.valid(disk, WAL);
            return marks.isEmpty() ? SnapshotMark.START : marks.getLast();
        } catch (WalException e) {
            return SnapshotMark.START;
        }
    }

    /** Reads on behind bad checksums, as a dump does. */
    private void scan() throws IOException {
        List<DiskFile> files = new ArrayList<>();
        for (String name : disk.list(WAL)) {
            files.add(disk.open(WAL.resolve(name), 0, OpenFlag.READ));
        }
        try (RecordScanner scanner = new RecordScanner(files)) {
            while (hasNext(scanner)) {
                decode(scanner.data());
            }
        } finally {
            for (DiskFile file : files) {
                file.close();
            }
        }
    }

    private static boolean hasNext(RecordScanner scanner) throws IOException {
        while (true) {
            try {
                return scanner.next();
            } catch (WalException e) {
                if (e.kind() != WalException.Kind.CRC_MISMATCH) {
                    return false;
                }
                scanner.skipMismatch();
            }
        }
    }

    private static void decode(MemorySegment data) {
        try {
            RecordCodec.entry(data);
            RecordCodec.state(data);
            RecordCodec.snapshot(data);
        } catch (MalformedMessageException e) {
            // Refused, as it should be.
        }
    }

    private void openThatIsRefused(SnapshotMark from) throws IOException {
        List<byte[]> before = contents();
        long beyondAnyLog = -1;
        try (WriteAheadLog log =
                WriteAheadLog.open(disk, new TestClock(), WAL, from, beyondAnyLog, OPTIONS)) {
            assertThat(log.replay().lastIndex()).isEqualTo(beyondAnyLog);
        } catch (WalException e) {
            assertThat(contents()).usingRecursiveComparison().isEqualTo(before);
        }
    }

    private void open(SnapshotMark from) throws IOException {
        List<byte[]> before = contents();
        long index;
        try (WriteAheadLog log = open(from, 0)) {
            index = log.replay().lastIndex() + 1;
            if (index == 0) {
                return; // The log is at the last index that there is.
            }
            byte[] entry = TestRecords.entry(1, index, new byte[] {1, 2, 3});
            log.appendEntry(index, entry, 0, entry.length);
            log.commit();
        } catch (WalException e) {
            assertThat(contents()).usingRecursiveComparison().isEqualTo(before);
            return;
        }
        open(from, index).close();
    }

    private WriteAheadLog open(SnapshotMark from, long requiredIndex) throws IOException {
        return WriteAheadLog.open(disk, new TestClock(), WAL, from, requiredIndex, OPTIONS);
    }

    private List<byte[]> contents() throws IOException {
        List<byte[]> contents = new ArrayList<>();
        for (String name : disk.list(WAL)) {
            contents.add(disk.content(WAL.resolve(name)));
        }
        return contents;
    }
}
