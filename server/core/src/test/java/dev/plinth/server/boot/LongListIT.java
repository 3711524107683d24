package dev.plinth.server.boot;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.ByteString;
import dev.plinth.api.etcdserverpb.CompactionRequest;
import dev.plinth.api.etcdserverpb.KVGrpc;
import dev.plinth.api.etcdserverpb.PutRequest;
import dev.plinth.api.etcdserverpb.RangeRequest;
import dev.plinth.api.etcdserverpb.RangeResponse;
import dev.plinth.server.interop.ServerProcess;
import io.grpc.ClientCall;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.netty.NettyChannelBuilder;
import io.grpc.stub.ClientCalls;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Base64;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Lists that are too long to be held: they are read again piece by piece while they are sent. */
class LongListIT {
    private static final int KEYS = 2_000;
    private static final int VALUE_BYTES = 32 << 10;
    private static final long LIST_BYTES = (long) KEYS * VALUE_BYTES;
    private static final ByteString FROM = ByteString.copyFromUtf8("k/");
    private static final ByteString TO = ByteString.copyFromUtf8("k0");

    @TempDir Path dir;

    /** What is read is looked at, not whether it is on the disk. */
    private ServerProcess start() {
        return ServerProcess.plinth(dir.resolve("data"), "--unsafe-no-fsync");
    }

    @Test
    void aLongListIsWholeWhileWritesGoOn() {
        try (ServerProcess server = start();
                Client client = new Client(server)) {
            long revision = client.load();
            CompletableFuture<Void> writes =
                    CompletableFuture.runAsync(() -> {
                        for (int i = 0; i < 500; i++) {
                            client.put(i, 1);
                        }
                    });
            RangeResponse list = client.list(RangeRequest.newBuilder().setRevision(revision));
            writes.join();
            assertThat(list.getCount()).isEqualTo(KEYS);
            assertThat(list.getMore()).isFalse();
            for (int i = 0; i < KEYS; i++) {
                assertThat(list.getKvs(i).getKey()).isEqualTo(key(i));
                assertThat(list.getKvs(i).getValue()).isEqualTo(value(i, 0));
            }
            RangeResponse part = client.list(RangeRequest.newBuilder().setLimit(KEYS - 7));
            assertThat(part.getKvsCount()).isEqualTo(KEYS - 7);
            assertThat(part.getCount()).isEqualTo(KEYS);
            assertThat(part.getMore()).isTrue();
            assertThat(part.getKvs(KEYS - 8).getKey()).isEqualTo(key(KEYS - 8));
        }
    }

    @Test
    void aReceiverThatStallsCostsLittleAndHoldsUpNobody() throws Exception {
        try (ServerProcess server = start();
                Client client = new Client(server);
                Client stalling = new Client(server)) {
            client.load();
            client.list(RangeRequest.newBuilder());
            long before = anonymousBytes(server);
            for (int i = 0; i < 8; i++) {
                stalling.listWithoutTakingIt();
            }
            for (int i = 0; i < 200; i++) {
                client.put(i, 2);
            }
            long held = anonymousBytes(server) - before;
            assertThat(held).isLessThan(8 * LIST_BYTES / 4);
        }
    }

    @Test
    void aCompactionThatPassesEndsTheList() throws Exception {
        try (ServerProcess server = start();
                Client client = new Client(server);
                Client stalling = new Client(server);
                Socket http = new Socket(InetAddress.getLoopbackAddress(), portOf(server))) {
            long revision = client.load();
            Taking taking = stalling.listWithoutTakingIt();
            listByHttpWithoutTakingIt(http);
            for (int i = 0; i < KEYS; i++) {
                client.put(i, 1);
            }
            client.stub.compact(CompactionRequest.newBuilder().setRevision(revision + 1).build());
            assertThat(restOf(http)).startsWith("HTTP/1.1 200").doesNotEndWith("\r\n0\r\n\r\n");
            taking.take();
            assertThat(taking.closed.get(60, TimeUnit.SECONDS).isOk()).isFalse();
            assertThatThrownBy(() -> client.list(RangeRequest.newBuilder().setRevision(revision)))
                    .isInstanceOf(StatusRuntimeException.class)
                    .hasMessageContaining("compacted");
            assertThat(client.list(RangeRequest.newBuilder()).getKvsCount()).isEqualTo(KEYS);
        }
    }

    private static int portOf(ServerProcess server) {
        return URI.create("//" + server.endpoint()).getPort();
    }

