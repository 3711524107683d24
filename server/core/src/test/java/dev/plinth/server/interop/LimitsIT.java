package dev.plinth.server.interop;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.ByteString;
import dev.plinth.api.etcdserverpb.AuthGrpc;
import dev.plinth.api.etcdserverpb.AuthUserAddRequest;
import dev.plinth.api.etcdserverpb.ClusterGrpc;
import dev.plinth.api.etcdserverpb.KVGrpc;
import dev.plinth.api.etcdserverpb.LeaseGrantRequest;
import dev.plinth.api.etcdserverpb.LeaseGrpc;
import dev.plinth.api.etcdserverpb.MemberAddRequest;
import dev.plinth.api.etcdserverpb.PutRequest;
import dev.plinth.api.etcdserverpb.RequestOp;
import dev.plinth.api.etcdserverpb.TxnRequest;
import dev.plinth.api.etcdserverpb.WatchCreateRequest;
import dev.plinth.api.etcdserverpb.WatchGrpc;
import dev.plinth.api.etcdserverpb.WatchProgressRequest;
import dev.plinth.api.etcdserverpb.WatchRequest;
import dev.plinth.api.etcdserverpb.WatchResponse;
import io.grpc.ManagedChannel;
import io.grpc.Status;
import io.grpc.netty.NettyChannelBuilder;
import io.grpc.stub.StreamObserver;
import java.io.IOException;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.IntPredicate;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What clients can run into: what is just allowed, and one more, against one running server. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@Timeout(value = 2, unit = TimeUnit.MINUTES)
class LimitsIT {
    private static final int REQUEST_BYTES_MAX = 1_572_864;
    private static final int MESSAGE_BYTES_MAX = REQUEST_BYTES_MAX + (512 << 10);
    private static final int OPERATIONS_MAX = 128;
    private static final long TTL_MAX = 9_000_000_000L;
    private static final int STREAMS_MAX = 4;
    private static final int REQUEST_LINE_MAX = 8192;
    private static final int HEADERS_MAX = 64 << 10;
    private static final ByteString KEY = ByteString.copyFromUtf8("k");

    @TempDir static Path dir;
    private ServerProcess server;
    private ManagedChannel channel;

    @BeforeAll
    void start() {
        server =
                ServerProcess.plinth(
                        dir, "--max-concurrent-streams=" + STREAMS_MAX, "--bcrypt-cost=4");
        channel = NettyChannelBuilder.forTarget(server.endpoint()).usePlaintext().build();
    }

    @AfterAll
    void stop() {
        if (channel != null) {
            channel.shutdownNow();
        }
        if (server != null) {
            server.close();
        }
    }

    private static void refused(ThrowingCallable call, Status.Code code, String text) {
        assertThatThrownBy(call)
                .satisfies(e -> {
                    assertThat(Status.fromThrowable(e).getCode()).isEqualTo(code);
                    assertThat(e).hasMessageContaining(text);
                });
    }

    private KVGrpc.KVBlockingStub keys() {
        return KVGrpc.newBlockingStub(channel);
    }

    private static PutRequest put(int valueBytes) {
        return PutRequest.newBuilder()
                .setKey(KEY)
                .setValue(ByteString.copyFrom(new byte[valueBytes]))
                .build();
    }

    /** A request as large as given. */
    private static PutRequest message(int bytes) {
        PutRequest request = put(bytes - 10);
        return put(bytes - 10 + bytes - request.getSerializedSize());
    }

    /** The last number that passes; all after it do not. */
    private static int lastOf(int from, int to, IntPredicate passes) {
        int low = from;
        int high = to;
        while (high - low > 1) {
            int middle = (low + high) >>> 1;
            if (passes.test(middle)) {
                low = middle;
            } else {
                high = middle;
            }
        }
        return low;
    }

    private boolean isTaken(PutRequest request) {
        try {
            return keys().put(request).hasHeader();
        } catch (io.grpc.StatusRuntimeException e) {
            assertThat(e.getStatus().getCode()).isEqualTo(Status.Code.INVALID_ARGUMENT);
            assertThat(e).hasMessageContaining("etcdserver: request is too large");
            return false;
        }
    }

