package dev.plinth.server.boot;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import dev.plinth.api.etcdserverpb.KVGrpc;
import dev.plinth.api.etcdserverpb.PutRequest;
import dev.plinth.api.etcdserverpb.RangeRequest;
import dev.plinth.api.etcdserverpb.RangeResponse;
import dev.plinth.api.etcdserverpb.RequestOp;
import dev.plinth.api.etcdserverpb.TxnRequest;
import dev.plinth.api.mvccpb.KeyValue;
import dev.plinth.server.interop.ServerProcess;
import io.grpc.ManagedChannel;
import io.grpc.StatusRuntimeException;
import io.grpc.netty.NettyChannelBuilder;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Kills the server at random moments under load and looks at what is there after the restart.
 *
 * <p>Sixteen clients each write transactions of two puts, {@code CLIENT/NUMBER/a} and {@code …/b},
 * one after the other. Every transaction takes exactly one revision. So after a restart: each
 * acknowledged transaction is there at the revision that was acknowledged; no transaction is there
 * by half; and the revisions of all that is there are 2, 3, 4 … without a gap, up to the store's.
 *
 * <p>{@code -Dplinth.kills=50} runs the campaign, {@code -Dplinth.seed=N} repeats a run's moments.
 */
class KillIT {
    private static final int CLIENTS = 16;
    private static final int KILLS = Integer.getInteger("plinth.kills", 3);
    private static final long SEED = Long.getLong("plinth.seed", 1);
    private static final ByteString VALUE = ByteString.copyFrom(new byte[300]);

    @TempDir Path dir;

    private final Map<String, Long> acknowledged = new ConcurrentHashMap<>();

    @Test
    void acknowledgedWritesSurviveAndNoneIsThereByHalf() {
        Random random = new Random(SEED);
        int[] next = new int[CLIENTS];
        for (int kill = 0; kill <= KILLS; kill++) {
            try (ServerProcess server =
                    ServerProcess.plinth(dir.resolve("data"), "--snapshot-count=500")) {
                check(server, kill);
                if (kill < KILLS) {
                    loadUntilKilled(server, random.nextInt(1_000), next);
                }
            }
        }
        assertThat(acknowledged).as("writes acknowledged in %d rounds", KILLS).isNotEmpty();
        System.out.printf(
                "%d kills, seed %d: %d acknowledged transactions, all there%n",
                KILLS, SEED, acknowledged.size());
    }

    private void loadUntilKilled(ServerProcess server, int millis, int[] next) {
        ManagedChannel channel = channel(server);
        List<Thread> clients = new ArrayList<>();
        for (int client = 0; client < CLIENTS; client++) {
            int number = client;
            clients.add(Thread.ofVirtual().start(() -> write(channel, number, next)));
        }
        LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(100 + millis));
        server.kill();
        channel.shutdownNow();
        for (Thread client : clients) {
            join(client);
        }
    }

    /** Writes until a call fails; numbers that were tried are never used again. */
    private void write(ManagedChannel channel, int client, int[] next) {
        KVGrpc.KVBlockingStub kv = KVGrpc.newBlockingStub(channel);
        try {
            while (true) {
                String name = client + "/" + next[client]++;
                long revision =
                        kv.withDeadlineAfter(20, TimeUnit.SECONDS)
                                .txn(
                                        TxnRequest.newBuilder()
                                                .addSuccess(put(name + "/a"))
                                                .addSuccess(put(name + "/b"))
                                                .build())
                                .getHeader()
                                .getRevision();
                acknowledged.put(name, revision);
            }
        } catch (StatusRuntimeException _) {
            // The server is gone; whether this transaction is there is told by the next check.
        }
    }

    private static RequestOp put(String key) {
        return RequestOp.newBuilder()
                .setRequestPut(
                        PutRequest.newBuilder()
                                .setKey(ByteString.copyFromUtf8(key))
                                .setValue(VALUE))
                .build();
    }

    private void check(ServerProcess server, int kill) {
        ManagedChannel channel = channel(server);
        try {
            RangeResponse all =
                    KVGrpc.newBlockingStub(channel)
                            .withMaxInboundMessageSize(Integer.MAX_VALUE)
                            .range(
                                    RangeRequest.newBuilder()
                                            .setKey(ByteString.copyFrom(new byte[1]))
                                            .setRangeEnd(ByteString.copyFrom(new byte[1]))
                                            .build());
            Map<String, Long> revisions = new HashMap<>();
            Map<String, Integer> halves = new HashMap<>();
            Set<Long> seen = new TreeSet<>();
            for (KeyValue pair : all.getKvsList()) {
                String key = pair.getKey().toStringUtf8();
                String name = key.substring(0, key.lastIndexOf('/'));
                assertThat(pair.getValue()).as("value of %s", key).isEqualTo(VALUE);
                halves.merge(name, 1, Integer::sum);
                Long other = revisions.put(name, pair.getModRevision());
                assertThat(other == null || other == pair.getModRevision())
                        .as("both puts of %s at one revision", name)
                        .isTrue();
                seen.add(pair.getModRevision());
            }
            assertThat(halves.values()).as("after kill %d", kill).allMatch(n -> n == 2);
            assertThat(revisions).as("after kill %d", kill).containsAllEntriesOf(acknowledged);
            long last = all.getHeader().getRevision();
            assertThat(seen).as("revisions after kill %d", kill).hasSize((int) last - 1);
            assertThat(revisions).hasSameSizeAs(seen);
        } finally {
            channel.shutdownNow();
        }
    }

    private static ManagedChannel channel(ServerProcess server) {
        return NettyChannelBuilder.forTarget("dns:///" + server.endpoint()).usePlaintext().build();
    }

    private static void join(Thread thread) {
        try {
            thread.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AssertionError(e);
        }
    }
}
