package dev.plinth.server.interop;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import dev.plinth.api.etcdserverpb.PutRequest;
import dev.plinth.api.etcdserverpb.RangeRequest;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Three Plinth members on loopback: kills, restarts, catching up by log and by snapshot. */
class ThreeMembersIT {
    @TempDir Path dir;

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
        node.start(cluster, "new", List.of("--snapshot-catchup-entries=100"));
    }

    @Test
    void writesSurviveTheLossOfTheLeaderAndItsReturn() {
        ClusterNode leader = leader();
        List<ClusterNode> others = members.stream().filter(node -> node != leader).toList();
        try (SteadyWriter writer = new SteadyWriter(members)) {
            put(others.getFirst(), 0, 200);
            leader.process().kill();
            writer.use(others);
            put(others.getFirst(), 200, 400);
            start(leader);
            leader.process().awaitReady();
            writer.use(members);
            put(leader, 400, 500);
            writer.stop();
            assertThat(writer.acknowledgedCount()).isPositive();
            for (ClusterNode node : members) {
                node.revision();
                assertThat(writer.missingAt(node)).as("missing at %s", node).isEmpty();
            }
        }
        ClusterNode.assertSameHash(members);
    }

    @Test
    void aMemberFarBehindGetsASnapshotAndGoesOn() {
        ClusterNode follower =
                members.stream().filter(node -> !node.isLeader()).findFirst().orElseThrow();
        List<ClusterNode> others = members.stream().filter(node -> node != follower).toList();
        put(follower, 0, 10);
        follower.process().kill();
        put(others.getFirst(), 10, 3000);
        start(follower);
        follower.process().awaitReady();
        assertThat(follower.revision()).isEqualTo(others.getFirst().revision());
        assertThat(follower.process().log()).anyMatch(line -> line.contains("applied snapshot"));
        assertThat(follower.keys().range(request("key/2999")).getCount()).isEqualTo(1);
        put(follower, 3000, 3010);
        ClusterNode.assertSameHash(members);
        assertThat(others)
                .anySatisfy(node ->
                        assertThat(Http.get(node.endpoint(), "/metrics"))
                                .containsPattern(
                                        "etcd_network_snapshot_send_success\\{To=\"[0-9a-f]+\"\\} 1")
                                .containsPattern(
                                        "etcd_network_peer_sent_bytes_total\\{To=\"[0-9a-f]+\"\\} [1-9]"));
        String received = Http.get(follower.endpoint(), "/metrics");
        for (String metric :
                List.of(
                        "etcd_network_snapshot_receive_success\\{From=\"[0-9a-f]+\"\\} 1",
                        "etcd_network_snapshot_receive_inflights_total\\{From=\"[0-9a-f]+\"\\} 0",
                        "etcd_network_snapshot_receive_total_duration_seconds_count"
                                + "\\{From=\"[0-9a-f]+\"\\} 1",
                        "etcd_network_peer_received_bytes_total\\{From=\"[0-9a-f]+\"\\} [1-9]",
                        "etcd_network_active_peers\\{Local=\"%s\",Remote=\"[0-9a-f]+\"\\} 1"
                                .formatted(Long.toHexString(follower.id())),
                        "etcd_network_known_peers\\{Local=\"%1$s\",Remote=\"%1$s\"\\} 1"
                                .formatted(Long.toHexString(follower.id())),
                        "etcd_snap_db_fsync_duration_seconds_count 1",
                        "etcd_snap_db_save_total_duration_seconds_count 1")) {
            assertThat(received).containsPattern(metric);
        }
        // What was installed is what a restart finds.
        follower.process().kill();
        start(follower);
        follower.process().awaitReady();
        ClusterNode.assertSameHash(members);
    }

    @Test
    void aLeaderThatIsStoppedHandsOver() {
        ClusterNode leader = leader();
        List<ClusterNode> others = members.stream().filter(node -> node != leader).toList();
        try (SteadyWriter writer = new SteadyWriter(members)) {
            put(leader, 0, 100);
            assertThat(leader.process().stop()).isEqualTo(128 + 15);
            assertThat(leader.process().log())
                    .anyMatch(line -> line.contains("leadership transfer finished"));
            assertThat(others)
                    .anyMatch(node ->
                            node.process().log().stream()
                                    .anyMatch(line -> line.contains("received MsgTimeoutNow")));
            writer.use(others);
            put(others.getFirst(), 100, 200);
            ClusterNode follower = others.stream().filter(n -> !n.isLeader()).findFirst().get();
            follower.process().stop();
            assertThat(follower.process().log())
                    .anyMatch(line -> line.contains("local server is not leader"));
            List.of(leader, follower)
                    .forEach(node -> {
                        start(node);
                        node.process().awaitReady();
                    });
            writer.stop();
            for (ClusterNode node : members) {
                node.revision();
                assertThat(writer.missingAt(node)).as("missing at %s", node).isEmpty();
            }
        }
        ClusterNode.assertSameHash(members);
    }

    private static RangeRequest request(String key) {
        return RangeRequest.newBuilder().setKey(ByteString.copyFromUtf8(key)).build();
    }

    private ClusterNode leader() {
        return members.stream().filter(ClusterNode::isLeader).findFirst().orElseThrow();
    }

    /** A put that meets an election is asked again: keys are the same. */
    private static void put(ClusterNode node, int from, int to) {
        for (int i = from; i < to; i++) {
            ByteString key = ByteString.copyFromUtf8("key/" + i);
            PutRequest request = PutRequest.newBuilder().setKey(key).setValue(key).build();
            boolean isDone = false;
            for (int attempt = 0; !isDone; attempt++) {
                try {
                    var _ = node.keys().withWaitForReady().put(request);
                    isDone = true;
                } catch (io.grpc.StatusRuntimeException e) {
                    if (attempt == 5) {
                        throw e;
                    }
                }
            }
        }
    }
}