    @Test
    void aWriteOfTheLargestSize() {
        // What the log holds is the request and its header, of which the id has nine or ten bytes.
        int last =
                lastOf(REQUEST_BYTES_MAX - 64, REQUEST_BYTES_MAX, size -> isTaken(message(size)));
        assertThat(last).isBetween(REQUEST_BYTES_MAX - 24, REQUEST_BYTES_MAX - 12);
    }

    @Test
    void aMessageOfTheLargestSize() {
        refused(
                () -> keys().put(message(MESSAGE_BYTES_MAX)),
                Status.Code.INVALID_ARGUMENT,
                "etcdserver: request is too large");
        refused(
                () -> keys().put(message(MESSAGE_BYTES_MAX + 1)),
                Status.Code.RESOURCE_EXHAUSTED,
                "received message larger than max (%d vs. %d)"
                        .formatted(MESSAGE_BYTES_MAX + 1, MESSAGE_BYTES_MAX));
    }

    private static TxnRequest transaction(int operations) {
        TxnRequest.Builder request = TxnRequest.newBuilder();
        for (int i = 0; i < operations; i++) {
            request.addSuccess(
                    RequestOp.newBuilder()
                            .setRequestPut(
                                    PutRequest.newBuilder()
                                            .setKey(ByteString.copyFromUtf8("txn/" + i))));
        }
        return request.build();
    }

    @Test
    void operationsOfATransaction() {
        assertThat(keys().txn(transaction(OPERATIONS_MAX)).getResponsesCount())
                .isEqualTo(OPERATIONS_MAX);
        refused(
                () -> keys().txn(transaction(OPERATIONS_MAX + 1)),
                Status.Code.INVALID_ARGUMENT,
                "etcdserver: too many operations in txn request");
    }

    @Test
    void timeToLiveOfALease() {
        LeaseGrpc.LeaseBlockingStub leases = LeaseGrpc.newBlockingStub(channel);
        assertThat(leases.leaseGrant(lease(TTL_MAX)).getTTL()).isEqualTo(TTL_MAX);
        refused(
                () -> leases.leaseGrant(lease(TTL_MAX + 1)),
                Status.Code.OUT_OF_RANGE,
                "etcdserver: too large lease TTL");
        // One and a half election timeouts, in whole seconds.
        assertThat(leases.leaseGrant(lease(2)).getTTL()).isEqualTo(2);
        assertThat(leases.leaseGrant(lease(1)).getTTL()).isEqualTo(2);
    }

    private static LeaseGrantRequest lease(long seconds) {
        return LeaseGrantRequest.newBuilder().setTTL(seconds).build();
    }

    @Test
    void lengthOfAPassword() {
        AuthGrpc.AuthBlockingStub auth = AuthGrpc.newBlockingStub(channel);
        assertThat(auth.userAdd(user("fits", 72)).hasHeader()).isTrue();
        refused(
                () -> auth.userAdd(user("long", 73)),
                Status.Code.UNKNOWN,
                "bcrypt: password length exceeds 72 bytes");
    }

    private static AuthUserAddRequest user(String name, int passwordBytes) {
        return AuthUserAddRequest.newBuilder()
                .setName(name)
                .setPassword("p".repeat(passwordBytes))
                .build();
    }

    @Test
    void numberOfLearners() {
        ClusterGrpc.ClusterBlockingStub cluster = ClusterGrpc.newBlockingStub(channel);
        assertThat(cluster.memberAdd(learner(1)).getMember().getIsLearner()).isTrue();
        refused(
                () -> cluster.memberAdd(learner(2)),
                Status.Code.FAILED_PRECONDITION,
                "etcdserver: too many learner members in cluster");
    }

    private static MemberAddRequest learner(int port) {
        return MemberAddRequest.newBuilder()
                .addPeerURLs("http://127.0.0.1:" + port)
                .setIsLearner(true)
                .build();
    }

