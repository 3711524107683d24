package dev.plinth.tools.bench;

import static org.assertj.core.api.Assertions.assertThat;

import dev.plinth.tools.replay.TestServer;
import dev.plinth.tools.text.Console;
import dev.plinth.walio.io.SystemClock;
import dev.plinth.walio.peers.Launcher;
import dev.plinth.walio.peers.LoopbackPorts;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Each benchmark against a server: it makes the calls that it says, and its report adds up. */
class BenchIT {
    private static final Pattern COUNT = Pattern.compile("(?m)^  [0-9.]+ \\[(\\d+)]\\t\\|");

    @TempDir private static Path folder = Path.of("");

    private static TestServer server;
    private static String endpoint = "";

    /** What a run has left. */
    private record Run(int code, String out, String err) {
        Run succeeded() {
            assertThat(code).as(err + out).isZero();
            assertThat(out).doesNotContain("Error distribution");
            return this;
        }

        /** How many calls the histograms of the report hold. */
        long calls() {
            Matcher rows = COUNT.matcher(out);
            long calls = 0;
            while (rows.find()) {
                calls += Long.parseLong(rows.group(1));
            }
            return calls;
        }
    }

    @BeforeAll
    static void start() throws IOException, InterruptedException {
        endpoint = "127.0.0.1:" + LoopbackPorts.free();
        String peer = "http://127.0.0.1:" + LoopbackPorts.free();
        server =
                TestServer.start(
                        List.of(
                                Launcher.program().toString(),
                                "server",
                                "--name=bench",
                                "--data-dir=" + folder.resolve("data"),
                                "--listen-client-urls=http://" + endpoint,
                                "--advertise-client-urls=http://" + endpoint,
                                "--listen-peer-urls=" + peer,
                                "--initial-advertise-peer-urls=" + peer,
                                "--initial-cluster=bench=" + peer),
                        folder);
        server.awaitReady();
    }

    @AfterAll
    static void stop() {
        server.close();
    }

