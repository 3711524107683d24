package dev.plinth.server.interop;

import static dev.plinth.server.interop.RawConnection.CONTINUATION;
import static dev.plinth.server.interop.RawConnection.DATA;
import static dev.plinth.server.interop.RawConnection.END_HEADERS;
import static dev.plinth.server.interop.RawConnection.HEADERS;
import static dev.plinth.server.interop.RawConnection.PING;
import static dev.plinth.server.interop.RawConnection.RST_STREAM;
import static dev.plinth.server.interop.RawConnection.SETTINGS;
import static dev.plinth.server.interop.RawConnection.WINDOW_UPDATE;
import static dev.plinth.server.interop.RawConnection.ascii;
import static dev.plinth.server.interop.RawConnection.block;
import static dev.plinth.server.interop.RawConnection.bytes;
import static dev.plinth.server.interop.RawConnection.frame;
import static dev.plinth.server.interop.RawConnection.frameHead;
import static dev.plinth.server.interop.RawConnection.opening;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.google.protobuf.ByteString;
import dev.plinth.api.etcdserverpb.KVGrpc;
import dev.plinth.api.etcdserverpb.PutRequest;
import io.grpc.ManagedChannel;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.netty.NettyChannelBuilder;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Clients that send what no client should: refused within bounds, while another client's calls go
 * on, and without a growing server.
 */
@Timeout(value = 120, unit = TimeUnit.SECONDS)
class HostileClientsIT {
    private static final String PASSWORD = "password-in-no-log";
    private static final String VALUE = "value-in-no-log";
    private static final int IDLE_CONNECTIONS = 5000;

    /** What a connection may cost the server, kernel's buffers aside. */
    private static final long GROWTH_BYTES_MAX = 256L << 20;

    @TempDir private static Path dir;
    private static ServerProcess server;
    private static ManagedChannel channel;
    private static long residentBefore;
    private CompletableFuture<Integer> others = new CompletableFuture<>();
    private volatile boolean isOver;

    @BeforeAll
    static void start() throws IOException {
        // Every call is slow by these limits, so that the log tells of each.
        server =
                ServerProcess.plinth(
                        dir,
                        "--enable-console",
                        "--warning-apply-duration=1ns",
                        "--warning-unary-request-duration=1ns");
        channel = NettyChannelBuilder.forTarget(server.endpoint()).usePlaintext().build();
        for (int i = 0; i < 200; i++) {
            put("warm", VALUE);
        }
        residentBefore = residentBytes();
    }

    @AfterAll
    static void stop() throws Exception {
        if (channel != null) {
            channel.shutdownNow().awaitTermination(10, TimeUnit.SECONDS);
        }
        if (server != null) {
            server.close();
        }
    }

    /** Another client, which must not notice anything. */
    @BeforeEach
    void serveAnother() {
        isOver = false;
        others =
                CompletableFuture.supplyAsync(() -> {
                    int done = 0;
                    do {
                        put("steady", VALUE);
                        done++;
                    } while (!isOver);
                    return done;
                });
    }

    @AfterEach
    void theOtherWasServedAndTheServerHasNotGrown() throws Exception {
        isOver = true;
        assertThat(others.get(30, TimeUnit.SECONDS)).isPositive();
        assertThat(residentBytes() - residentBefore).isLessThan(GROWTH_BYTES_MAX);
    }

    private static void put(String key, String value) {
        var _ =
                KVGrpc.newBlockingStub(channel)
                        .withDeadlineAfter(20, TimeUnit.SECONDS)
                        .put(
                                PutRequest.newBuilder()
                                        .setKey(ByteString.copyFromUtf8(key))
                                        .setValue(ByteString.copyFromUtf8(value))
                                        .build());
    }

    private static long residentBytes() throws IOException {
        try (Stream<String> lines =
                Files.lines(Path.of("/proc/" + server.handle().pid() + "/status"))) {
            String line = lines.filter(one -> one.startsWith("VmRSS:")).findFirst().orElseThrow();
            return Long.parseLong(line.replaceAll("\\D", "")) << 10;
        }
    }

