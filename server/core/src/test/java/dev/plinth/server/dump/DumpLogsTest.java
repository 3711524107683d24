package dev.plinth.server.dump;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.io.RandomAccessFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Logs that etcd 3.5 and 3.7 wrote. */
class DumpLogsTest {
    private static final String FIRST_SEGMENT = "member/wal/0000000000000000-0000000000000000.wal";

    @TempDir Path directory;

    /** Copies the files of a recorded log, as they are stored, into a folder of that name. */
    private void unpack(String name) throws IOException {
        for (String line :
                new String(bytes(name + "/expected.txt"), StandardCharsets.UTF_8)
                        .lines()
                        .toList()) {
            String[] word = line.split(" ", -1);
            if (word[0].equals("file") && !word[2].endsWith(".gz")) {
                Path target = directory.resolve(name).resolve(word[1]);
                Files.createDirectories(Objects.requireNonNull(target.getParent()));
                Files.write(target, bytes(name + "/" + word[2]));
            }
        }
    }

    private static byte[] bytes(String resource) throws IOException {
        try (InputStream in =
                Objects.requireNonNull(
                        DumpLogsTest.class.getResourceAsStream("/wal/" + resource), resource)) {
            return in.readAllBytes();
        }
    }

    private String dump(String... words) {
        DumpRun run = DumpRun.logs(directory, words);
        assertThat(run.stderr()).isEmpty();
        assertThat(run.exit()).isZero();
        return run.stdout();
    }

    private void assertRefused(String message, String... words) {
        DumpRun run = DumpRun.logs(directory, words);
        assertThat(run.stderr()).isEqualTo(DumpRun.DATE + message + "\n");
        assertThat(run.exit()).isEqualTo(1);
    }

    @Test
    void beginsAtTheNewestSnapshot() throws IOException {
        unpack("v35-snapshots");
        assertThat(dump("v35-snapshots"))
                .isEqualTo(
                        """
                        Snapshot:
                        term=4 index=88 nodes=[706535fb64ef728f] confstate={"voters":[8098938858742182543],"auto_leave":false}
                        Start dumping log entries from snapshot.
                        WAL metadata:
                        nodeID=706535fb64ef728f clusterID=10360ae80dcdd872 term=4 commitIndex=89 vote=706535fb64ef728f
                        WAL entries: 1
                        lastIndex=89
                        term\t     index\ttype\tdata
                           4\t        89\tnorm\theader:<ID:8254994740348000028 > put:<key:"r2-k24" value:"v24" >\s

                        Entry types (Normal,ConfigChange) count is : 1
                        """);
    }

    @Test
    void readsRequestsOfBothVersions() throws IOException {
        unpack("v35-fresh");
        assertThat(dump("v35-fresh"))
                .startsWith("Snapshot:\nempty\nStart dumping log entries from snapshot.\n")
                .contains("   1\t         1\tconf\tmethod=ConfChangeAddNode id=706535fb64ef728f\n")
                .contains("   2\t         2\tnorm\t\n")
                .contains("\tnorm\tmethod=PUT path=\"/0/version\" val=\"3.5.0\"\n");
        unpack("v37-fresh");
        assertThat(dump("v37-fresh"))
                .contains("\tconf\tmethod=ConfChangeAddNode id=f3b60bd5f0a99bcb\n")
                .contains("cluster_version_set:<ver:\"3.7.0\" >")
                .contains("lastIndex=5\n");
    }

    @Test
    void filtersByIndexAndType() throws IOException {
        unpack("v35-snapshots");
        String part = dump("-start-index", "20", "--end-index=31", "v35-snapshots");
        assertThat(part)
                .startsWith("Start dumping log entries from index 20.\nWAL metadata:\n")
                .contains("WAL entries: 10\nlastIndex=30\n");
        // A mark stands at 22: its term is not taken for a mismatch.
        assertThat(dump("--start-index=22", "v35-snapshots")).contains("WAL entries: 67\n");
        assertThat(
                        dump("--start-index=1", "-entry-type", "IRRDeleteRange", "v35-snapshots")
                                .lines()
                                .filter(line -> line.contains("\tnorm\t")))
                .isNotEmpty()
                .allMatch(line -> line.contains("delete_range:<"));
        assertThat(dump("--start-index=0", "-entry-type", "ConfigChange", "v35-snapshots"))
                .endsWith("\nEntry types (ConfigChange) count is : 1\n");
        DumpRun unknown = DumpRun.logs(directory, "-entry-type", "Nothing", "v35-snapshots");
        assertThat(unknown.stderr())
                .isEqualTo(DumpRun.DATE + "Nothing is not a valid entry-type, ignored\n");
        assertThat(unknown.exit()).isZero();
        assertThat(dump("-start-snap", "0000000000000003-0000000000000037.snap", "v35-snapshots"))
                .startsWith("Snapshot:\nterm=3 index=55 ");
    }

