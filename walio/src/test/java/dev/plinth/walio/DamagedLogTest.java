package dev.plinth.walio;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.plinth.walio.io.LinuxDisk;
import dev.plinth.walio.snap.SnapshotDirectory;
import dev.plinth.walio.snap.SnapshotFile;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.stream.Stream;
import java.util.zip.CRC32C;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Logs damaged on purpose, of which is known what etcd 3.5.30 and 3.7.1 make. Ours starts and
 * refuses as 3.7.1 does; where that hangs, or serves with writes lost, ours refuses with the place.
 */
class DamagedLogTest {
    /** A damaged directory. */
    record Case(
            String name, String version, String vector, String etcdOutcome, List<String> edits) {
        @Override
        public String toString() {
            return name + " " + version;
        }
    }

    /** What ours says where the log is refused. */
    private static final Map<String, WalException.Kind> REFUSALS =
            Map.ofEntries(
                    Map.entry("torn-within-sector", WalException.Kind.CRC_MISMATCH),
                    Map.entry("flipped-crc-middle", WalException.Kind.CRC_MISMATCH),
                    Map.entry("flipped-data-middle", WalException.Kind.CRC_MISMATCH),
                    Map.entry("zero-length-word-middle", WalException.Kind.DATA_BEHIND_END),
                    Map.entry("length-word-huge", WalException.Kind.ENDS_EARLY),
                    Map.entry("length-word-off-by-8", WalException.Kind.MALFORMED),
                    Map.entry("empty-wal-file", WalException.Kind.METADATA_MISSING),
                    Map.entry("no-wal-file", WalException.Kind.FILE_NOT_FOUND),
                    Map.entry("unknown-record-type", WalException.Kind.RECORD_TYPE),
                    Map.entry("metadata-conflict", WalException.Kind.METADATA_CONFLICT),
                    Map.entry("entry-index-gap", WalException.Kind.INDEX_GAP),
                    Map.entry("entry-rewritten", WalException.Kind.COMMIT_OUT_OF_RANGE),
                    Map.entry("crc-record-wrong", WalException.Kind.CRC_MISMATCH),
                    Map.entry("snapshot-record-term-mismatch", WalException.Kind.SNAPSHOT_TERM),
                    Map.entry("missing-first-segment", WalException.Kind.FILE_NOT_FOUND),
                    Map.entry("missing-middle-segment", WalException.Kind.CRC_MISMATCH),
                    Map.entry("missing-last-segment", WalException.Kind.ENDS_EARLY),
                    Map.entry("torn-in-middle-segment", WalException.Kind.CRC_MISMATCH),
                    Map.entry("truncated-middle-segment", WalException.Kind.UNEXPECTED_END));

    /** Cases whose torn tail is cut off: the log ends a record earlier and a copy is kept. */
    private static final List<String> REPAIRED =
            List.of(
                    "torn-last-truncated",
                    "torn-last-truncated-in-length-word",
                    "torn-sector-zero",
                    "torn-sector-zero-with-tail");

    @TempDir Path directory;
    private final LinuxDisk disk = new LinuxDisk();

    static Stream<Case> cases() {
        List<Case> cases = new ArrayList<>();
        for (String line : RecordedLog.lines("damage.txt")) {
            String[] word = line.strip().split(" ", -1);
            if (word[0].equals("case")) {
                cases.add(new Case(word[1], word[2], word[3], word[4], new ArrayList<>()));
            } else {
                cases.getLast().edits.add(line.strip());
            }
        }
        return cases.stream();
    }

    @Test
    void all33CasesOfBothVersionsAreHere() {
        assertThat(cases().map(Case::name).distinct()).hasSize(33);
        assertThat(cases()).hasSize(66);
    }

    @ParameterizedTest
    @MethodSource("cases")
    void startsOrIsRefusedAsDocumented(Case damage) throws IOException {
        RecordedLog log = RecordedLog.load(damage.vector);
        log.writeTo(directory, true);
        for (String edit : damage.edits) {
            apply(edit);
        }
        WalException.Kind refusal = REFUSALS.get(damage.name);
        if (refusal == null) {
            assertThat(damage.etcdOutcome).isEqualTo("starts");
            assertStarts(damage, log);
            return;
        }
        List<String> before = fingerprints();
        // The database holds all of the log, as it did when etcd was started on it.
        assertThatThrownBy(() -> start(log.lastIndex()))
                .isInstanceOfSatisfying(
                        WalException.class,
                        e -> {
                            assertThat(e.kind()).isEqualTo(refusal);
                            assertThat(e.file()).startsWith(directory.toString());
                        });
        assertThat(fingerprints()).as("files are left as they were").isEqualTo(before);
    }

