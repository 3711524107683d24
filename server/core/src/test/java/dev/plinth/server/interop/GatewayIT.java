package dev.plinth.server.interop;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonElement;
import com.google.gson.JsonParseException;
import com.google.gson.JsonParser;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.net.http.WebSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Random;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import java.util.zip.GZIPInputStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What HTTP clients are answered on the client port, beside the real etcd. */
@Timeout(value = 120, unit = TimeUnit.SECONDS)
class GatewayIT {
    private static final String ORIGIN = "http://console.example:8080";

    @TempDir private static Path dir;
    private static ServerProcess plinth;
    private static ServerProcess etcd;
    private static final HttpClient CLIENT =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

    @BeforeAll
    static void start() {
        plinth = ServerProcess.plinth(dir.resolve("plinth"), "--cors=" + ORIGIN, "--enable-pprof");
        etcd = ServerProcess.etcd(dir.resolve("etcd"), "--cors=" + ORIGIN);
    }

    @AfterAll
    static void stop() {
        for (ServerProcess server : new ServerProcess[] {plinth, etcd}) {
            if (server != null) {
                server.close();
            }
        }
    }

    static Stream<ServerProcess> both() {
        return Stream.of(plinth, etcd);
    }

    /** One request after the other, sent to both: METHOD PATH BODY. */
    private static final List<String> REQUESTS =
            List.of(
                    "POST /v3/kv/put {\"key\":\"Zm9v\",\"value\":\"YmFy\"}",
                    "POST /v3/kv/put {\"key\":\"Zm9v\",\"value\":\"YmF6\",\"prevKv\":true}",
                    "POST /v3/kv/put {\"key\":\"Zm9v\",\"prev_kv\":true}",
                    "POST /v3/kv/put {}",
                    "POST /v3/kv/put {\"key\":\"YQ==\",\"lease\":\"77\"}",
                    "POST /v3/kv/range {\"key\":\"Zm9v\"}",
                    "POST /v3/kv/range {\"key\":\"AA==\",\"range_end\":\"AA\",\"limit\":\"1\"}",
                    "POST /v3/kv/range {\"key\":\"AA==\",\"rangeEnd\":\"AA==\",\"countOnly\":true}",
                    "POST /v3/kv/range {\"key\":\"Zm9v\",\"sort_order\":1,\"sort_target\":\"MOD\"}",
                    "POST /v3/kv/range {\"key\":\"Zm9v\",\"sort_order\":\"NOSUCH\"}",
                    "POST /v3/kv/range {\"key\":\"Zm9v\",\"unknown\":{\"a\":[1]}}",
                    "POST /v3/kv/range {\"key\":\"Zm9v\",\"revision\":1000}",
                    "POST /v3/kv/range {\"key\":\"_-8=\"}",
                    "POST /v3/kv/range ",
                    "POST /v3beta/kv/range {\"key\":\"Zm9v\"}",
                    "POST /v3alpha/kv/range {\"key\":\"Zm9v\"}",
                    "POST /v3/kv/txn {\"compare\":[{\"key\":\"Zm9v\",\"target\":\"VERSION\","
                            + "\"version\":\"3\"}],\"success\":[{\"requestRange\":{\"key\":\"Zm9v\"}}]}",
                    "POST /v3/kv/txn {\"success\":[{}]}",
                    "POST /v3/kv/deleterange {\"key\":\"Zm9v\",\"prev_kv\":true}",
                    "POST /v3/kv/compaction {\"revision\":\"99\"}",
                    "POST /v3/kv/compaction {\"revision\":\"2\"}",
                    "POST /v3/kv/range {\"key\":\"Zm9v\",\"revision\":1}",
                    "POST /v3/lease/grant {\"ID\":\"77\",\"TTL\":\"100\"}",
                    "POST /v3/lease/grant {\"ID\":\"77\",\"TTL\":\"100\"}",
                    "POST /v3/lease/grant {\"ID\":\"78\",\"TTL\":\"9000000001\"}",
                    "POST /v3/lease/timetolive {\"ID\":\"78\"}",
                    "POST /v3/kv/lease/leases {}",
                    "POST /v3/lease/keepalive {\"ID\":\"77\"}{\"ID\":\"78\"}",
                    "POST /v3/lease/revoke {\"ID\":\"78\"}",
                    "POST /v3/lease/revoke {\"ID\":\"77\"}",
                    "POST /v3/cluster/member/remove {\"ID\":\"1\"}",
                    "POST /v3/cluster/member/add {\"peerURLs\":[\"nonsense\"]}",
                    "POST /v3/maintenance/alarm {}",
                    "POST /v3/auth/status {}",
                    "POST /v3/auth/enable {}",
                    "POST /v3/auth/user/add {}",
                    "POST /v3/auth/user/get {\"name\":\"nobody\"}",
                    "POST /v3/auth/role/get {\"role\":\"nobody\"}",
                    "POST /v3/auth/authenticate {\"name\":\"a\",\"password\":\"b\"}",
                    "POST /v3/lock/unlock {\"key\":\"bm9uZQ==\"}",
                    "POST /v3/election/leader {\"name\":\"bm9uZQ==\"}",
                    "POST /v3/election/resign {}",
                    "POST /v3/nothing {}",
                    "POST /v3/ {}",
                    "POST /v3/kv/range/ {}",
                    "GET /v3/kv/range ",
                    "PUT /v3/kv/range {}",
                    "DELETE /v3/kv/range ",
                    "OPTIONS /v3/kv/range ",
                    "OPTIONS /anything ",
                    "GET /nothing ",
                    "POST /health ",
                    "GET /health ",
                    "GET /livez ",
                    "GET /livez/serializable_read?verbose ",
                    "GET /livez/nothing ",
                    "GET /readyz/linearizable_read?verbose ",
                    "POST /readyz ");