    @Test
    void asksADecoder() throws IOException {
        unpack("v35-snapshots");
        Path decoder = directory.resolve("decoder");
        Files.writeString(decoder, "#!/bin/sh\nwhile read line; do echo \"OK|${#line}\"; done\n");
        Files.setPosixFilePermissions(decoder, PosixFilePermissions.fromString("rwx------"));
        assertThat(dump("-stream-decoder", decoder.toString(), "v35-snapshots"))
                .contains("type\tdata\tdecoder_status\tdecoded_data\n")
                .contains("value:\"v24\" > \tOK\t56\n");
    }

    @Test
    void rawModeShowsEachRecordAndGoesOnBehindABadCrc() throws IOException {
        unpack("v35-snapshots");
        assertThat(dump("-raw", "v35-snapshots"))
                .startsWith(
                        """
                        CRC: 0
                        Metadata: NodeID:706535fb64ef728f  ClusterID:10360ae80dcdd872
                        Snapshot: index:0 term:0
                        Entry: Term:1 Index:1 Type:EntryConfChange Data:"\\010\\000\\020\\000\\030\\217\
                        """
                                .stripTrailing())
                .contains("\nHardState: term:4 vote:8098938858742182543 commit:89\n")
                .endsWith("EOF: All entries were processed.\n");
        assertThat(dump("-raw", "-start-index=89", "v35-snapshots").lines())
                .filteredOn(line -> line.startsWith("Entry:"))
                .hasSize(1);

        Path segment = directory.resolve("v35-snapshots").resolve(FIRST_SEGMENT);
        int before = Math.toIntExact(dump("-raw", "v35-snapshots").lines().count());
        flip(segment, 120);
        DumpRun damaged = DumpRun.logs(directory, "-raw", "v35-snapshots");
        assertThat(damaged.stderr().lines())
                .singleElement()
                .asString()
                .contains("Error: Reading entry failed with CRC error: ");
        assertThat(damaged.stdout().lines()).hasSize(before);
        assertThat(DumpRun.logs(directory, "v35-snapshots").exit()).isEqualTo(1);
    }

    @Test
    void rawModeTellsOfATornEnd() throws IOException {
        unpack("v35-fresh");
        Path segment = directory.resolve("v35-fresh").resolve(FIRST_SEGMENT);
        try (RandomAccessFile file = new RandomAccessFile(segment.toFile(), "rw")) {
            file.setLength(620);
        }
        DumpRun run = DumpRun.logs(directory, "-raw", "v35-fresh");
        assertThat(run.stdout())
                .endsWith(
                        "ErrUnexpectedEOF: The last record might be corrupted, error: unexpected"
                                + " EOF.\n");
        assertThat(run.exit()).isZero();
        assertThat(dump("v35-fresh")).contains("WAL entries: 4\n");
    }

    private static void flip(Path path, long at) throws IOException {
        try (RandomAccessFile file = new RandomAccessFile(path.toFile(), "rw")) {
            file.seek(at);
            int found = file.read();
            file.seek(at);
            file.write(found ^ 1);
        }
    }

    @Test
    void refusesWhatItCannotDo() throws IOException {
        unpack("v35-fresh");
        assertRefused("Must provide data-dir argument (got [])");
        assertRefused("Must provide data-dir argument (got [a b])", "a", "b");
        assertRefused(
                "start-snap and start-index flags cannot be used together.",
                "-start-snap=x",
                "-start-index=3",
                "v35-fresh");
        DumpRun missing = DumpRun.logs(directory, "nowhere");
        assertThat(missing.stderr()).startsWith(DumpRun.DATE + "Failed opening WAL: ");
        assertThat(missing.exit()).isEqualTo(1);
        for (List<String> bad :
                List.of(
                        List.of("-what", "flag provided but not defined: -what"),
                        List.of("-start-index", "flag needs an argument: -start-index"))) {
            DumpRun run = DumpRun.logs(directory, bad.getFirst());
            assertThat(run.stderr()).startsWith(bad.getLast() + "\nUsage of dump-logs:\n");
            assertThat(run.exit()).isEqualTo(2);
        }
    }

    @Test
    void explainsItself() {
        assertThat(dump("--help"))
                .contains("-start-index uint", "-stream-decoder string", "-raw", "IRRPut");
    }
}
