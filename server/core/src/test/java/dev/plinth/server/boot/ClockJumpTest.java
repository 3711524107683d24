package dev.plinth.server.boot;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import dev.plinth.api.etcdserverpb.KVGrpc;
import dev.plinth.api.etcdserverpb.LeaseGrantRequest;
import dev.plinth.api.etcdserverpb.LeaseGrpc;
import dev.plinth.api.etcdserverpb.LeaseTimeToLiveRequest;
import dev.plinth.api.etcdserverpb.MaintenanceGrpc;
import dev.plinth.api.etcdserverpb.PutRequest;
import dev.plinth.api.etcdserverpb.RangeRequest;
import dev.plinth.api.etcdserverpb.StatusRequest;
import dev.plinth.api.etcdserverpb.StatusResponse;
import dev.plinth.api.etcdserverpb.WatchCreateRequest;
import dev.plinth.api.etcdserverpb.WatchGrpc;
import dev.plinth.api.etcdserverpb.WatchRequest;
import dev.plinth.api.etcdserverpb.WatchResponse;
import dev.plinth.api.mvccpb.Event;
import dev.plinth.server.core.StartException;
import dev.plinth.server.log.LogLevel;
import dev.plinth.server.log.LogSink;
import dev.plinth.walio.io.Clock;
import io.grpc.ManagedChannel;
import io.grpc.netty.NettyChannelBuilder;
import io.grpc.stub.StreamObserver;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Three members whose times of day jump by hours in different directions: no lease ends early or
 * never, nobody is elected, and no write is refused or lost.
 */
class ClockJumpTest {
    private static final Duration LIMIT = Duration.ofSeconds(60);
    private static final long HOUR_MILLIS = Duration.ofHours(1).toMillis();

    /** The shortest lease that the server grants with its election timeout of a second. */
    private static final long SHORT_LEASE_SECONDS = 2;

    private static final long LONG_LEASE_SECONDS = 600;

    @TempDir Path dir;

    private final List<Node> nodes = new ArrayList<>();
    private int written;

    /** The machine's clock, but for the time of day. */
    private static final class JumpingClock implements Clock {
        volatile long aheadMillis;

        @Override
        public long monotonicNanos() {
            return System.nanoTime();
        }

        @Override
        public long wallMillis() {
            return System.currentTimeMillis() + aheadMillis;
        }
    }

    private static final class Node {
        final JumpingClock clock = new JumpingClock();
        final AtomicBoolean hasFailed = new AtomicBoolean();
        final EmbeddedMember member;
        final ManagedChannel channel;

        Node(List<String> flags, int clientPort) throws StartException {
            LogSink quiet =
                    new LogSink(
                            InstantSource.system(),
                            ZoneOffset.UTC,
                            new LogSink.Settings(LogLevel.FATAL, LogSink.Format.JSON, List.of()));
            member = EmbeddedMember.start(flags, clock, quiet, () -> hasFailed.set(true));
            channel =
                    NettyChannelBuilder.forAddress("127.0.0.1", clientPort).usePlaintext().build();
        }

        KVGrpc.KVBlockingStub keys() {
            return KVGrpc.newBlockingStub(channel)
                    .withDeadlineAfter(LIMIT.toSeconds(), TimeUnit.SECONDS);
        }

        LeaseGrpc.LeaseBlockingStub leases() {
            return LeaseGrpc.newBlockingStub(channel)
                    .withDeadlineAfter(LIMIT.toSeconds(), TimeUnit.SECONDS);
        }

        StatusResponse status() {
            return MaintenanceGrpc.newBlockingStub(channel)
                    .withDeadlineAfter(LIMIT.toSeconds(), TimeUnit.SECONDS)
                    .status(StatusRequest.getDefaultInstance());
        }
    }

    @BeforeEach
    void start() throws Exception {
        List<Integer> ports = new ArrayList<>();
        List<String> cluster = new ArrayList<>();
        for (int i = 0; i < 3; i++) {
            ports.add(freePort());
            ports.add(freePort());
            cluster.add("m%d=http://127.0.0.1:%d".formatted(i, ports.get(2 * i)));
        }
        for (int i = 0; i < 3; i++) {
            String peer = "http://127.0.0.1:" + ports.get(2 * i);
            String client = "http://127.0.0.1:" + ports.get(2 * i + 1);
            nodes.add(
                    new Node(
                            List.of(
                                    "--name=m" + i,
                                    "--data-dir=" + dir.resolve("m" + i),
                                    "--listen-peer-urls=" + peer,
                                    "--initial-advertise-peer-urls=" + peer,
                                    "--listen-client-urls=" + client,
                                    "--advertise-client-urls=" + client,
                                    "--initial-cluster=" + String.join(",", cluster)),
                            ports.get(2 * i + 1)));
        }
        for (Node node : nodes) {
            node.member.awaitServing(LIMIT);
        }
    }

