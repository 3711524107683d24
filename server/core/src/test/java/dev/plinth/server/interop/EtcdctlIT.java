package dev.plinth.server.interop;

import static org.assertj.core.api.Assertions.assertThat;

import dev.plinth.walio.peers.Peers;
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
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/**
 * The real etcdctl does the same things to the real etcd and to Plinth; what it prints has to be
 * equal but for sizes, versions and raft indexes. Ids are equal by construction (see {@link
 * ServerProcess}). Each test uses keys of its own, but revisions go on, so every step is done on
 * both sides in the same order.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class EtcdctlIT {
    @TempDir static Path dir;
    private ServerProcess etcd;
    private ServerProcess plinth;

    @BeforeAll
    void start() {
        etcd = ServerProcess.etcd(dir.resolve("etcd"));
        plinth = ServerProcess.plinth(dir.resolve("plinth"));
    }

    @AfterAll
    void stop() {
        if (etcd != null) {
            etcd.close();
        }
        if (plinth != null) {
            plinth.close();
        }
    }

    @Test
    void putGetAndDelete() {
        same("put", "kv/foo", "bar");
        same("put", "kv/foo", "bar2", "--prev-kv");
        same("put", "kv/new", "x", "--prev-kv");
        same("put", "kv/empty", "");
        same("get", "kv/foo");
        same("get", "kv/absent");
        same("get", "kv/foo", "-w", "json");
        same("get", "kv/foo", "-w", "fields");
        same("get", "kv/foo", "-w", "protobuf");
        same("put", "kv/foo", "--ignore-value", "--lease=0");
        same("put", "kv/absent", "--ignore-value");
        same("put", "kv/foo", "v", "--lease=1234");
        same("del", "kv/foo", "--prev-kv");
        same("del", "kv/foo");
        same("get", "kv/foo", "-w", "json");
        same("put", "kv/foo", "again", "-w", "json");
        same("del", "kv/", "--prefix", "--prev-kv", "-w", "json");
        same("put", "", "nothing");
        same("get", "");
    }

    @Test
    void ranges() {
        for (int i = 0; i < 12; i++) {
            same("put", "range/k%02d".formatted((i * 7) % 12), "value" + (i * 5) % 12);
        }
        same("put", "range/k03", "rewritten");
        same("get", "range/k02", "range/k08");
        same("get", "range/k08", "range/k02");
        same("get", "range/", "--prefix");
        same("get", "range/k05", "--from-key", "--limit=4");
        same("get", "range/", "--prefix", "--keys-only");
        same("get", "range/", "--prefix", "--count-only");
        same("get", "range/", "--prefix", "--count-only", "-w", "json");
        same("get", "range/", "--prefix", "--limit=5", "-w", "json");
        same("get", "range/", "--prefix", "--keys-only", "--limit=5", "-w", "fields");
        for (String target : List.of("KEY", "VERSION", "CREATE", "MODIFY", "VALUE")) {
            same(
                    "get",
                    "range/",
                    "--prefix",
                    "--sort-by=" + target,
                    "--order=ASCEND",
                    "--print-value-only");
            same(
                    "get",
                    "range/",
                    "--prefix",
                    "--sort-by=" + target,
                    "--order=DESCEND",
                    "--limit=3");
        }
        same("get", "range/k03", "--rev=999999");
        same("get", "range/", "--prefix", "--consistency=s", "-w", "json");
        same("get", "", "--prefix", "--count-only", "--write-out=fields");
    }

    @Test
    void oldRevisionsAndCompaction() {
        long first = revisionOf(same("put", "rev/a", "1", "-w", "json"));
        same("put", "rev/a", "2");
        same("put", "rev/b", "1");
        same("del", "rev/a");
        same("put", "rev/a", "3");
        for (long revision = first; revision <= first + 4; revision++) {
            same("get", "rev/", "--prefix", "--rev=" + revision, "-w", "json");
        }
        same("compact", String.valueOf(first + 2));
        same("get", "rev/", "--prefix", "--rev=" + (first + 1));
        same("get", "rev/", "--prefix", "--rev=" + (first + 2), "-w", "json");
        same("compact", String.valueOf(first + 2));
        same("compact", "999999");
        same("compact", "--physical", String.valueOf(first + 3));
        same("get", "rev/", "--prefix", "-w", "json");
        same("watch", "rev/", "--prefix", "--rev=" + first);
    }

    @Test
    void transactions() {
        same("put", "txn/a", "1");
        sameWithInput(
                "value(\"txn/a\") = \"1\"\n\nput txn/a 2\nget txn/a\n\nput txn/b 1\n\n",
                "txn",
                "-w",
                "json");
        sameWithInput(
                "value(\"txn/a\") = \"1\"\n\nput txn/a 3\n\ndel txn/a\nget txn/ --prefix\n\n",
                "txn");
        sameWithInput(
                "mod(\"txn/a\") = \"0\"\nver(\"txn/c\") < \"1\"\n\nput txn/a 5\nput txn/c 6\n\n\n",
                "txn");
        sameWithInput(
                "create(\"txn/a\") > \"1\"\n\nget txn/c\n\nget txn/a\n\n", "txn", "-w", "fields");
        sameWithInput("\nput txn/a 1\nput txn/a 2\n\n\n", "txn");
        sameWithInput("lease(\"txn/a\") = \"0\"\n\nget txn/a --rev=999999\n\n\n", "txn");
    }

    @Test
    void watchFromAnOldRevision() {
        long first = revisionOf(same("put", "watch/a", "1", "-w", "json"));
        same("put", "watch/b", "2");
        same("del", "watch/a");
        same("put", "watch/c", "3");
        for (List<String> flags :
                List.of(
                        List.of("--prefix"),
                        List.of("--prefix", "--prev-kv"),
                        List.of("--prefix", "-w", "json"),
                        List.of("--prefix", "-w", "fields"))) {
            List<String> watch = new ArrayList<>(List.of("watch", "watch/", "--rev=" + first));
            watch.addAll(flags);
            String ofEtcd = WatchRun.until(etcd, watch, "watch/c");
            String ofPlinth = WatchRun.until(plinth, watch, "watch/c");
            assertThat(ofPlinth).as("%s", watch).isEqualTo(ofEtcd);
        }
    }

    @Test
    void leases() {
        String granted = same("lease", "grant", "300", "-w", "json").replaceAll("\\s", "");
        assertThat(granted).contains("\"TTL\":300");
        String id = "32695410dcc0ca06";
        grantOnBoth(id, 300);
        same("put", "lease/k", "v", "--lease=" + id);
        same("get", "lease/k", "-w", "json");
        same("lease", "timetolive", id, "--keys");
        same("lease", "keep-alive", id, "--once");
        same("lease", "revoke", id);
        same("lease", "revoke", id);
        same("lease", "timetolive", id);
        same("lease", "keep-alive", id, "--once");
        same("get", "lease/k");
    }

    @Test
    void aLeaseExpires() {
        String id = "1111222233334444";
        grantOnBoth(id, 1);
        long revision = revisionOf(same("put", "expiry/k", "v", "--lease=" + id, "-w", "json"));
        List<String> watch = List.of("watch", "expiry/k", "--rev=" + (revision + 1));
        assertThat(WatchRun.until(plinth, watch, "expiry/k"))
                .isEqualTo(WatchRun.until(etcd, watch, "expiry/k"));
        same("get", "expiry/k");
        same("lease", "timetolive", id);
    }

    @Test
    void membersAndStatus() {
        same("member", "list");
        same("member", "list", "-w", "table");
        same("member", "list", "-w", "json");
        same("endpoint", "status", "-w", "json");
        same("endpoint", "status", "-w", "fields");
        same("endpoint", "hashkv", "-w", "json");
        same("alarm", "list");
    }

    @Test
    void snapshotIsAcceptedByEtcdutl() throws Exception {
        same("put", "snapshot/k", "v");
        String statusOfEtcd = savedAndChecked(etcd, dir.resolve("etcd.snapshot"));
        String statusOfPlinth = savedAndChecked(plinth, dir.resolve("plinth.snapshot"));
        assertThat(statusOfPlinth).contains("\"revision\":" + field(statusOfEtcd, "revision"));
        assertThat(Files.size(dir.resolve("plinth.snapshot"))).isPositive();
    }

    private static String savedAndChecked(ServerProcess server, Path file) {
        etcdctl(server, "", "snapshot", "save", file.toString()).succeeded();
        return CommandRun.of(
                        Peers.etcdutl().toString(),
                        "snapshot",
                        "status",
                        file.toString(),
                        "-w",
                        "json")
                .succeeded()
                .stdout();
    }

    private void grantOnBoth(String id, int ttlSeconds) {
        long decimal = Long.parseUnsignedLong(id, 16);
        String body = "{\"ID\":\"%d\",\"TTL\":\"%d\"}".formatted(decimal, ttlSeconds);
        for (ServerProcess server : List.of(etcd, plinth)) {
            String answer = Http.post(server, "/v3/lease/grant", body);
            assertThat(answer).contains("\"ID\":\"" + decimal + "\"");
        }
    }

    private String same(String... arguments) {
        return sameWithInput("", arguments);
    }

    private String sameWithInput(String stdin, String... arguments) {
        CommandRun ofEtcd = etcdctl(etcd, stdin, arguments);
        CommandRun ofPlinth = etcdctl(plinth, stdin, arguments);
        assertThat(shown(ofPlinth, plinth))
                .as("%s", List.of(arguments))
                .isEqualTo(shown(ofEtcd, etcd));
        return ofPlinth.stdout();
    }

    private static CommandRun etcdctl(ServerProcess server, String stdin, String... arguments) {
        List<String> command =
                new ArrayList<>(
                        List.of(Peers.etcdctl().toString(), "--endpoints=" + server.endpoint()));
        command.addAll(List.of(arguments));
        return CommandRun.of(command, Map.of("ETCDCTL_API", "3"), stdin);
    }

    /** Everything that may be compared: what varies by nature is replaced by its name. */
    private static String shown(CommandRun run, ServerProcess server) {
        String text =
                "exit %d\n%s\n--\n%s"
                        .formatted(run.exitCode(), run.stdout(), withoutLogTime(run.stderr()));
        return text.replace(server.endpoint(), "ENDPOINT")
                .replaceAll("LocalAddr: '[0-9.:]+'", "LocalAddr")
                .replaceAll("\"(ID|leader)\":\\d{15,}", "\"$1\":ID")
                .replaceAll("lease [0-9a-f]{16} granted", "lease ID granted")
                .replaceAll("\"id\":\\d{15,}", "\"id\":ID")
                .replaceAll("(\"?)(version|Version)\\1( : |:)\"[0-9.]+\"", "$2:VERSION")
                .replaceAll(
                        "(\"?)(dbSize|dbSizeInUse|DBSize|DBSizeInUse|raftIndex|RaftIndex|raftAppliedIndex"
                                + "|RaftAppliedIndex|storageVersion|dbSizeQuota)\\1( : |:)\"?[0-9.]+\"?",
                        "$2:N")
                .replaceAll("remaining\\(\\d+s\\)", "remaining(N)");
    }

    private static String withoutLogTime(String stderr) {
        return stderr.replaceAll("\"ts\":\"[^\"]*\"", "\"ts\":T")
                .replaceAll("0x[0-9a-f]+|0xc[0-9a-f]+/[^\"]*", "PTR");
    }

    private static long revisionOf(String json) {
        return Long.parseLong(field(json, "revision"));
    }

    private static String field(String json, String name) {
        Matcher matcher = Pattern.compile("\"" + name + "\":\\s*(\\d+)").matcher(json);
        assertThat(matcher.find()).as("%s in %s", name, json).isTrue();
        return matcher.group(1);
    }
}