    @Test
    void answersAreEtcds() throws Exception {
        List<String> differences = new ArrayList<>();
        for (String line : REQUESTS) {
            String[] words = line.split(" ", 3);
            HttpResponse<String> ours = send(plinth, words[0], words[1], words[2]);
            HttpResponse<String> theirs = send(etcd, words[0], words[1], words[2]);
            if (!form(ours).equals(form(theirs))) {
                differences.add(line + "\n  etcd   " + form(theirs) + "\n  plinth " + form(ours));
            }
        }
        assertThat(String.join("\n", differences)).isEmpty();
    }

    /** Bodies that the parsers refuse, each in its own words. */
    @Test
    void malformedBodiesHaveEtcdsStatus() throws Exception {
        for (String body :
                List.of(
                        "{bad",
                        "{\"key\":",
                        "[]",
                        "7",
                        "{\"key\":5}",
                        "{\"key\":\"***\"}",
                        "{\"key\":\"Zm9v\",\"limit\":\"x\"}",
                        "{\"key\":\"Zm9v\",\"limit\":1.5}",
                        "{\"key\":\"Zm9v\",\"limit\":99999999999999999999}",
                        "\u0000\u0001")) {
            HttpResponse<String> ours = send(plinth, "POST", "/v3/kv/range", body);
            HttpResponse<String> theirs = send(etcd, "POST", "/v3/kv/range", body);
            assertThat(ours.statusCode()).as(body).isEqualTo(theirs.statusCode());
            assertThat(code(ours)).as(body).isEqualTo(code(theirs));
        }
    }

    /** As etcd since 3.6 has it; before, the last one counted. */
    @Test
    void aFieldThatComesTwiceIsRefused() throws Exception {
        HttpResponse<String> answer =
                send(plinth, "POST", "/v3/kv/range", "{\"key\":\"Zm9v\",\"key\":\"YQ==\"}");
        assertThat(answer.statusCode()).isEqualTo(400);
        assertThat(answer.body()).contains("\"code\":3", "duplicate field");
    }

    private static String code(HttpResponse<String> answer) {
        return String.valueOf(JsonParser.parseString(answer.body()).getAsJsonObject().get("code"));
    }

    private static HttpResponse<String> send(
            ServerProcess server, String method, String path, String body, String... headers)
            throws IOException, InterruptedException {
        HttpRequest.Builder request =
                HttpRequest.newBuilder(URI.create("http://" + server.endpoint() + path))
                        .timeout(Duration.ofSeconds(30))
                        .method(
                                method,
                                body.isEmpty()
                                        ? HttpRequest.BodyPublishers.noBody()
                                        : HttpRequest.BodyPublishers.ofString(body));
        if (headers.length > 0) {
            request.headers(headers);
        }
        return CLIENT.send(request.build(), BodyHandlers.ofString());
    }

