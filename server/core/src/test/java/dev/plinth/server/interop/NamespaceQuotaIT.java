package dev.plinth.server.interop;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import dev.plinth.api.etcdserverpb.PutRequest;
import dev.plinth.walio.peers.Peers;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Quotas of prefixes with the real etcdctl: three members refuse alike and count alike. */
@Timeout(value = 4, unit = TimeUnit.MINUTES)
class NamespaceQuotaIT {
    @TempDir private Path dir = Path.of("");
    private final List<ClusterNode> members = new ArrayList<>();
    private String cluster = "";

    @BeforeEach
    void start() {
        for (int i = 1; i <= 3; i++) {
            members.add(ClusterNode.plinth("m" + i, dir));
        }
        cluster = ClusterNode.cluster(members);
        members.forEach(this::start);
        members.forEach(node -> node.process().awaitReady());
    }

    @AfterEach
    void stop() {
        members.forEach(ClusterNode::close);
    }

    private void start(ClusterNode node) {
        node.start(cluster, "new", List.of("--snapshot-catchup-entries=10", "--snapshot-count=10"));
    }

    @Test
    void aFullPrefixRefusesWhatWouldGrowIt() {
        ok("", "put", "/plinth/quota//tenant/a/", "bytes=100 keys=3");
        ok("", "put", "/tenant/a/1", "x".repeat(50));
        assertThat(refused("", "put", "/tenant/a/2", "y".repeat(50)))
                .contains("code = ResourceExhausted")
                .contains(
                        "etcdserver: plinth: quota of prefix \\\"/tenant/a/\\\" exceeded: 61 bytes"
                                + " used, 61 more wanted, limit 100");
        ok("", "put", "/tenant/b/2", "y".repeat(500));
        ok("", "put", "/tenant/a/1", "z".repeat(89));
        assertThat(refused("\nput /tenant/c 1\nput /tenant/a/2 2\n\n\n", "txn"))
                .contains("100 bytes used, 12 more wanted, limit 100");
        assertThat(ok("", "get", "/tenant/c")).isEmpty();
        ok("\ndel /tenant/a/1\nput /tenant/a/2 2\nput /tenant/a/3 3\n\n\n", "txn");
        assertUsage(24, 2);
        ok("", "put", "/tenant/a/4", "");
        assertThat(refused("", "put", "/tenant/a/5", ""))
                .contains("exceeded: 3 keys used, 1 more wanted, limit 3");
        assertThat(refused("", "put", "/plinth/quota//tenant/a/", "bytes=many"))
                .contains("code = InvalidArgument")
                .contains("a quota is bytes=N, keys=N or both");
        ok("", "put", "/plinth/quota//tenant/a/", "keys=4");
        ok("", "put", "/tenant/a/5", "");
        ok("", "del", "/plinth/quota/", "--prefix");
        for (int i = 6; i < 20; i++) {
            ok("", "put", "/tenant/a/" + i, "");
        }
        assertThat(metrics(members.getFirst())).doesNotContain("plinth_namespace_used_bytes");
        assertSameHash();
    }

    @Test
    void aMemberThatCatchesUpBySnapshotCountsAlike() {
        ok("", "put", "/plinth/quota//tenant/a/", "bytes=1Mi keys=20");
        ok("", "put", "/tenant/a/0", "0");
        ClusterNode behind =
                members.stream().filter(node -> !node.isLeader()).findFirst().orElseThrow();
        behind.process().kill();
        members.remove(behind);
        for (int i = 1; i < 20; i++) {
            ok("", "put", "/tenant/a/" + i, String.valueOf(i));
            ok("", "put", "/tenant/a/0", String.valueOf(i));
            ok("", "del", "/tenant/a/" + (i - 1));
            ok("", "put", "/tenant/a/" + (i - 1), "again");
        }
        fill(members.getFirst());
        members.add(behind);
        start(behind);
        behind.process().awaitReady();
        behind.revision();
        assertThat(behind.process().log()).anyMatch(line -> line.contains("applied snapshot"));
        assertUsage(324, 20);
        behind.process().kill();
        start(behind);
        behind.process().awaitReady();
        assertUsage(324, 20);
        assertThat(refused("", "put", "/tenant/a/20", "")).contains("20 keys used");
        assertSameHash();
    }

    /** So many entries that the log in memory does not reach back to where the member was. */
    private static void fill(ClusterNode node) {
        for (int i = 0; i < 2500; i++) {
            ByteString key = ByteString.copyFromUtf8("fill/" + i);
            var _ = node.keys().put(PutRequest.newBuilder().setKey(key).build());
        }
    }

    private void assertUsage(long bytes, long keys) {
        for (ClusterNode node : members) {
            node.revision();
            assertThat(metrics(node))
                    .contains("plinth_namespace_used_bytes{prefix=\"/tenant/a/\"} " + bytes)
                    .contains("plinth_namespace_used_keys{prefix=\"/tenant/a/\"} " + keys);
        }
    }

    private static String metrics(ClusterNode node) {
        return Http.get(node.endpoint(), "/metrics");
    }

    private void assertSameHash() {
        long revision = 0;
        for (ClusterNode node : members) {
            revision = node.revision();
        }
        for (ClusterNode node : members) {
            assertThat(node.hash(revision))
                    .as("%s", node)
                    .isEqualTo(members.getFirst().hash(revision));
        }
    }

    private String ok(String stdin, String... arguments) {
        CommandRun run = etcdctl(stdin, arguments);
        assertThat(run.exitCode()).as("%s", run).isZero();
        return run.stdout();
    }

    private String refused(String stdin, String... arguments) {
        CommandRun run = etcdctl(stdin, arguments);
        assertThat(run.exitCode()).as("%s", run).isNotZero();
        return run.stderr();
    }

    private CommandRun etcdctl(String stdin, String... arguments) {
        List<String> command = new ArrayList<>();
        command.add(Peers.etcdctl().toString());
        command.add(
                "--endpoints="
                        + String.join(",", members.stream().map(ClusterNode::endpoint).toList()));
        command.addAll(List.of(arguments));
        return CommandRun.of(command, Map.of("ETCDCTL_API", "3"), stdin);
    }
}
