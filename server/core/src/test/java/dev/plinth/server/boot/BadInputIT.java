package dev.plinth.server.boot;

import static org.assertj.core.api.Assertions.assertThat;

import dev.plinth.server.interop.ServerProcess;
import dev.plinth.walio.peers.Launcher;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What the process says, with which code it ends, and that it leaves the files alone. */
class BadInputIT {
    @TempDir Path dir;

    private record Ended(int code, String out, String err) {}

    private Ended run(String... arguments) throws Exception {
        List<String> command = new ArrayList<>();
        command.add(Launcher.program().toString());
        command.addAll(Arrays.asList(arguments));
        Path out = dir.resolve("out");
        Path err = dir.resolve("err");
        Process process =
                new ProcessBuilder(command)
                        .directory(dir.toFile())
                        .redirectOutput(out.toFile())
                        .redirectError(err.toFile())
                        .start();
        assertThat(process.waitFor(60, TimeUnit.SECONDS)).as("ends").isTrue();
        return new Ended(process.exitValue(), Files.readString(out), Files.readString(err));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "--nosuch | 2 | flag provided but not defined: -nosuch",
                "--max-txn-ops=abc | 2 | invalid value \"abc\" for flag -max-txn-ops: parse error",
                "--initial-cluster-state=foo | 2 | invalid value \"foo\" for flag"
                        + " -initial-cluster-state: invalid value",
                "foo | 1 | \\\"foo\\\" is not a valid flag",
                "--heartbeat-interval=300 | 1 | should be at least as 5 times as",
                "--discovery-token=x | 1 | both --discovery-token and --discovery-endpoints must be set",
                "--initial-cluster-state=existing | 1 | cannot fetch cluster info from peer urls",
                "--initial-cluster=other=http://127.0.0.1:1 | 1 | couldn't find local name"
                        + " \\\"default\\\" in the initial cluster configuration"
            })
    void refusesTheCommandLine(String argument, int code, String message) throws Exception {
        Ended ended = run("server", argument);
        assertThat(ended.err()).contains(message);
        assertThat(ended.code()).isEqualTo(code);
        assertThat(dir.resolve("default.etcd")).doesNotExist();
    }

    @Test
    void helpGoesToBothStreamsAndSucceeds() throws Exception {
        Ended ended = run("server", "--help");
        assertThat(ended.code()).isZero();
        assertThat(ended.err()).startsWith("Usage:");
        assertThat(ended.out()).contains("--listen-client-urls").contains("--compat-version");
    }

    @Test
    void versionHasEtcdsFourLines() throws Exception {
        Ended ended = run("server", "--version", "--compat-version=3.5");
        assertThat(ended.code()).isZero();
        assertThat(ended.out().lines()).hasSize(4).first().isEqualTo("etcd Version: 3.5.30");
    }

    @Test
    void portInUseIsNamedBeforeAnyFileIsMade() throws Exception {
        try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            String address = "127.0.0.1:" + taken.getLocalPort();
            Ended ended =
                    run(
                            "server",
                            "--data-dir=data",
                            "--listen-client-urls=http://" + address,
                            "--advertise-client-urls=http://" + address,
                            "--listen-peer-urls=http://127.0.0.1:0");
            assertThat(ended.err())
                    .contains("listen tcp " + address + ": bind: address already in use");
            assertThat(ended.code()).isEqualTo(1);
            assertThat(dir.resolve("data")).doesNotExist();
        }
    }

    @Test
    void directoryOfTheOldProxyIsRefused() throws Exception {
        Files.createDirectories(dir.resolve("data/proxy"));
        Ended ended = run("server", "--data-dir=data", "--listen-peer-urls=http://127.0.0.1:0");
        assertThat(ended.err()).contains("v2 http proxy has already been deprecated in 3.6");
        assertThat(ended.code()).isEqualTo(1);
    }

    @Test
    void damagedLogIsRefusedWithFileAndOffsetAndLeftAsItIs() throws Exception {
        Path data = dirWithEntries();
        Path segment = onlySegment(data);
        try (RandomAccessFile file = new RandomAccessFile(segment.toFile(), "rw")) {
            // In the middle of the metadata record, with good records behind it.
            file.seek(30);
            file.write(0xff);
        }
        Map<String, Long> before = contents(data);
        ServerProcess server = ServerProcess.plinthStarting(data);
        assertThat(server.awaitExit()).isEqualTo(1);
        assertThat(String.join("\n", server.log()))
                .contains("failed to open WAL")
                .contains(segment.getFileName().toString())
                .contains("position");
        assertThat(contents(data)).isEqualTo(before);
    }

    @Test
    void logThatEndsBeforeTheDatabaseIsRefusedWithBothNumbers() throws Exception {
        Path data = dirWithEntries();
        Path segment = onlySegment(data);
        long end = endOfRecords(segment);
        int kept = (int) endOfRecord(segment, 300);
        assertThat(kept).isLessThan((int) end);
        try (RandomAccessFile file = new RandomAccessFile(segment.toFile(), "rw")) {
            file.seek(kept);
            file.write(new byte[(int) end - kept]);
        }
        ServerProcess server = ServerProcess.plinthStarting(data);
        assertThat(server.awaitExit()).isEqualTo(1);
        assertThat(String.join("\n", server.log())).containsAnyOf("ends", "behind the end");
    }

    @Test
    void tornTailIsCutOffWithOneLine() throws Exception {
        Path data = dirWithEntries();
        Path segment = onlySegment(data);
        long end = endOfRecords(segment);
        try (RandomAccessFile file = new RandomAccessFile(segment.toFile(), "rw")) {
            // The head of a record whose body never reached the disk.
            file.seek(end);
            file.write(new byte[] {(byte) 0x90, 1, 0, 0, 0, 0, 0, 0});
        }
        try (ServerProcess server = ServerProcess.plinth(data)) {
            assertThat(server.stop()).isEqualTo(143);
        }
    }

    @Test
    void damagedDatabaseIsRefused() throws Exception {
        Path data = dirWithEntries();
        Path database = data.resolve("member/snap/db");
        try (RandomAccessFile file = new RandomAccessFile(database.toFile(), "rw")) {
            // Both meta pages.
            file.seek(16);
            file.write(new byte[64]);
            file.seek(4096 + 16);
            file.write(new byte[64]);
        }
        Map<String, Long> before = contents(data);
        ServerProcess server = ServerProcess.plinthStarting(data);
        assertThat(server.awaitExit()).isEqualTo(1);
        assertThat(String.join("\n", server.log())).contains(database.toString());
        assertThat(contents(data)).isEqualTo(before);
    }

    @Test
    void databaseWithoutItsLogIsRefused() throws Exception {
        Path data = dirWithEntries();
        Files.delete(onlySegment(data));
        ServerProcess server = ServerProcess.plinthStarting(data);
        assertThat(server.awaitExit()).isEqualTo(1);
        assertThat(String.join("\n", server.log()))
                .contains("holds the log's entries up to index")
                .contains("but there is no log in");
    }

    @Test
    void newerDirectoryIsRefusedUnderAnOlderCompatVersion() throws Exception {
        Path data = dirWithEntries();
        ServerProcess server = ServerProcess.plinthStarting(data, "--compat-version=3.5");
        assertThat(server.awaitExit()).isEqualTo(1);
        assertThat(String.join("\n", server.log()))
                .contains("server version is lower than determined cluster version")
                .contains("3.5")
                .contains("3.7.0");
    }

    @Test
    void lockedDirectoryIsNamedAndThenWaitedFor() throws Exception {
        Path data = dir.resolve("data");
        try (ServerProcess first = ServerProcess.plinth(data);
                ServerProcess second = ServerProcess.plinthStarting(data)) {
            second.awaitLine("db file is flocked by another process, or taking too long");
            assertThat(first.stop()).isEqualTo(143);
            second.awaitReady();
        }
    }

    private Path dirWithEntries() {
        Path data = dir.resolve("data");
        try (ServerProcess server = ServerProcess.plinth(data)) {
            assertThat(server.stop()).isEqualTo(143);
        }
        return data;
    }

    private static Path onlySegment(Path data) throws IOException {
        try (Stream<Path> files = Files.list(data.resolve("member/wal"))) {
            return files.filter(file -> file.toString().endsWith(".wal")).findFirst().orElseThrow();
        }
    }

    /** Offset of the first zero length word. */
    private static long endOfRecords(Path segment) throws IOException {
        return endOfRecord(segment, Long.MAX_VALUE);
    }

    /** Where the first record ends that reaches an offset, or the last one. */
    private static long endOfRecord(Path segment, long least) throws IOException {
        try (RandomAccessFile file = new RandomAccessFile(segment.toFile(), "r")) {
            long offset = 0;
            while (true) {
                file.seek(offset);
                long word = Long.reverseBytes(file.readLong());
                if (word == 0 || offset >= least) {
                    return offset;
                }
                long padding = word < 0 ? (word >>> 56) & 7 : 0;
                offset += 8 + (word & ~(0xffL << 56)) + padding;
            }
        }
    }

    private static Map<String, Long> contents(Path data) throws IOException {
        Map<String, Long> sums = new TreeMap<>();
        try (Stream<Path> files = Files.walk(data)) {
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                java.util.zip.CRC32C crc = new java.util.zip.CRC32C();
                crc.update(Files.readAllBytes(file));
                sums.put(data.relativize(file).toString(), crc.getValue());
            }
        }
        return sums;
    }
}