    /** Returns when the server has begun to answer. */
    private static void listByHttpWithoutTakingIt(Socket socket) throws IOException {
        String request =
                "{\"key\":\"%s\",\"range_end\":\"%s\"}"
                        .formatted(
                                Base64.getEncoder().encodeToString(FROM.toByteArray()),
                                Base64.getEncoder().encodeToString(TO.toByteArray()));
        socket.setReceiveBufferSize(256 << 10);
        socket.setSoTimeout(60_000);
        socket.getOutputStream()
                .write(
                        ("POST /v3/kv/range HTTP/1.1\r\nHost: localhost\r\nContent-Length: "
                                        + request.length()
                                        + "\r\n\r\n"
                                        + request)
                                .getBytes(StandardCharsets.US_ASCII));
        assertThat(socket.getInputStream().read()).isEqualTo('H');
    }

    /** What comes until the connection is closed; its end is enough to look at. */
    private static String restOf(Socket socket) throws IOException {
        byte[] rest = socket.getInputStream().readAllBytes();
        return "H"
                + new String(rest, 0, 100, StandardCharsets.ISO_8859_1)
                + new String(rest, rest.length - 10, 10, StandardCharsets.ISO_8859_1);
    }

    private static ByteString key(int i) {
        return ByteString.copyFromUtf8("k/%06d".formatted(i));
    }

    private static ByteString value(int i, int round) {
        byte[] value = new byte[VALUE_BYTES];
        new Random(31L * i + round).nextBytes(value);
        return ByteString.copyFrom(value);
    }

    private static long anonymousBytes(ServerProcess server) throws Exception {
        for (String line :
                Files.readAllLines(
                        Path.of("/proc", String.valueOf(server.handle().pid()), "status"))) {
            if (line.startsWith("RssAnon:")) {
                return Long.parseLong(line.replaceAll("[^0-9]", "")) << 10;
            }
        }
        throw new AssertionError("no resident size");
    }

    /** A call whose answer is taken only when asked for. */
    private static final class Taking extends ClientCall.Listener<RangeResponse> {
        final ClientCall<RangeRequest, RangeResponse> call;
        final CompletableFuture<Void> begun = new CompletableFuture<>();
        final CompletableFuture<Status> closed = new CompletableFuture<>();

        Taking(ClientCall<RangeRequest, RangeResponse> call) {
            this.call = call;
        }

        @Override
        public void onHeaders(Metadata headers) {
            begun.complete(null);
        }

        @Override
        public void onClose(Status status, Metadata trailers) {
            closed.complete(status);
        }

        void take() {
            call.request(1);
        }
    }

    private static final class Client implements AutoCloseable {
        private final ManagedChannel channel;
        private final KVGrpc.KVBlockingStub stub;

        Client(ServerProcess server) {
            server.awaitReady();
            channel =
                    NettyChannelBuilder.forTarget(server.endpoint().replace("http://", ""))
                            .usePlaintext()
                            .maxInboundMessageSize(Integer.MAX_VALUE)
                            .flowControlWindow(256 << 10)
                            .build();
            stub = KVGrpc.newBlockingStub(channel);
        }

        /** Returns the revision of the last put. */
        long load() {
            long revision = 0;
            for (int i = 0; i < KEYS; i++) {
                revision = put(i, 0);
            }
            return revision;
        }

        long put(int i, int round) {
            return stub.put(
                            PutRequest.newBuilder()
                                    .setKey(key(i))
                                    .setValue(value(i, round))
                                    .build())
                    .getHeader()
                    .getRevision();
        }

        RangeResponse list(RangeRequest.Builder request) {
            return ClientCalls.blockingUnaryCall(
                    channel,
                    KVGrpc.getRangeMethod(),
                    stub.getCallOptions(),
                    request.setKey(FROM).setRangeEnd(TO).build());
        }

        /** Returns when the server has begun to answer; the window is all that it can send. */
        Taking listWithoutTakingIt() throws Exception {
            Taking taking =
                    new Taking(channel.newCall(KVGrpc.getRangeMethod(), stub.getCallOptions()));
            taking.call.start(taking, new Metadata());
            taking.call.sendMessage(RangeRequest.newBuilder().setKey(FROM).setRangeEnd(TO).build());
            taking.call.halfClose();
            taking.begun.get(60, TimeUnit.SECONDS);
            return taking;
        }

        @Override
        public void close() {
            channel.shutdownNow();
        }
    }
}