    /** What has to be the same: not the term, blanks, and the old name of the message. */
    private static String form(HttpResponse<String> answer) {
        return answer.statusCode()
                + " "
                + answer.headers().firstValue("Content-Type").orElse("-")
                + " "
                + answer.headers().firstValue("Grpc-Metadata-Content-Type").orElse("-")
                + " "
                + answer.headers().firstValue("X-Content-Type-Options").orElse("-")
                + " "
                + answer.headers().firstValue("Allow").orElse("-")
                + " "
                + answer.body().lines().map(GatewayIT::normal).toList();
    }

    private static String normal(String line) {
        try {
            JsonElement json = JsonParser.parseString(line);
            return json.isJsonObject()
                    ? String.valueOf(JsonParser.parseString(line))
                            .replaceAll("\"raft_term\":\"\\d+\"", "")
                    : line;
        } catch (JsonParseException _) {
            return line;
        }
    }

    @Test
    void originsAreToldAsEtcdDoes() throws Exception {
        for (String origin : List.of(ORIGIN, "http://other.example:8080")) {
            for (String method : List.of("OPTIONS", "POST")) {
                List<List<String>> told = new ArrayList<>();
                for (ServerProcess server : List.of(etcd, plinth)) {
                    HttpResponse<String> answer =
                            send(server, method, "/v3/kv/range", "", "Origin", origin);
                    told.add(
                            Stream.of("Origin", "Methods", "Headers")
                                    .map(name -> "Access-Control-Allow-" + name)
                                    .map(name -> answer.headers().firstValue(name).orElse("-"))
                                    .toList());
                }
                assertThat(told.get(1)).as(method + " " + origin).isEqualTo(told.get(0));
            }
        }
    }

    @Test
    void metricsAreCompressedForWhoTakesThat() throws Exception {
        for (ServerProcess server : List.of(etcd, plinth)) {
            HttpResponse<byte[]> answer =
                    CLIENT.send(
                            HttpRequest.newBuilder(
                                            URI.create("http://" + server.endpoint() + "/metrics"))
                                    .header("Accept-Encoding", "deflate, gzip;q=0.5")
                                    .build(),
                            BodyHandlers.ofByteArray());
            assertThat(answer.headers().firstValue("Content-Encoding")).hasValue("gzip");
            try (InputStream text = new GZIPInputStream(new ByteArrayInputStream(answer.body()))) {
                assertThat(new String(text.readAllBytes(), StandardCharsets.UTF_8))
                        .contains("etcd_server_has_leader 1");
            }
            assertThat(
                            send(server, "GET", "/metrics", "", "Accept-Encoding", "gzip;q=0")
                                    .headers()
                                    .firstValue("Content-Encoding"))
                    .isEmpty();
        }
    }

    @ParameterizedTest(autoCloseArguments = false)
    @MethodSource("both")
    void aWebSocketStreamsBothWays(ServerProcess server) throws Exception {
        try (Messages watch = new Messages(server, "/v3/watch")) {
            watch.say("{\"create_request\":{\"key\":\"d2F0Y2hlZA==\"}}");
            assertThat(watch.next()).startsWith("{\"result\"").contains("\"created\":true");
            send(server, "POST", "/v3/kv/put", "{\"key\":\"d2F0Y2hlZA==\"}");
            assertThat(watch.next()).contains("\"events\"").contains("d2F0Y2hlZA==");
            watch.say("{\"progress_request\":{}}");
            assertThat(watch.next()).contains("\"watch_id\":\"-1\"");
            // In two fragments.
            watch.socket.sendText("{\"create_request\":{\"key\"", false).join();
            watch.socket.sendText(":\"eA==\"}}", true).join();
            assertThat(watch.next()).contains("\"watch_id\":\"1\"").contains("\"created\":true");
        }
        try (Messages leases = new Messages(server, "/v3/lease/keepalive")) {
            for (int i = 0; i < 2; i++) {
                leases.say("{\"ID\":\"4711\"}");
                assertThat(leases.next()).contains("\"ID\":\"4711\"").doesNotContain("TTL");
            }
        }
    }