    private static Run bench(String words) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        ByteArrayOutputStream err = new ByteArrayOutputStream();
        List<String> all = new ArrayList<>(List.of(words.split(" ")));
        if (!words.contains("--endpoints")) {
            all.add("--endpoints=" + endpoint);
        }
        BenchContext context =
                new BenchContext(
                        Console.of(InputStream.nullInputStream(), out, err),
                        new SystemClock(),
                        Map.of(),
                        folder,
                        2);
        int code = BenchTool.run(context, all);
        return new Run(
                code, out.toString(StandardCharsets.UTF_8), err.toString(StandardCharsets.UTF_8));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "put --total=300 --conns=3 --clients=7 --key-space-size=50 --val-size=100",
                "put --total=300 --sequential-keys --key-space-size=10 --rate=3000",
                "put --total=300 --clients=4 --rate=3000 --open-loop",
                "range a b --total=300 --conns=2 --clients=4",
                "range a --total=300 --prefix --consistency=s --keys-only",
                "range a --total=300 --stream --clients=2",
                "range a --total=300 --prefix --paginate --clients=3",
                "txn-put --total=300 --txn-ops=5 --key-space-size=20 --clients=3",
                "txn-mixed a --end-key=b --total=300 --rw-ratio=2 --clients=3",
                "lease-keepalive --total=300 --clients=3",
                "stm --total=300 --clients=4 --keys=3 --keys-per-txn=2",
                "stm --total=300 --clients=4 --keys=3 --keys-per-txn=3 --isolation=ss",
                "stm --total=300 --clients=2 --keys=5 --keys-per-txn=3 --isolation=s --rate=5000",
                "stm --total=300 --clients=2 --keys=5 --isolation=c --txn-wr-percent=100",
                "stm --total=300 --clients=3 --keys=2 --stm-locker=lock-client",
                "stm --total=300 --clients=3 --keys=2 --stm-locker=lock-rpc",
                "mvcc put --total=300 --batch-limit=50",
                "mvcc put --total=300 --txn --txn-ops=5",
            })
    void makesAsManyCallsAsItIsTold(String words) {
        Run run = bench(words).succeeded();
        assertThat(run.calls()).as(run.out()).isEqualTo(300);
        assertThat(run.out()).contains("  Requests/sec:\t", "Latency distribution:\n  10% in ");
    }

    @Test
    void putsWriteTheKeysOfTheSpaceAndTheirHashIsTold() {
        bench("put --total=40 --sequential-keys --key-space-size=40 --key-size=5").succeeded();
        Run run =
                bench(
                                "put --total=10 --check-hashkv --compact-interval=1ms --compact-index-delta=5")
                        .succeeded();
        assertThat(run.out())
                .containsPattern("\nHashKV Summary:\n {2}HashKV: \\d+\n")
                .containsPattern("\n {2}Endpoint: 127.0.0.1:\\d+\n")
                .containsPattern("\n {2}Time taken to get hashkv: .*s\n")
                .containsPattern("\n {2}DB size: [0-9.]+ [kM]?B\n");
    }

    @Test
    void eachWatcherGetsEachEvent() {
        Run run =
                bench(
                                "watch --streams=4 --watch-per-stream=25 --watched-key-total=5 --put-total=60"
                                        + " --key-space-size=5 --sequential-keys --conns=2 --clients=2")
                        .succeeded();
        assertThat(run.out()).contains("Watch creation summary:", "Watch events received summary:");
        // 100 watchers, 20 on each key, and 60 puts.
        assertThat(run.calls()).as(run.out()).isEqualTo(100 + 60 * 20);
    }

    @Test
    void theLatencyOfEachEventIsTold() {
        Run run =
                bench(
                                "watch-latency --streams=2 --watchers-per-stream=5 --put-total=30"
                                        + " --put-rate=1000 --prevkv")
                        .succeeded();
        assertThat(run.out()).contains("\nPut summary:\n", "\nWatch events summary:\n");
        assertThat(run.calls()).as(run.out()).isEqualTo(30 + 30 * 10);
    }

    @Test
    void getsGoOnWhileWatchersCatchUp() {
        Run run = bench("watch-get --watchers=200 --streams=2 --events=4").succeeded();
        assertThat(run.out()).startsWith("Get during watch summary:\n");
        assertThat(run.calls()).isPositive();
    }

    @Test
    void refusalsAreCountedByReason() {
        Run run = bench("put --total=5 --val-size=2000000");
        assertThat(run.code()).isZero();
        assertThat(run.out())
                .isEqualTo("\nError distribution:\n  [5]\tetcdserver: request is too large\n");
    }

    @Test
    void filesHoldWhatTheScreenShows() throws IOException {
        bench("put --total=500 --csv=put.csv --html=put.html --report-perfdash").succeeded();
        assertThat(Files.readString(folder.resolve("put.csv")))
                .startsWith("section,figure,value,unit\nput,total,")
                .contains("\nput,calls,500,\n", "\nput,p99.9,");
        assertThat(Files.readString(folder.resolve("put.html")))
                .startsWith("<!DOCTYPE html>")
                .contains("<b>500</b>calls", "<polyline")
                .doesNotContain("http://", "https://");
        try (var files = Files.list(folder.resolve("_artifacts"))) {
            assertThat(files.toList())
                    .singleElement()
                    .satisfies(file -> {
                        assertThat(file.getFileName().toString())
                                .matches("EtcdAPI_benchmark_put_.*Z\\.json");
                        assertThat(Files.readString(file))
                                .contains("\"version\": \"v1\"", "\"Operation\": \"PUT\"");
                    });
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "put --key-space-size=0",
                "put --open-loop",
                "txn-put --txn-ops=2",
                "range",
                "range a --consistency=x",
                "put --clients=0",
                "stm --keys-per-txn=2",
                "stm --isolation=x",
                "stm --stm-locker=x",
                "nosuch",
            })
    void whatMakesNoSenseIsRefused(String words) {
        Run run = bench(words);
        assertThat(run.code()).isEqualTo(1);
        assertThat(run.err()).startsWith("Error: ");
    }

    @Test
    void aServerThatIsNotThereIsTold() {
        Run run = bench("put --endpoints=127.0.0.1:1 --dial-timeout=200ms");
        assertThat(run.code()).isEqualTo(1);
        assertThat(run.err()).isEqualTo("Error: context deadline exceeded\n");
    }
}