    /** A watch stream that has been opened as far as the server lets it. */
    private record Opened(
            BlockingQueue<WatchResponse> answers, StreamObserver<WatchRequest> requests) {
        private WatchResponse answer() throws InterruptedException {
            WatchResponse answer = answers.poll(30, TimeUnit.SECONDS);
            assertThat(answer).as("an answer within 30 s").isNotNull();
            return Objects.requireNonNull(answer);
        }

        /** There and back: what was written on the connection before has been sent. */
        private void askForProgress() throws InterruptedException {
            requests.onNext(
                    WatchRequest.newBuilder()
                            .setProgressRequest(WatchProgressRequest.getDefaultInstance())
                            .build());
            WatchResponse answer;
            do {
                answer = answer();
            } while (answer.getEventsCount() > 0);
        }
    }

    private static Opened watch(ManagedChannel connection) {
        BlockingQueue<WatchResponse> answers = new LinkedBlockingQueue<>();
        StreamObserver<WatchRequest> requests =
                WatchGrpc.newStub(connection)
                        .watch(
                                new StreamObserver<>() {
                                    @Override
                                    public void onNext(WatchResponse response) {
                                        answers.add(response);
                                    }

                                    @Override
                                    public void onError(Throwable cause) {}

                                    @Override
                                    public void onCompleted() {}
                                });
        requests.onNext(
                WatchRequest.newBuilder()
                        .setCreateRequest(WatchCreateRequest.newBuilder().setKey(KEY))
                        .build());
        return new Opened(answers, requests);
    }

    @Test
    void streamsOfAConnection() throws Exception {
        ManagedChannel connection =
                NettyChannelBuilder.forTarget(server.endpoint()).usePlaintext().build();
        try {
            // The server's settings have come with the first answer.
            List<Opened> open = new ArrayList<>();
            for (int i = 0; i < STREAMS_MAX; i++) {
                open.add(watch(connection));
                assertThat(open.getLast().answer().getCreated()).isTrue();
            }
            Opened oneMore = watch(connection);
            // The answer to this comes after one to the stream would have come, on another one.
            assertThat(keys().put(put(1)).hasHeader()).isTrue();
            assertThat(oneMore.answers()).isEmpty();
            open.getFirst()
                    .requests()
                    .onError(Status.CANCELLED.withDescription("room").asRuntimeException());
            // Once the end is sent there is room, which this client looks at as it next sends.
            open.getLast().askForProgress();
            open.getLast().askForProgress();
            assertThat(oneMore.answer().getCreated()).isTrue();
        } finally {
            connection.shutdownNow();
        }
    }

    /** The first line of the answer to a request with such a path and such headers. */
    private String answer(int lineBytes, int headerBytes) {
        String line = "GET /version?%s HTTP/1.1";
        String path = "x".repeat(lineBytes - line.formatted("").length());
        String host = "Host: x\r\n";
        String header = headerBytes == 0 ? "" : "A: " + "x".repeat(headerBytes) + "\r\n";
        URI endpoint = URI.create("http://" + server.endpoint());
        try (Socket socket = new Socket(endpoint.getHost(), endpoint.getPort())) {
            socket.setSoTimeout(30_000);
            socket.getOutputStream()
                    .write(
                            (line.formatted(path) + "\r\n" + host + header + "\r\n")
                                    .getBytes(StandardCharsets.US_ASCII));
            String first =
                    new String(socket.getInputStream().readNBytes(12), StandardCharsets.UTF_8);
            assertThat(first).startsWith("HTTP/1.1 ");
            return first.substring(9);
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    @Test
    void lengthOfARequestLine() {
        assertThat(answer(REQUEST_LINE_MAX, 0)).isEqualTo("200");
        assertThat(answer(REQUEST_LINE_MAX + 1, 0)).isEqualTo("400");
    }

    @Test
    void lengthOfHeaders() {
        int last =
                lastOf(HEADERS_MAX - 64, HEADERS_MAX + 64, size -> answer(100, size).equals("200"));
        assertThat(last).isBetween(HEADERS_MAX - 32, HEADERS_MAX);
        assertThat(answer(100, last)).isEqualTo("200");
        assertThat(answer(100, last + 1)).isEqualTo("400");
    }
}