    @ParameterizedTest(autoCloseArguments = false)
    @MethodSource("both")
    void aWebSocketMakesASingleCall(ServerProcess server) throws Exception {
        try (Messages single = new Messages(server, "/v3/kv/put")) {
            single.say("{\"key\":\"c2luZ2xl\",\"value\":\"eA==\"}");
            assertThat(single.next()).startsWith("{\"header\"").contains("\"revision\"");
        }
        assertThat(send(server, "POST", "/v3/kv/range", "{\"key\":\"c2luZ2xl\"}").body())
                .contains("\"value\":\"eA==\"");
    }

    /** Long enough to be sent in pieces, with a value that takes several of them. */
    @Test
    void aLongListIsTheSameByAllWays() throws Exception {
        List<String> puts = new ArrayList<>();
        for (int i = 0; i < 100; i++) {
            puts.add(put("long/%03d".formatted(i), 10_000 + i));
        }
        String list =
                "{\"key\":\"%s\",\"range_end\":\"%s\"}".formatted(base64("long/"), base64("long0"));
        List<String> bodies = new ArrayList<>();
        for (ServerProcess server : List.of(etcd, plinth)) {
            for (String ops : List.of(String.join(",", puts), put("long/one", 1_000_000))) {
                String txn = "{\"success\":[" + ops + "]}";
                assertThat(send(server, "POST", "/v3/kv/txn", txn).statusCode()).isEqualTo(200);
            }
            HttpResponse<String> answer = send(server, "POST", "/v3/kv/range", list);
            assertThat(answer.headers().firstValue("Transfer-Encoding")).hasValue("chunked");
            bodies.add(pairs(answer.body()));
            String txn =
                    "{\"success\":[{\"request_range\":%s},{\"request_range\":%s}]}"
                            .formatted(list, list);
            JsonElement both =
                    JsonParser.parseString(send(server, "POST", "/v3/kv/txn", txn).body())
                            .getAsJsonObject()
                            .get("responses");
            for (JsonElement one : both.getAsJsonArray()) {
                bodies.add(pairs(one.getAsJsonObject().get("response_range").toString()));
            }
        }
        assertThat(bodies).hasSize(6);
        assertThat(bodies.stream().distinct()).hasSize(1);
    }

    private static String base64(String text) {
        return Base64.getEncoder().encodeToString(text.getBytes(StandardCharsets.UTF_8));
    }

    private static String put(String key, int valueBytes) {
        byte[] value = new byte[valueBytes];
        new Random(valueBytes).nextBytes(value);
        return "{\"request_put\":{\"key\":\"%s\",\"value\":\"%s\"}}"
                .formatted(base64(key), Base64.getEncoder().encodeToString(value));
    }

    /** Keys and values of a list, without what depends on the writes before. */
    private static String pairs(String list) {
        StringBuilder pairs = new StringBuilder();
        for (JsonElement pair :
                JsonParser.parseString(list).getAsJsonObject().get("kvs").getAsJsonArray()) {
            pairs.append(pair.getAsJsonObject().get("key"))
                    .append(pair.getAsJsonObject().get("value"));
        }
        return pairs.toString();
    }

    @ParameterizedTest(autoCloseArguments = false)
    @MethodSource("both")
    void aSocketThatIsNotOfVersion13IsRefused(ServerProcess server) throws Exception {
        String head =
                """
                GET /v3/watch HTTP/1.1
                Host: localhost
                Connection: Upgrade
                Upgrade: websocket
                Sec-WebSocket-Version: 12
                Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==

                """;
        try (Socket socket = connect(server)) {
            socket.getOutputStream()
                    .write(head.replace("\n", "\r\n").getBytes(StandardCharsets.US_ASCII));
            socket.setSoTimeout(20_000);
            String answer =
                    new String(socket.getInputStream().readNBytes(100), StandardCharsets.US_ASCII);
            assertThat(answer).startsWith("HTTP/1.1 400 Bad Request\r\n");
        }
    }

    private static Socket connect(ServerProcess server) throws IOException {
        return new Socket(
                InetAddress.getLoopbackAddress(), URI.create("//" + server.endpoint()).getPort());
    }