    private static Map<String, String> call() {
        Map<String, String> headers = new LinkedHashMap<>();
        headers.put(":method", "POST");
        headers.put(":scheme", "http");
        headers.put(":path", "/etcdserverpb.KV/Range");
        headers.put(":authority", "localhost");
        headers.put("content-type", "application/grpc");
        headers.put("te", "trailers");
        return headers;
    }

    private static byte[] begun(int stream) {
        return frame(HEADERS, END_HEADERS, stream, block(call()));
    }

    static Stream<Arguments> brokenHttp2() {
        byte[] four = new byte[4];
        return Stream.of(
                Arguments.of("no settings", bytes(opening(), new byte[0]), ascii("GET / HTTP/1.1")),
                Arguments.of("a frame of 16 MB", opening(), frameHead(0xffffff, DATA, 0, 1)),
                Arguments.of("half a setting", opening(), frame(SETTINGS, 0, 0, new byte[5])),
                Arguments.of("settings of a stream", opening(), frame(SETTINGS, 0, 1, new byte[6])),
                Arguments.of("no window", opening(), frame(WINDOW_UPDATE, 0, 0, four)),
                Arguments.of("data of nothing", opening(), frame(DATA, 0, 0, four)),
                Arguments.of("reset of the idle", opening(), frame(RST_STREAM, 0, 7, four)),
                Arguments.of("headers of an even stream", opening(), begun(2)),
                Arguments.of("a short ping", opening(), frame(PING, 0, 0, four)),
                Arguments.of(
                        "continued nothing", opening(), frame(CONTINUATION, END_HEADERS, 1, four)),
                Arguments.of(
                        "another frame amid headers",
                        opening(),
                        bytes(frame(HEADERS, 0, 1, block(call())), frame(PING, 0, 0, new byte[8]))),
                Arguments.of(
                        "headers that cannot be read",
                        opening(),
                        frame(
                                HEADERS,
                                END_HEADERS,
                                1,
                                new byte[] {(byte) 0xff, -1, -1, -1, -1, -1})));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("brokenHttp2")
    void brokenHttp2EndsTheConnection(String what, byte[] opening, byte[] rest) {
        try (RawConnection connection = new RawConnection(server)) {
            connection.send(opening, rest);
            assertThat(connection.untilClosed()).as(what).isNotNull();
        }
    }

    @Test
    void headersWithoutEndAreNotCollected() {
        byte[] more = frame(CONTINUATION, 0, 1, new byte[16_000]);
        try (RawConnection connection = new RawConnection(server)) {
            boolean isOpen = connection.send(opening(), frame(HEADERS, 0, 1, block(call())));
            int sent = 0;
            while (isOpen && sent < 64 << 20) {
                isOpen = connection.send(more);
                sent += more.length;
            }
            assertThat(isOpen).as("closed within 64 MiB of headers").isFalse();
        }
    }

    @Test
    void floodsOfControlFramesEndTheConnection() {
        for (byte[] one :
                List.of(frame(PING, 0, 0, new byte[8]), frame(SETTINGS, 0, 0, new byte[0]))) {
            byte[] thousand = bytes(Collections.nCopies(1000, one).toArray(byte[][]::new));
            try (RawConnection connection = new RawConnection(server)) {
                boolean isOpen = connection.send(opening(), begun(1));
                for (int i = 0; isOpen && i < 10_000; i++) {
                    isOpen = connection.send(thousand);
                }
                assertThat(isOpen).as("open after ten million frames").isFalse();
            }
        }
    }

    @Test
    void callsThatAreResetAtOnceCostLittle() {
        try (RawConnection connection = new RawConnection(server)) {
            boolean isOpen = connection.send(opening());
            for (int stream = 1; isOpen && stream < 40_000; stream += 2) {
                isOpen =
                        connection.send(
                                begun(stream),
                                frame(RST_STREAM, 0, stream, new byte[] {0, 0, 0, 8}));
            }
        }
    }

    /** It is refused by its first five bytes; what follows is thrown away. */
    @Test
    void aMessageIsNotCollectedBeyondItsLimit() {
        byte[] more = frame(DATA, 0, 1, new byte[16_000]);
        try (RawConnection connection = new RawConnection(server)) {
            boolean isOpen =
                    connection.send(
                            opening(), begun(1), frame(DATA, 0, 1, new byte[] {0, -1, -1, -1, -1}));
            for (int sent = 0; isOpen && sent < GROWTH_BYTES_MAX; sent += more.length) {
                isOpen = connection.send(more);
            }
        }
    }

    @Test
    void compressedBombsAreNotUnpacked() {
        PutRequest bomb =
                PutRequest.newBuilder()
                        .setKey(ByteString.copyFromUtf8("bomb"))
                        .setValue(ByteString.copyFrom(new byte[256 << 20]))
                        .build();
        for (int i = 0; i < 3; i++) {
            StatusRuntimeException refused =
                    catchThrowableOfType(
                            StatusRuntimeException.class,
                            () -> {
                                var _ =
                                        KVGrpc.newBlockingStub(channel)
                                                .withCompression("gzip")
                                                .put(bomb);
                            });
            assertThat(refused.getStatus().getCode()).isEqualTo(Status.Code.RESOURCE_EXHAUSTED);
        }
    }

    @Test
    void bodiesOfTheGatewayAreNotReadBeyondTheirLimit() {
        byte[] filler = new byte[1 << 16];
        Arrays.fill(filler, (byte) 'A');
        byte[] chunk = bytes(ascii("10000\r\n"), filler, ascii("\r\n"));
        try (RawConnection connection = new RawConnection(server)) {
            boolean isOpen =
                    connection.send(
                            ascii("POST /v3/kv/put HTTP/1.1\r\nHost: localhost\r\n"),
                            ascii("Transfer-Encoding: chunked\r\n\r\n"),
                            ascii("a\r\n{\"value\":\"\r\n"));
            for (int sent = 0; isOpen && sent < 1024; sent++) {
                isOpen = connection.send(chunk);
            }
            assertThat(connection.statusLine()).isEqualTo("HTTP/1.1 429 Too Many Requests");
        }
    }

    static Stream<Arguments> strangeRequests() {
        String host = " HTTP/1.1\r\nHost: localhost\r\n";
        return Stream.of(
                Arguments.of("GET /" + "a".repeat(1 << 20) + host + "\r\n", 400),
                Arguments.of("GET /health" + host + "X: " + "a".repeat(1 << 20) + "\r\n\r\n", 400),
                Arguments.of("GET /health" + host + "X: 1\r\n".repeat(100_000) + "\r\n", 400),
                Arguments.of("GET /health" + host + "X\u00ff\u0000: 1\r\n\r\n", 400),
                Arguments.of("GET /../../etc/passwd" + host + "\r\n", 404),
                Arguments.of("GET /console/../../etc/passwd" + host + "\r\n", 404),
                Arguments.of("GET /console/%2e%2e/%2e%2e/etc/passwd" + host + "\r\n", 404),
                Arguments.of("GET /console/console.js%00.html" + host + "\r\n", 404),
                Arguments.of("GET //console" + host + "\r\n", 404),
                Arguments.of("GET /%ff%fe%00" + host + "\r\n", 404),
                Arguments.of("GET /%" + host + "\r\n", 400),
                Arguments.of("GET /health?exclude=%zz" + host + "\r\n", 400),
                Arguments.of("NONSENSE /health" + host + "\r\n", 405),
                Arguments.of("POST /v3/kv/range" + host + "Content-Length: -1\r\n\r\n", 400),
                Arguments.of(
                        "POST /v3/kv/range"
                                + host
                                + "Content-Length: 3\r\nContent-Length: 4\r\n\r\n",
                        400),
                Arguments.of(
                        "POST /v3/kv/range"
                                + host
                                + "Content-Length: 100001\r\n\r\n"
                                + "[".repeat(100_001),
                        400),
                Arguments.of(
                        "POST /v3/auth/authenticate"
                                + host
                                + "Content-Length: 12\r\n\r\n{\"name\":\"\u00ff\"}",
                        400),
                Arguments.of(
                        "POST /v3/kv/range"
                                + host
                                + "Grpc-Metadata-client-api-version: \u00ff\r\nContent-Length: 2\r\n\r\n{}",
                        400));
    }

    @ParameterizedTest(name = "{index}")
    @MethodSource("strangeRequests")
    void strangeRequestsAreRefused(String request, int status) {
        try (RawConnection connection = new RawConnection(server)) {
            connection.send(ascii(request));
            assertThat(connection.statusLine())
                    .as(request.substring(0, Math.min(request.length(), 80)))
                    .startsWith("HTTP/1.1 " + status + " ");
        }
    }

    /** Some say nothing, some stop in the middle of what they say. */
    @Test
    void thousandsOfSilentConnectionsAreBorne() throws IOException {
        List<RawConnection> silent = new ArrayList<>();
        try {
            for (int i = 0; i < IDLE_CONNECTIONS; i++) {
                RawConnection one = new RawConnection(server);
                silent.add(one);
                switch (i % 4) {
                    case 1 -> one.send(ascii("POST /v3/kv/put HTTP/1.1\r\nHost: local"));
                    case 2 -> one.send(opening(), begun(1));
                    case 3 ->
                            one.send(
                                    ascii(
                                            "POST /v3/watch HTTP/1.1\r\nHost: localhost\r\n"
                                                    + "Content-Length: 1000\r\n\r\n{\"create"));
                    default -> {}
                }
            }
            put("among the silent", VALUE);
            assertThat(Http.get(server, "/health")).contains("true");
            assertThat(residentBytes() - residentBefore).isLessThan(GROWTH_BYTES_MAX);
        } finally {
            silent.forEach(RawConnection::close);
        }
    }

    @Test
    void nothingSecretIsLogged() {
        String body = "{\"name\":\"%s\",\"password\":\"" + PASSWORD + "\"}";
        Http.post(server, "/v3/auth/user/add", body.formatted("root"));
        Http.post(server, "/v3/auth/user/changepw", body.formatted("root"));
        Http.post(server, "/v3/auth/role/add", "{\"name\":\"root\"}");
        Http.post(server, "/v3/auth/user/grant", "{\"user\":\"root\",\"role\":\"root\"}");
        isOver = true;
        others.join();
        Http.post(server, "/v3/auth/enable", "{}");
        String answer = Http.post(server, "/v3/auth/authenticate", body.formatted("root"));
        String token = answer.replaceAll("(?s).*\"token\":\"([^\"]*)\".*", "$1");
        assertThat(token).isNotEqualTo(answer).hasSizeGreaterThan(16);
        try {
            String value = "dmFsdWUtaW4tbm8tbG9n";
            Http.post(
                    server, "/v3/kv/put", "{\"key\":\"aw==\",\"value\":\"" + value + "\"}", token);
            Http.post(
                    server,
                    "/v3/kv/txn",
                    ("{\"compare\":[{\"key\":\"aw==\",\"target\":\"VALUE\",\"value\":\"%s\"}],\"success\":"
                                    + "[{\"request_put\":{\"key\":\"aw==\",\"value\":\"%s\"}}]}")
                            .formatted(value, value),
                    token);
            Http.post(server, "/v3/kv/range", "{\"key\":\"aw==\"}", token + "x");
            Http.post(server, "/v3/auth/authenticate", body.formatted("nobody"));
            Http.post(
                    server, "/v3/kv/put", "{\"key\":\"aw==\",\"value\":\"" + value + "\",", token);
        } finally {
            Http.post(server, "/v3/auth/disable", "{}", token);
        }
        server.awaitLine("request stats");
        server.awaitLine("apply request took too long");
        assertThat(String.join("\n", server.log()))
                .doesNotContain(PASSWORD)
                .doesNotContain(VALUE)
                .doesNotContain(token)
                .doesNotContain(token.substring(0, 16))
                .doesNotContain("$2a$")
                .doesNotContain("JDJhJD");
    }
}
