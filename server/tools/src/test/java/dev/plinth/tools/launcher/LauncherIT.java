package dev.plinth.tools.launcher;

import static org.assertj.core.api.Assertions.assertThat;

import dev.plinth.tools.replay.TestServer;
import dev.plinth.walio.peers.Launcher;
import dev.plinth.walio.peers.LoopbackPorts;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Every command of the server once (the disk laboratory has its own tests), as the launcher starts
 * it: with its own flags, on the module path or the class path that a user gets. What runs in a
 * test's virtual machine, where all is one class path, can still fail there.
 */
class LauncherIT {
    private static final int LIMIT_SECONDS = 60;

    @TempDir private Path folder = Path.of("");

    private record Ended(int code, String output) {}

    private Ended run(String... words) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(List.of(Launcher.program().toString()));
        command.addAll(List.of(words));
        Process process =
                new ProcessBuilder(command)
                        .directory(folder.toFile())
                        .redirectErrorStream(true)
                        .redirectInput(ProcessBuilder.Redirect.from(Path.of("/dev/null").toFile()))
                        .start();
        try {
            String output =
                    new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            assertThat(process.waitFor(LIMIT_SECONDS, TimeUnit.SECONDS)).as(output).isTrue();
            return new Ended(process.exitValue(), output);
        } finally {
            process.destroyForcibly();
        }
    }

    private String done(String... words) throws IOException, InterruptedException {
        Ended ended = run(words);
        assertThat(ended.code()).as("%s\n%s", String.join(" ", words), ended.output()).isZero();
        return ended.output();
    }

    private static String address() {
        return "127.0.0.1:" + LoopbackPorts.free();
    }

    @Test
    void everyCommandExplainsItself() throws IOException, InterruptedException {
        for (String command :
                List.of(
                        "server",
                        "ctl",
                        "util",
                        "cluster",
                        "bolt",
                        "bench",
                        "dump-db",
                        "dump-logs")) {
            assertThat(done(command, "--help")).as(command).containsIgnoringCase("usage");
        }
        assertThat(done("--help")).contains("server", "ctl", "util", "bolt", "bench");
        assertThat(done("version")).contains("3.7");
        assertThat(run("frobnicate").code()).isEqualTo(2);
    }

    @Test
    void theStoreIsMeasuredByItself() throws IOException, InterruptedException {
        assertThat(done("bench", "mvcc", "put", "--total=200"))
                .contains("Summary:", "Requests/sec:");
        assertThat(done("bench", "compare", "--help")).contains("--members", "--fresh");
    }

    /** Runs a command line on a terminal of its own; what it writes to it. */
    private String onTerminal(String... words) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(List.of(Launcher.program().toString()));
        command.addAll(List.of(words));
        Process process =
                new ProcessBuilder("script", "-qec", String.join(" ", command), "/dev/null")
                        .directory(folder.toFile())
                        .redirectErrorStream(true)
                        .redirectInput(ProcessBuilder.Redirect.from(Path.of("/dev/null").toFile()))
                        .start();
        try {
            String output =
                    new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            assertThat(process.waitFor(LIMIT_SECONDS, TimeUnit.SECONDS)).as(output).isTrue();
            assertThat(process.exitValue()).as(output).isZero();
            return output;
        } finally {
            process.destroyForcibly();
        }
    }

    private static void assertBar(String title, String written) {
        assertThat(written).contains("\r" + title + " [").endsWith("\r\u001B[K");
    }

    @Test
    void aSessionWithTheFilesOfOneMember() throws IOException, InterruptedException {
        String client = address();
        String peer = address();
        Path data = folder.resolve("data");
        try (TestServer server =
                TestServer.start(
                        List.of(
                                Launcher.program().toString(),
                                "server",
                                "--data-dir=" + data,
                                "--listen-client-urls=http://" + client,
                                "--advertise-client-urls=http://" + client,
                                "--listen-peer-urls=http://" + peer,
                                "--initial-advertise-peer-urls=http://" + peer,
                                "--initial-cluster=default=http://" + peer),
                        folder)) {
            server.awaitReady();
            String endpoint = "--endpoints=" + client;
            assertThat(done("ctl", endpoint, "put", "greeting", "hello")).isEqualTo("OK\n");
            assertThat(done("ctl", endpoint, "get", "greeting")).isEqualTo("greeting\nhello\n");
            assertThat(done("ctl", endpoint, "snapshot", "save", "backup.db"))
                    .doesNotContain("\r", "\u001B");
            assertThat(onTerminal("ctl", endpoint, "snapshot", "save", "second.db"))
                    .contains("\rsnapshot [");
            assertThat(onTerminal("bench", endpoint, "put", "--total=3000", "--rate=3000"))
                    .contains("\rbench [");
            server.stop();
        }

        assertThat(done("util", "snapshot", "status", "backup.db", "-w", "table"))
                .contains("REVISION");
        done("util", "snapshot", "restore", "backup.db", "--data-dir", "restored");
        assertThat(done("util", "hashkv", "restored/member/snap/db")).isNotBlank();
        assertThat(onTerminal("util", "snapshot", "restore", "backup.db", "--data-dir", "again"))
                .contains("\rrestore [");
        assertThat(done("util", "defrag", "--data-dir", data.toString())).isEmpty();
        assertBar("defrag", onTerminal("util", "defrag", "--data-dir", data.toString()));
        done("util", "verify", "--data-dir", data.toString());
        assertThat(
                        onTerminal(
                                "util",
                                "migrate",
                                "--data-dir",
                                data.toString(),
                                "--target-version",
                                "3.6"))
                .contains("\rmigrate [");
        assertThat(done("util", "version")).contains("3.7");

        String db = data.resolve("member/snap/db").toString();
        assertThat(done("bolt", "check", db)).contains("OK");
        assertThat(done("bolt", "buckets", db)).contains("key\n");
        done("bolt", "map", db, "-o", "map.html");
        assertThat(folder.resolve("map.html")).isNotEmptyFile();
        assertThat(done("dump-db", "list-bucket", data.toString())).contains("key");
        assertThat(done("dump-db", "iterate-bucket", data.toString(), "key", "--decode"))
                .contains("greeting");
        assertThat(done("dump-logs", data.toString())).contains("greeting");
    }
}