    @Test
    void theProcessCanBeLookedInto() throws Exception {
        assertThat(debug("GET", "/debug/threads").body()).contains("raft-loop");
        assertThat(debug("GET", "/debug/heap").body()).contains("used").contains("[B");
        assertThat(debug("GET", "/debug/pprof/").body()).contains("/debug/flight-recorder/start");
        assertThat(debug("GET", "/debug/vars").body()).contains("\"raft.status\"");

        assertThat(debug("GET", "/debug/flight-recorder/download").statusCode()).isEqualTo(404);
        assertThat(debug("POST", "/debug/flight-recorder/stop").statusCode()).isEqualTo(409);
        assertThat(debug("GET", "/debug/flight-recorder/start").statusCode()).isEqualTo(405);
        assertThat(debug("POST", "/debug/flight-recorder/start").statusCode()).isEqualTo(200);
        assertThat(debug("POST", "/debug/flight-recorder/start").statusCode()).isEqualTo(409);
        assertThat(debug("POST", "/debug/flight-recorder/stop").statusCode()).isEqualTo(200);
        HttpResponse<byte[]> recording =
                CLIENT.send(
                        HttpRequest.newBuilder(
                                        URI.create(
                                                "http://"
                                                        + plinth.endpoint()
                                                        + "/debug/flight-recorder/download"))
                                .build(),
                        BodyHandlers.ofByteArray());
        assertThat(recording.statusCode()).isEqualTo(200);
        assertThat(recording.body()).startsWith('F', 'L', 'R', 0);
    }

    private static HttpResponse<String> debug(String method, String path) throws Exception {
        return send(plinth, method, path, "");
    }

    @Test
    void checksCanBeLeftOut() throws Exception {
        assertThat(send(plinth, "GET", "/livez?verbose", "").body())
                .isEqualTo("[+]serializable_read ok\n[+]disk_stall ok\nok\n");
        assertThat(send(plinth, "GET", "/livez?verbose&exclude=disk_stall", "").body())
                .isEqualTo("[+]serializable_read ok\nok\n");
        // Nothing that a cluster of one can lack; an alarm makes it fail.
        String alarm = "{\"action\":\"%s\",\"memberID\":\"1\",\"alarm\":\"CORRUPT\"}";
        for (ServerProcess server : List.of(etcd, plinth)) {
            send(server, "POST", "/v3/maintenance/alarm", alarm.formatted("ACTIVATE"));
            HttpResponse<String> sick = send(server, "GET", "/readyz", "");
            assertThat(sick.statusCode()).isEqualTo(503);
            assertThat(sick.body()).contains("[-]data_corruption failed: alarm activated: CORRUPT");
            assertThat(send(server, "GET", "/readyz?exclude=data_corruption", "").statusCode())
                    .isEqualTo(200);
            assertThat(send(server, "GET", "/livez", "").statusCode()).isEqualTo(200);
            assertThat(send(server, "GET", "/health", "").statusCode()).isEqualTo(503);
            assertThat(send(server, "GET", "/health?exclude=CORRUPT", "").statusCode())
                    .isEqualTo(200);
            send(server, "POST", "/v3/maintenance/alarm", alarm.formatted("DEACTIVATE"));
            assertThat(send(server, "GET", "/readyz", "").statusCode()).isEqualTo(200);
        }
    }

    /** The client's end of a web socket. */
    private static final class Messages implements AutoCloseable, WebSocket.Listener {
        private final BlockingQueue<String> heard = new LinkedBlockingQueue<>();
        private final StringBuilder parts = new StringBuilder();
        final WebSocket socket;

        Messages(ServerProcess server, String path) {
            socket =
                    CLIENT.newWebSocketBuilder()
                            .buildAsync(URI.create("ws://" + server.endpoint() + path), this)
                            .join();
        }

        void say(String text) {
            socket.sendText(text, true).join();
        }

        String next() throws InterruptedException {
            String message = heard.poll(30, TimeUnit.SECONDS);
            if (message == null) {
                throw new AssertionError(
                        "no message came, but %d characters of one".formatted(parts.length()));
            }
            return message;
        }

        @Override
        public @Nullable CompletionStage<?> onText(
                WebSocket from, CharSequence data, boolean isLast) {
            parts.append(data);
            if (isLast) {
                heard.add(parts.toString());
                parts.setLength(0);
            }
            from.request(1);
            return null;
        }

        @Override
        public void close() {
            socket.abort();
        }
    }
}
