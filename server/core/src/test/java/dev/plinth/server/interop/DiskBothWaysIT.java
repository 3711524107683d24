package dev.plinth.server.interop;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import dev.plinth.api.etcdserverpb.KVGrpc;
import dev.plinth.api.etcdserverpb.PutRequest;
import dev.plinth.pagestore.ReferenceLibrary;
import dev.plinth.walio.peers.Peers;
import io.grpc.ManagedChannel;
import io.grpc.netty.NettyChannelBuilder;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * One directory served in turn by the real etcd 3.5 and by Plinth. A directory that only etcd ever
 * saw gets the same history, and after each turn both hold the same revisions, values, leases and
 * hashes.
 */
class DiskBothWaysIT {
    private static final String COMPATIBLE = "--compat-version=3.5";
    private static final int TURNS = 3;

    @TempDir Path dir;

    /** Starts a server without waiting for it. */
    private interface Starter {
        ServerProcess start(Path dataDir);
    }

    private static final Starter ETCD =
            dataDir -> ServerProcess.etcdStarting(dataDir, "--snapshot-count=50");
    private static final Starter PLINTH =
            dataDir -> ServerProcess.plinthStarting(dataDir, "--snapshot-count=50", COMPATIBLE);

    @Test
    void etcdStartsOnWhatPlinthWroteAndBackThreeTimes() throws IOException, InterruptedException {
        backAndForth(PLINTH, ETCD);
    }

    @Test
    void plinthStartsOnWhatEtcdWroteAndBackThreeTimes() throws IOException, InterruptedException {
        backAndForth(ETCD, PLINTH);
    }

    @Test
    void plinthTakesOverFromAKilledEtcdAndTheOtherWayRound()
            throws IOException, InterruptedException {
        Path shared = dir.resolve("shared");
        Path reference = dir.resolve("reference");
        for (int turn = 0; turn < TURNS; turn++) {
            Starter first = turn % 2 == 0 ? ETCD : PLINTH;
            try (ServerProcess server = first.start(shared);
                    ServerProcess referenceServer = ETCD.start(reference)) {
                server.awaitReady();
                referenceServer.awaitReady();
                writeSome(server, turn);
                writeSome(referenceServer, turn);
                assertEqualState(server, referenceServer);
                server.kill();
                referenceServer.kill();
            }
        }
    }

    private void backAndForth(Starter first, Starter second)
            throws IOException, InterruptedException {
        Path shared = dir.resolve("shared");
        Path reference = dir.resolve("reference");
        for (int turn = 0; turn < 2 * TURNS; turn++) {
            Starter starter = turn % 2 == 0 ? first : second;
            try (ServerProcess server = starter.start(shared);
                    ServerProcess referenceServer = ETCD.start(reference)) {
                server.awaitReady();
                referenceServer.awaitReady();
                if (turn > 0) {
                    assertEqualState(server, referenceServer);
                }
                writeSome(server, turn);
                writeSome(referenceServer, turn);
                assertEqualState(server, referenceServer);
                server.stop();
                referenceServer.stop();
            }
        }
        new ReferenceLibrary(dir).requireAgrees(shared.resolve("member/snap/db"));
    }

    /**
     * More entries than snapshot-count, with overwrites, deletes, a lease, a transaction and a
     * compaction.
     */
    private static void writeSome(ServerProcess server, int turn) {
        if (turn == 0) {
            ctl(server, "", "role", "add", "root");
        }
        putMany(server, turn);
        ctl(server, "", "del", "turn%d/k1".formatted(turn), "--prefix");
        ctl(
                server,
                "mod(\"turn%d/k02\") > \"0\"\n\nput t/a %d\nput t/b x\n\n\n".formatted(turn, turn),
                "txn");
        String lease = "{\"ID\":\"%d\",\"TTL\":\"3600\"}".formatted(1000 + turn);
        assertThat(Http.post(server, "/v3/lease/grant", lease)).contains("\"TTL\":\"3600\"");
        ctl(server, "", "put", "leased/" + turn, "v", "--lease=" + Long.toHexString(1000 + turn));
        String revision =
                ctl(server, "", "get", "t/a", "-w", "json")
                        .replaceAll(".*\"revision\":(\\d+).*\\s*", "$1");
        ctl(server, "", "compact", "--physical", String.valueOf(Long.parseLong(revision) - 20));
    }

    private static void putMany(ServerProcess server, int turn) {
        ManagedChannel channel =
                NettyChannelBuilder.forTarget(server.endpoint()).usePlaintext().build();
        try {
            KVGrpc.KVBlockingStub keys = KVGrpc.newBlockingStub(channel);
            for (int i = 0; i < 60; i++) {
                String key = "turn%d/k%02d".formatted(turn, i % 23);
                String value = "value " + i + " of " + turn;
                var _ =
                        keys.put(
                                PutRequest.newBuilder()
                                        .setKey(ByteString.copyFromUtf8(key))
                                        .setValue(ByteString.copyFromUtf8(value))
                                        .build());
            }
        } finally {
            channel.shutdownNow();
        }
    }

    private static void assertEqualState(ServerProcess server, ServerProcess reference) {
        for (List<String> question :
                List.of(
                        List.of("get", "", "--prefix", "-w", "json"),
                        List.of("lease", "list"),
                        List.of("role", "get", "root"),
                        List.of("member", "list", "-w", "json"))) {
            assertThat(sortedLines(withoutTerm(ctl(server, "", question.toArray(String[]::new)))))
                    .as("%s", question)
                    .isEqualTo(
                            sortedLines(
                                    withoutTerm(
                                            ctl(reference, "", question.toArray(String[]::new)))));
        }
        assertThat(hashes(server)).isEqualTo(hashes(reference));
    }

    private static String hashes(ServerProcess server) {
        return withoutTerm(
                        Http.post(server, "/v3/maintenance/hash", "{}")
                                .replaceAll(".*\"revision\":\"(\\d+)\".*\\s*", "$1"))
                + withoutTerm(
                        ctl(server, "", "endpoint", "hashkv", "-w", "json")
                                .replace(server.endpoint(), "ENDPOINT"));
    }

    private static String withoutTerm(String json) {
        return json.replaceAll("\"raft_term\":\\d+", "\"raft_term\":T");
    }

    /** etcd lists leases in no order. */
    private static String sortedLines(String text) {
        return text.lines().sorted().collect(Collectors.joining("\n"));
    }

    private static String ctl(ServerProcess server, String stdin, String... arguments) {
        List<String> command =
                new ArrayList<>(
                        List.of(Peers.etcdctl().toString(), "--endpoints=" + server.endpoint()));
        command.addAll(List.of(arguments));
        return CommandRun.of(command, Map.of("ETCDCTL_API", "3"), stdin).succeeded().stdout();
    }
}