    @AfterEach
    void stop() {
        nodes.forEach(node -> {
            node.channel.shutdownNow();
            node.member.close();
        });
    }

    @Test
    void timesOfDayThatJumpChangeNothing() throws Exception {
        Node leader = nodes.stream().filter(ClockJumpTest::leads).findFirst().orElseThrow();
        List<Node> followers = nodes.stream().filter(node -> node != leader).toList();
        write();
        StatusResponse before = leader.status();
        long kept = grant(leader, LONG_LEASE_SECONDS);
        put(followers.getFirst(), "kept", kept);

        jump(leader, 1);
        jump(followers.getFirst(), -1);
        write();
        shortLeaseEndsInTime(leader);

        jump(leader, -1);
        jump(followers.getFirst(), 1);
        jump(followers.getLast(), 24);
        write();
        shortLeaseEndsInTime(followers.getLast());

        for (Node node : nodes) {
            assertThat(node.status().getRaftTerm()).isEqualTo(before.getRaftTerm());
            assertThat(node.status().getLeader()).isEqualTo(before.getLeader());
            assertThat(node.hasFailed).isFalse();
            assertThat(count(node, "written/")).isEqualTo(written);
            assertThat(count(node, "kept")).isEqualTo(1);
            long left =
                    node.leases()
                            .leaseTimeToLive(
                                    LeaseTimeToLiveRequest.newBuilder().setID(kept).build())
                            .getTTL();
            assertThat(left).isBetween(LONG_LEASE_SECONDS - LIMIT.toSeconds(), LONG_LEASE_SECONDS);
        }
    }

    private static boolean leads(Node node) {
        StatusResponse status = node.status();
        return status.getLeader() == status.getHeader().getMemberId();
    }

    private static void jump(Node node, long hours) {
        node.clock.aheadMillis = hours * HOUR_MILLIS;
    }

    /** New keys through each member. */
    private void write() {
        for (int i = 0; i < 30; i++) {
            put(nodes.get(i % nodes.size()), "written/" + written, 0);
            written++;
        }
    }

    private static void put(Node node, String key, long lease) {
        ByteString bytes = ByteString.copyFromUtf8(key);
        var _ =
                node.keys()
                        .withWaitForReady()
                        .put(
                                PutRequest.newBuilder()
                                        .setKey(bytes)
                                        .setValue(bytes)
                                        .setLease(lease)
                                        .build());
    }

    private static long grant(Node node, long seconds) {
        return node.leases()
                .withWaitForReady()
                .leaseGrant(LeaseGrantRequest.newBuilder().setTTL(seconds).build())
                .getID();
    }

    private static long count(Node node, String prefix) {
        return node.keys()
                .range(
                        RangeRequest.newBuilder()
                                .setKey(ByteString.copyFromUtf8(prefix))
                                .setRangeEnd(ByteString.copyFromUtf8(prefix + "~"))
                                .setCountOnly(true)
                                .build())
                .getCount();
    }

    /** Not before its time, and before the limit. */
    private static void shortLeaseEndsInTime(Node node) throws Exception {
        CompletableFuture<Void> watching = new CompletableFuture<>();
        CompletableFuture<Void> deleted = new CompletableFuture<>();
        StreamObserver<WatchRequest> watch =
                WatchGrpc.newStub(node.channel)
                        .watch(
                                new StreamObserver<>() {
                                    @Override
                                    public void onNext(WatchResponse answer) {
                                        if (answer.getCreated()) {
                                            watching.complete(null);
                                        }
                                        for (Event event : answer.getEventsList()) {
                                            if (event.getType() == Event.EventType.DELETE) {
                                                deleted.complete(null);
                                            }
                                        }
                                    }

                                    @Override
                                    public void onError(Throwable cause) {
                                        watching.completeExceptionally(cause);
                                        deleted.completeExceptionally(cause);
                                    }

                                    @Override
                                    public void onCompleted() {
                                        deleted.completeExceptionally(
                                                new IOException("the watch has ended"));
                                    }
                                });
        watch.onNext(
                WatchRequest.newBuilder()
                        .setCreateRequest(
                                WatchCreateRequest.newBuilder()
                                        .setKey(ByteString.copyFromUtf8("short")))
                        .build());
        watching.get(LIMIT.toSeconds(), TimeUnit.SECONDS);
        long begin = System.nanoTime();
        put(node, "short", grant(node, SHORT_LEASE_SECONDS));
        deleted.get(LIMIT.toSeconds(), TimeUnit.SECONDS);
        assertThat(Duration.ofNanos(System.nanoTime() - begin))
                .isGreaterThanOrEqualTo(Duration.ofSeconds(SHORT_LEASE_SECONDS));
        watch.onCompleted();
    }

    private static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }
}
