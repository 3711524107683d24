package dev.plinth.walio;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.plinth.walio.frame.Crc32cChain;
import dev.plinth.walio.frame.Frame;
import dev.plinth.walio.frame.FrameBuffer;
import dev.plinth.walio.io.DiskFile;
import dev.plinth.walio.io.LinuxDisk;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The logs that etcd 3.5.30 and 3.7.1 wrote, read and written again. */
class RecordedLogTest {
    private static final WalOptions OPTIONS = WalOptions.defaults().withBackgroundFiller(false);

    /** A member whose first entry came behind a snapshot. */
    private static final String JOINED_BY_SNAPSHOT = "v35-cluster-m3";

    private final LinuxDisk disk = new LinuxDisk();
    @TempDir Path directory;
    private Path wal = Path.of("/");

    @BeforeEach
    void nameLog() {
        wal = directory.resolve("member/wal");
    }

    @ParameterizedTest
    @MethodSource("dev.plinth.walio.RecordedLog#all")
    void everyRecordReadsAsRecordedAndEncodesToTheSameBytes(RecordedLog log) throws IOException {
        log.writeTo(directory, false);
        LogDirectory names = new LogDirectory(disk, wal);
        List<DiskFile> files = names.openForReading(names.segments());
        int count = 0;
        try (RecordScanner scanner = new RecordScanner(files)) {
            SegmentCopies copies = new SegmentCopies();
            while (scanner.next()) {
                RecordedLog.StoredRecord expected = log.records().get(count++);
                String name = scanner.file().path().getFileName().toString();
                assertThat(name).isEqualTo(expected.file());
                assertThat(scanner.offset()).isEqualTo(expected.offset());
                assertThat(scanner.type()).isEqualTo(expected.type());
                assertThat(scanner.crc()).isEqualTo(expected.crc());
                assertThat(scanner.data().byteSize()).isEqualTo(Math.max(0, expected.dataLength()));
                copies.add(scanner);
            }
            assertThat(count).isEqualTo(log.records().size());
            assertThat(scanner.nextOffset()).isEqualTo(log.nextOffset());
            assertThat(scanner.chainValue()).isEqualTo(log.nextCrc());
            copies.assertEqualTo(wal);
        }
        for (DiskFile file : files) {
            file.close();
        }
    }

    /** Encodes each record again, segment by segment. */
    private static final class SegmentCopies {
        private final FrameBuffer buffer = new FrameBuffer(new Crc32cChain(), 1 << 20);
        private final List<String> names = new ArrayList<>();
        private final List<byte[]> contents = new ArrayList<>();

        void add(RecordScanner scanner) {
            String name = scanner.file().path().getFileName().toString();
            if (names.isEmpty() || !names.getLast().equals(name)) {
                finishSegment();
                names.add(name);
            }
            MemorySegment data = scanner.data();
            if (scanner.type() == Frame.TYPE_CRC) {
                buffer.putCrcRecord();
            } else if (scanner.offset() % 16 == 0) {
                buffer.put(scanner.type(), data, 0, (int) data.byteSize());
            } else {
                byte[] heap = data.toArray(ValueLayout.JAVA_BYTE);
                buffer.put(scanner.type(), heap, 0, heap.length);
            }
        }

        private void finishSegment() {
            if (!names.isEmpty()) {
                contents.add(
                        buffer.memory().asSlice(0, buffer.tail()).toArray(ValueLayout.JAVA_BYTE));
                buffer.clear();
            }
        }

        void assertEqualTo(Path wal) throws IOException {
            finishSegment();
            for (int i = 0; i < names.size(); i++) {
                byte[] original = Files.readAllBytes(wal.resolve(names.get(i)));
                byte[] copy = contents.get(i);
                assertThat(original).hasSizeGreaterThanOrEqualTo(copy.length);
                assertThat(Arrays.mismatch(original, copy)).as(names.get(i)).isIn(-1, copy.length);
            }
        }
    }

    @ParameterizedTest
    @MethodSource("dev.plinth.walio.RecordedLog#all")
    void marksAndStatesAreFound(RecordedLog log) throws IOException {
        log.writeTo(directory, false);
        List<SnapshotMark> marks = SnapshotMarks.valid(disk, wal);
        assertThat(marks.getLast().isSamePosition(log.lastValid())).isTrue();
        assertThat(marks)
                .extracting(SnapshotMark::index)
                .isEqualTo(
                        log.marks().stream()
                                .map(SnapshotMark::index)
                                .filter(index -> index <= log.state().commit())
                                .toList());
    }

    @ParameterizedTest
    @MethodSource("dev.plinth.walio.RecordedLog#all")
    void logGoesOnBehindTheLastRecord(RecordedLog log) throws IOException {
        for (boolean isFullSize : new boolean[] {true, false}) {
            log.writeTo(directory, isFullSize);
            SnapshotMark from = SnapshotMarks.valid(disk, wal).getLast();
            byte[] entry = TestRecords.entry(9, log.lastIndex() + 1, new byte[100]);
            try (WriteAheadLog open = open(from, log.lastIndex())) {
                Replay replay = open.replay();
                assertThat(replay.isSnapshotFound()).isTrue();
                assertThat(replay.entries()).hasSize(log.entriesFromLastValid());
                assertThat(replay.lastIndex()).isEqualTo(log.lastIndex());
                assertThat(replay.endOffset()).isEqualTo(log.nextOffset());
                LogState state = replay.state().orElseThrow();
                assertThat(state.term()).isEqualTo(log.state().term());
                assertThat(state.vote()).isEqualTo(log.state().vote());
                assertThat(state.commit()).isEqualTo(log.state().commit());
                open.appendEntry(log.lastIndex() + 1, entry, 0, entry.length);
                open.commit();
            }
            try (WriteAheadLog open = open(from, log.lastIndex() + 1)) {
                assertThat(open.replay().entries()).hasSize(log.entriesFromLastValid() + 1);
                assertThat(open.replay().entries().getLast().bytes()).isEqualTo(entry);
            }
            assertThat(disk.list(wal)).noneMatch(name -> name.endsWith(".broken"));
        }
    }

    @ParameterizedTest
    @MethodSource("dev.plinth.walio.RecordedLog#all")
    void replayFromTheStartNeedsAllEntries(RecordedLog log) throws IOException {
        log.writeTo(directory, false);
        if (log.hasGap() || log.name().equals(JOINED_BY_SNAPSHOT)) {
            // The log jumps over what a snapshot from the leader brought.
            assertThatThrownBy(() -> open(SnapshotMark.START, 0))
                    .isInstanceOfSatisfying(
                            WalException.class,
                            e -> assertThat(e.kind()).isEqualTo(WalException.Kind.INDEX_GAP))
                    .hasMessageStartingWith("wal: slice bounds out of range: snapshot[Index: 0,");
        } else {
            try (WriteAheadLog open = open(SnapshotMark.START, 0)) {
                assertThat(open.replay().entries()).hasSize(log.entriesFromStart());
            }
        }
    }

    private WriteAheadLog open(SnapshotMark from, long requiredIndex) throws IOException {
        return WriteAheadLog.open(disk, new TestClock(), wal, from, requiredIndex, OPTIONS);
    }
}
