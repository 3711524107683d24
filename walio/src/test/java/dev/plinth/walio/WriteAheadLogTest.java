package dev.plinth.walio;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.plinth.walio.io.Clock;
import dev.plinth.walio.io.Disk;
import dev.plinth.walio.io.Errno;
import dev.plinth.walio.io.LinuxDisk;
import dev.plinth.walio.io.sim.CallKind;
import dev.plinth.walio.io.sim.SimulatedDisk;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class WriteAheadLogTest {
    private static final byte[] METADATA = {8, 1, 16, 2};
    private static final Path WAL = Path.of("/member/wal");
    private static final WalOptions SMALL =
            WalOptions.defaults()
                    .withSegmentBytes(16 * 4096)
                    .withBufferBytes(4 * 4096)
                    .withBackgroundFiller(false)
                    .withWritePath(WritePath.DIRECT_DSYNC);

    private final Clock clock = new TestClock();
    private SimulatedDisk disk = new SimulatedDisk();

    WriteAheadLogTest() {
        disk.makeDurableDirectory(Path.of("/member"));
    }

    private WriteAheadLog create() throws IOException {
        return WriteAheadLog.create(disk, clock, WAL, METADATA, SMALL);
    }

    private WriteAheadLog open(SnapshotMark from) throws IOException {
        return WriteAheadLog.open(disk, clock, WAL, from, 0, SMALL);
    }

    private static byte[] append(WriteAheadLog log, long term, long index, int payloadBytes)
            throws IOException {
        byte[] payload = new byte[payloadBytes];
        Arrays.fill(payload, (byte) index);
        byte[] entry = TestRecords.entry(term, index, payload);
        log.appendEntry(index, entry, 0, entry.length);
        return entry;
    }

    private static List<Long> indexes(WriteAheadLog log) {
        return log.replay().entries().stream().map(LogEntry::index).toList();
    }

    @Test
    void newLogHoldsMetadataAndTheFirstMark() throws IOException {
        assertThat(WriteAheadLog.exists(disk, WAL)).isFalse();
        create().close();
        assertThat(WriteAheadLog.exists(disk, WAL)).isTrue();
        assertThat(disk.list(WAL)).containsExactly("0000000000000000-0000000000000000.wal");
        byte[] content = disk.content(WAL.resolve("0000000000000000-0000000000000000.wal"));
        assertThat(content).hasSize(16 * 4096);
        // The head that the reference writes: length word, crc record with value 0, padding.
        assertThat(Arrays.copyOf(content, 16))
                .containsExactly(4, 0, 0, 0, 0, 0, 0, (byte) 0x84, 8, 4, 16, 0, 0, 0, 0, 0);
        try (WriteAheadLog log = open(SnapshotMark.START)) {
            assertThat(log.metadata()).isEqualTo(METADATA);
            assertThat(log.replay().isSnapshotFound()).isTrue();
            assertThat(log.replay().entries()).isEmpty();
            assertThat(log.replay().state()).isEmpty();
        }
        assertThat(disk.openFileCount()).isZero();
    }

    @Test
    void secondLogInADirectoryIsRefused() throws IOException {
        create().close();
        assertThatThrownBy(this::create)
                .isInstanceOfSatisfying(
                        WalException.class,
                        e -> assertThat(e.kind()).isEqualTo(WalException.Kind.ALREADY_EXISTS));
    }

    @Test
    void committedRecordsComeBackAsStored() throws IOException {
        List<byte[]> stored = new ArrayList<>();
        try (WriteAheadLog log = create()) {
            for (int i = 1; i <= 20; i++) {
                stored.add(append(log, 1, i, i * 37));
                if (i % 3 == 0) {
                    log.appendState(TestRecords.state(1, 7, i));
                    log.commit();
                    assertThat(log.hasUncommitted()).isFalse();
                }
            }
        }
        try (WriteAheadLog log = open(SnapshotMark.START)) {
            assertThat(log.replay().entries().stream().map(LogEntry::bytes).toArray())
                    .isEqualTo(stored.toArray());
            LogState state = log.replay().state().orElseThrow();
            assertThat(state.term()).isEqualTo(1);
            assertThat(state.vote()).isEqualTo(7);
            assertThat(state.commit()).isEqualTo(18);
            append(log, 2, 21, 5);
        }
        try (WriteAheadLog log = open(SnapshotMark.START)) {
            assertThat(log.replay().lastIndex()).isEqualTo(21);
        }
    }

    @Test
    void nativeMemoryIsStoredAsHeapMemoryIs() throws IOException {
        byte[] entry = TestRecords.entry(1, 1, "payload".getBytes(US_ASCII));
        try (WriteAheadLog log = create();
                Arena arena = Arena.ofConfined()) {
            MemorySegment memory = arena.allocateFrom(ValueLayout.JAVA_BYTE, entry);
            log.appendEntry(1, memory, 0, entry.length);
        }
        try (WriteAheadLog log = open(SnapshotMark.START)) {
            assertThat(log.replay().entries().getFirst().bytes()).isEqualTo(entry);
        }
    }

    @Test
    void entriesOverwrittenByANewLeaderAreDropped() throws IOException {
        try (WriteAheadLog log = create()) {
            for (int i = 1; i <= 9; i++) {
                append(log, 1, i, 10);
            }
            append(log, 2, 5, 10);
            append(log, 2, 6, 10);
        }
        try (WriteAheadLog log = open(SnapshotMark.START)) {
            assertThat(indexes(log)).containsExactly(1L, 2L, 3L, 4L, 5L, 6L);
            assertThat(log.replay().entries().getLast().term()).isEqualTo(2);
        }
    }

    @Test
    void fullSegmentIsCutAndTheLogGoesOn() throws IOException {
        int index = 0;
        try (WriteAheadLog log = create()) {
            while (log.segments().size() < 4) {
                append(log, 1, ++index, 900);
                log.appendState(TestRecords.state(1, 1, index));
                log.commit();
            }
        }
        try (WriteAheadLog log = open(SnapshotMark.START)) {
            assertThat(log.segments()).hasSize(4);
            assertThat(log.replay().entries()).hasSize(index);
            assertThat(log.replay().lastIndex()).isEqualTo(index);
            assertThat(log.replay().state().orElseThrow().commit()).isEqualTo(index);
        }
        List<String> names = disk.list(WAL);
        assertThat(names).hasSize(4);
        SegmentName second = SegmentName.parse(names.get(1)).orElseThrow();
        assertThat(second.sequence()).isEqualTo(1);
        byte[] first = disk.content(WAL.resolve(names.getFirst()));
        assertThat(first.length).as("trimmed to its last record").isGreaterThan(16 * 4096);
        assertThat(first.length % 8).isZero();
        // Metadata and state are repeated at the head, so the log can be read from any segment.
        SnapshotMark from = new SnapshotMark(second.firstIndex(), 1, null);
        disk.unlink(WAL.resolve(names.getFirst()));
        try (WriteAheadLog log = open(from)) {
            assertThat(log.metadata()).isEqualTo(METADATA);
            assertThat(log.replay().isSnapshotFound()).isFalse();
            assertThat(log.replay().entries().getFirst().index())
                    .isEqualTo(second.firstIndex() + 1);
        }
    }

    @Test
    void recordsLargerThanBufferAndSegmentAreReadBack() throws IOException {
        byte[] large;
        try (WriteAheadLog log = create()) {
            append(log, 1, 1, 10);
            large = append(log, 1, 2, 40 * 4096);
            append(log, 1, 3, 10);
            log.commit();
            append(log, 1, 4, 10);
            log.commit();
            assertThat(log.segments()).hasSize(2);
        }
        try (WriteAheadLog log = open(SnapshotMark.START)) {
            assertThat(indexes(log)).containsExactly(1L, 2L, 3L, 4L);
            assertThat(log.replay().entries().get(1).bytes()).isEqualTo(large);
        }
    }

    @Test
    void batchesBeyondTheBufferAreWrittenEarly() throws IOException {
        try (WriteAheadLog log = create()) {
            for (int i = 1; i <= 100; i++) {
                append(log, 1, i, 500);
            }
            log.commit();
        }
        try (WriteAheadLog log = open(SnapshotMark.START)) {
            assertThat(log.replay().entries()).hasSize(100);
        }
    }

    @Test
    void replayBeginsBehindASnapshotMark() throws IOException {
        SnapshotMark mark = new SnapshotMark(5, 1, new byte[] {8, 1, 40, 0});
        try (WriteAheadLog log = create()) {
            for (int i = 1; i <= 8; i++) {
                append(log, 1, i, 10);
            }
            log.appendState(TestRecords.state(1, 1, 8));
            log.appendSnapshot(mark);
            log.appendSnapshot(new SnapshotMark(9, 1, new byte[] {8, 1}));
            log.commit();
        }
        List<SnapshotMark> marks = SnapshotMarks.valid(disk, WAL);
        assertThat(marks).extracting(SnapshotMark::index).containsExactly(0L, 5L);
        assertThat(marks.getLast().confState()).containsExactly(8, 1, 40, 0);
        try (WriteAheadLog log = open(marks.getLast())) {
            assertThat(log.replay().isSnapshotFound()).isTrue();
            assertThat(indexes(log)).containsExactly(6L, 7L, 8L);
        }
        assertThatThrownBy(() -> open(new SnapshotMark(5, 3, null)))
                .hasMessageStartingWith("wal: snapshot mismatch");
    }

    @Test
    void logThatEndsBeforeTheDatabaseIsRefusedAndLeftAlone() throws IOException {
        try (WriteAheadLog log = create()) {
            append(log, 1, 1, 10);
        }
        byte[] before = disk.content(WAL.resolve(disk.list(WAL).getFirst()));
        assertThatThrownBy(() -> WriteAheadLog.open(disk, clock, WAL, SnapshotMark.START, 2, SMALL))
                .isInstanceOfSatisfying(
                        WalException.class,
                        e -> {
                            assertThat(e.kind()).isEqualTo(WalException.Kind.ENDS_EARLY);
                            assertThat(e.offset()).isPositive();
                        })
                .hasMessageContaining("the database holds entry 2, the log ends at 1");
        assertThat(disk.content(WAL.resolve(disk.list(WAL).getFirst()))).isEqualTo(before);
        assertThat(disk.openFileCount()).isZero();
    }

    @Test
    void lockedLogIsNamed() throws IOException {
        try (WriteAheadLog log = create()) {
            assertThat(log.isFenced()).isFalse();
            assertThatThrownBy(() -> open(SnapshotMark.START))
                    .hasMessage(
                            "fileutil: file already locked:"
                                    + " /member/wal/0000000000000000-0000000000000000.wal");
        }
    }

    @ParameterizedTest
    @EnumSource(
            value = CallKind.class,
            names = {"WRITE", "SYNC"})
    void failedWriteOrSyncFencesTheLogForGood(CallKind kind) throws IOException {
        WriteAheadLog log = create();
        append(log, 1, 1, 10);
        log.commit();
        disk.faults().fail(kind, 1, Errno.EIO);
        append(log, 1, 2, 10);
        assertThatThrownBy(log::commit)
                .isInstanceOf(WalFencedException.class)
                .hasMessageContaining("[EIO]");
        assertThat(log.isFenced()).isTrue();
        assertThatThrownBy(log::commit).isInstanceOf(WalFencedException.class);
        assertThatThrownBy(() -> append(log, 1, 3, 10)).isInstanceOf(WalFencedException.class);
        log.close();
        assertThat(disk.openFileCount()).isZero();
    }

    @Test
    void runningTimeOfAStalledCommitIsReadable() throws IOException {
        TestClock time = new TestClock();
        try (WriteAheadLog log = WriteAheadLog.create(disk, time, WAL, METADATA, SMALL)) {
            List<Long> seen = new ArrayList<>();
            disk.faults()
                    .stall(
                            CallKind.SYNC,
                            1,
                            () -> {
                                time.advance(3_000_000_000L);
                                seen.add(log.commitRunningNanos());
                            });
            append(log, 1, 1, 10);
            assertThat(log.commitRunningNanos()).isZero();
            log.commit();
            assertThat(seen).containsExactly(3_000_000_000L);
            assertThat(log.commitRunningNanos()).isZero();
        }
    }

    @Test
    void worksWithoutDirectIoDurableWritesAndAllocation() throws IOException {
        disk.faults().refuseDirect();
        disk.faults().refuseDurableWrite();
        disk.faults().refuseAllocate();
        try (WriteAheadLog log = create()) {
            for (int i = 1; log.segments().size() < 3; i++) {
                append(log, 1, i, 3000);
                log.commit();
            }
        }
        try (WriteAheadLog log = open(SnapshotMark.START)) {
            assertThat(log.replay().entries()).isNotEmpty();
        }
    }

    @Test
    void releasedSegmentsArePurgedAndUsedAgain() throws IOException {
        long most = 0;
        try (WriteAheadLog log = create()) {
            for (int i = 1; i <= 2000; i++) {
                append(log, 1, i, 900);
                log.commit();
                if (i % 100 == 0) {
                    log.releaseTo(i - 50);
                    log.purge(2);
                    most = Math.max(most, disk.list(WAL).size());
                }
            }
            assertThat(most).as("segments on the disk").isLessThanOrEqualTo(5);
        }
        List<String> left = disk.list(WAL);
        assertThat(left).allMatch(name -> name.endsWith(".wal"));
        SegmentName first = SegmentName.parse(left.getFirst()).orElseThrow();
        assertThat(first.sequence()).isGreaterThan(10);
        try (WriteAheadLog log = open(new SnapshotMark(first.firstIndex() + 1, 1, null))) {
            assertThat(log.replay().lastIndex()).isEqualTo(2000);
        }
    }

    @Test
    void releaseKeepsTheSegmentThatHoldsTheIndex() throws IOException {
        try (WriteAheadLog log = create()) {
            for (int i = 1; log.segments().size() < 5; i++) {
                append(log, 1, i, 3000);
                log.commit();
            }
            List<Path> segments = log.segments();
            long third =
                    SegmentName.parse(segments.get(2).getFileName().toString())
                            .orElseThrow()
                            .firstIndex();
            log.releaseTo(third);
            assertThat(log.segments()).isEqualTo(segments.subList(1, 5));
            log.releaseTo(third + 1);
            assertThat(log.segments()).isEqualTo(segments.subList(2, 5));
            log.releaseTo(Long.MAX_VALUE);
            assertThat(log.segments()).isEqualTo(segments.subList(4, 5));
        }
    }

    @Test
    void fillerThreadMakesSegmentsOnTheRealDisk(@TempDir Path directory) throws IOException {
        Disk real = new LinuxDisk();
        Path wal = directory.resolve("wal");
        WalOptions options = SMALL.withBackgroundFiller(true);
        SplittableRandom random = new SplittableRandom(3);
        int count = 500;
        try (WriteAheadLog log = WriteAheadLog.create(real, clock, wal, METADATA, options)) {
            for (int i = 1; i <= count; i++) {
                append(log, 1, i, random.nextInt(2000));
                log.commit();
            }
            assertThat(log.segments().size()).isGreaterThan(5);
        }
        assertThat(real.list(wal)).allMatch(name -> name.endsWith(".wal"));
        try (WriteAheadLog log =
                WriteAheadLog.open(real, clock, wal, SnapshotMark.START, count, options)) {
            assertThat(log.replay().entries()).hasSize(count);
        }
    }
}