    private void assertStarts(Case damage, RecordedLog log) throws IOException {
        boolean isRepaired = REPAIRED.contains(damage.name);
        long lastIndex = log.lastIndex();
        if (isRepaired) {
            // The records that are cut off held one entry, or two where a sector holds parts of
            // both.
            lastIndex = startAndGetLastIndex(0);
            assertThat(lastIndex).isBetween(log.lastIndex() - 3, log.lastIndex() - 1);
        } else {
            assertThat(startAndGetLastIndex(lastIndex)).isEqualTo(lastIndex);
        }
        boolean hasGarbage = damage.name.startsWith("garbage");
        List<String> copies =
                disk.list(directory.resolve("member/wal")).stream()
                        .filter(name -> name.endsWith(".broken"))
                        .toList();
        assertThat(copies.isEmpty()).isEqualTo(!(isRepaired || hasGarbage));
        // What was cleared does not come back.
        assertThat(startAndGetLastIndex(lastIndex)).isEqualTo(lastIndex);
        if (damage.name.startsWith("snap-file")) {
            assertSnapshotFileIsChosen(damage);
        }
    }

    private long startAndGetLastIndex(long requiredIndex) throws IOException {
        try (WriteAheadLog open = start(requiredIndex)) {
            return open.replay().lastIndex();
        }
    }

    /** What a server does first. */
    private WriteAheadLog start(long requiredIndex) throws IOException {
        Path wal = directory.resolve("member/wal");
        List<SnapshotMark> marks = SnapshotMarks.valid(disk, wal);
        SnapshotMark from = marks.isEmpty() ? SnapshotMark.START : marks.getLast();
        return WriteAheadLog.open(
                disk,
                new TestClock(),
                wal,
                from,
                requiredIndex,
                WalOptions.defaults().withBackgroundFiller(false));
    }

    /** As 3.5 chooses: the newest readable file that the log has a mark of. */
    private void assertSnapshotFileIsChosen(Case damage) throws IOException {
        SnapshotDirectory snapshots =
                new SnapshotDirectory(
                        disk, directory.resolve("member/snap"), new SplittableRandom(1));
        List<SnapshotMark> marks = SnapshotMarks.valid(disk, directory.resolve("member/wal"));
        Optional<SnapshotFile> chosen = snapshots.newestOf(marks);
        switch (damage.name) {
            case "snap-file-missing-all" -> assertThat(chosen).isEmpty();
            case "snap-file-orphan" -> assertThat(chosen.orElseThrow().index()).isEqualTo(88);
            case "snap-file-missing-newest" ->
                    assertThat(chosen.orElseThrow().index()).isLessThan(88);
            default -> {
                assertThat(chosen.orElseThrow().index()).isLessThan(88);
                assertThat(disk.list(directory.resolve("member/snap")))
                        .anyMatch(name -> name.endsWith(".snap.broken"));
            }
        }
    }

    /** Name, size and crc of each file of the log. */
    private List<String> fingerprints() throws IOException {
        List<String> found = new ArrayList<>();
        for (String name : disk.list(directory.resolve("member/wal"))) {
            byte[] bytes = Files.readAllBytes(directory.resolve("member/wal").resolve(name));
            CRC32C crc = new CRC32C();
            crc.update(bytes);
            found.add(name + " " + bytes.length + " " + crc.getValue());
        }
        return found;
    }

    private void apply(String edit) throws IOException {
        String[] word = edit.split(" ", -1);
        Path path = directory.resolve(word[1]);
        Map<String, String> argument = new HashMap<>();
        for (int i = 2; i < word.length; i++) {
            String[] pair = word[i].split("=", 2);
            argument.put(pair[0], pair[1]);
        }
        switch (word[0]) {
            case "truncate" -> {
                RecordedLog.detach(path);
                try (RandomAccessFile file = new RandomAccessFile(path.toFile(), "rw")) {
                    file.setLength(Long.parseLong(argument.get("size")));
                }
            }
            case "write" -> write(path, argument, HexFormat.of().parseHex(argument.get("hex")));
            case "fill" -> {
                byte[] bytes = new byte[Integer.parseInt(argument.get("count"))];
                Arrays.fill(bytes, (byte) Integer.parseInt(argument.get("byte"), 16));
                write(path, argument, bytes);
            }
            case "delete" -> Files.deleteIfExists(path);
            case "copy" -> Files.copy(path, directory.resolve(argument.get("to")));
            case "create" -> Files.write(path, HexFormat.of().parseHex(argument.get("hex")));
            default -> throw new IllegalArgumentException(edit);
        }
    }

    private static void write(Path path, Map<String, String> argument, byte[] bytes)
            throws IOException {
        RecordedLog.detach(path);
        try (RandomAccessFile file = new RandomAccessFile(path.toFile(), "rw")) {
            file.seek(Long.parseLong(argument.get("offset")));
            file.write(bytes);
        }
    }
}
