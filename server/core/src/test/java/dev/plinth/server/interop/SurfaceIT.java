package dev.plinth.server.interop;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import dev.plinth.api.etcdserverpb.AlarmRequest;
import dev.plinth.api.etcdserverpb.AlarmType;
import dev.plinth.api.etcdserverpb.ClusterGrpc;
import dev.plinth.api.etcdserverpb.CompactionRequest;
import dev.plinth.api.etcdserverpb.KVGrpc;
import dev.plinth.api.etcdserverpb.LeaseGrantRequest;
import dev.plinth.api.etcdserverpb.LeaseGrpc;
import dev.plinth.api.etcdserverpb.MaintenanceGrpc;
import dev.plinth.api.etcdserverpb.MemberAddRequest;
import dev.plinth.api.etcdserverpb.PutRequest;
import dev.plinth.api.etcdserverpb.RangeRequest;
import dev.plinth.server.config.Flag;
import dev.plinth.server.config.FlagTable;
import dev.plinth.server.testing.LimitTable;
import io.grpc.CallOptions;
import io.grpc.ManagedChannel;
import io.grpc.MethodDescriptor;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.netty.NettyChannelBuilder;
import io.grpc.stub.ClientCalls;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpTimeoutException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * The whole surface of etcd 3.7 against a running server, thing by thing: calls, paths, flags,
 * variables, metrics, limits. The lists are those of the specification, not of the code. A gap must
 * be explained in {@code surface/gaps.tsv}, and an explanation of what is there is an error too.
 * The table goes to {@code target/surface.tsv} and to the output.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@Timeout(value = 10, unit = TimeUnit.MINUTES)
class SurfaceIT {
    private static final Pattern TYPE = Pattern.compile("# TYPE (\\S+) (\\S+)");
    private static final Pattern SAMPLE = Pattern.compile("([a-zA-Z_:0-9]+)(?:\\{(.*)})? \\S+");
    private static final Pattern LABEL = Pattern.compile("([a-zA-Z_]+)=\"(?:[^\"\\\\]|\\\\.)*\"");
    private static final Duration CALL = Duration.ofSeconds(2);

    /** Set by the test itself, or ends or endangers the process. */
    private static final Set<String> NOT_BY_VARIABLE =
            Set.of(
                    "name",
                    "data-dir",
                    "config-file",
                    "version",
                    "listen-client-urls",
                    "advertise-client-urls",
                    "listen-peer-urls",
                    "initial-advertise-peer-urls",
                    "initial-cluster",
                    "metrics");

    /** What was looked at, how it should be, how it is. */
    private record Row(String kind, String item, String expected, String found) {
        boolean isRight() {
            return expected.equals(found);
        }
    }

    @TempDir static Path dir;
    private final List<Row> table = new ArrayList<>();
    private final Map<String, String> gaps = new LinkedHashMap<>();
    private ServerProcess plinth;
    private ManagedChannel channel;
    private HttpClient http;

    @BeforeAll
    void start() {
        for (String[] gap : rows("gaps.tsv")) {
            gaps.put(gap[0], gap[1]);
        }
        plinth =
                ServerProcess.plinthIn(
                        variables(), dir.resolve("data"), "--metrics=extensive", "--bcrypt-cost=4");
        channel = NettyChannelBuilder.forTarget(plinth.endpoint()).usePlaintext().build();
        http = HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
    }

    @AfterAll
    void stop() {
        if (channel != null) {
            channel.shutdownNow();
        }
        if (http != null) {
            http.close();
        }
        if (plinth != null) {
            plinth.close();
        }
    }

    private static List<String[]> rows(String resource) {
        try (InputStream in = SurfaceIT.class.getResourceAsStream("/surface/" + resource)) {
            return new String(Objects.requireNonNull(in).readAllBytes(), UTF_8)
                    .lines()
                    .map(line -> line.split(resource.endsWith(".tsv") ? "\t" : " ", -1))
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Every flag that has a default, by its variable. */
    private static Map<String, String> variables() {
        Map<String, String> variables = new TreeMap<>();
        for (String[] flag : rows("flags.txt")) {
            if (flag.length > 2 && !NOT_BY_VARIABLE.contains(flag[0])) {
                variables.put(
                        variable(flag[0]), String.join(" ", List.of(flag).subList(2, flag.length)));
            }
        }
        variables.remove("ETCD_BCRYPT_COST");
        return variables;
    }

    private static String variable(String flag) {
        return "ETCD_" + flag.toUpperCase(java.util.Locale.ROOT).replace('-', '_');
    }

    @Test
    void theSurfaceIsComplete() throws Exception {
        flags();
        calls();
        paths();
        endpoints();
        metrics();
        limits();
        print();
        List<String> unexplained = new ArrayList<>();
        List<String> stale = new ArrayList<>();
        for (Row row : table) {
            boolean isExplained = gaps.containsKey(row.item());
            if (row.isRight() && isExplained) {
                stale.add(row.item());
            }
            if (!row.isRight() && !isExplained) {
                unexplained.add(row.toString());
            }
        }
        assertThat(unexplained).as("gaps without an explanation").isEmpty();
        assertThat(stale).as("explained gaps that are none").isEmpty();
        Set<String> known = new LinkedHashSet<>();
        table.forEach(row -> known.add(row.item()));
        assertThat(known).as("explained things that nobody asks for").containsAll(gaps.keySet());
    }

    private void flags() {
        FlagTable flags = FlagTable.standard();
        List<String> log = plinth.log();
        for (String[] expected : rows("flags.txt")) {
            String name = expected[0];
            Flag flag = flags.find(name);
            table.add(
                    new Row(
                            "flag",
                            "--" + name,
                            expected.length > 2
                                    ? String.join(
                                            " ", List.of(expected).subList(2, expected.length))
                                    : "",
                            flag == null ? "missing" : flag.defaultText()));
            String variable = variable(name);
            if (variables().containsKey(variable)) {
                boolean isUsed =
                        log.stream()
                                .anyMatch(line ->
                                        line.contains(
                                                        "recognized and used environment"
                                                                + " variable")
                                                && line.contains('"' + variable + '"'));
                table.add(new Row("variable", variable, "used", isUsed ? "used" : "not used"));
            }
        }
    }

    private void calls() {
        for (String[] call : rows("calls.tsv")) {
            table.add(new Row("call", call[0], "there", outcome(call[0], call[2])));
        }
        table.add(
                new Row(
                        "call",
                        "etcdserverpb.KV/Nothing",
                        "UNIMPLEMENTED",
                        outcome("etcdserverpb.KV/Nothing", "unary")));
    }

    private String outcome(String method, String kind) {
        MethodDescriptor<byte[], byte[]> descriptor =
                MethodDescriptor.<byte[], byte[]>newBuilder()
                        .setFullMethodName(method)
                        .setType(
                                switch (kind) {
                                    case "unary" -> MethodDescriptor.MethodType.UNARY;
                                    case "server" -> MethodDescriptor.MethodType.SERVER_STREAMING;
                                    default -> MethodDescriptor.MethodType.BIDI_STREAMING;
                                })
                        .setRequestMarshaller(BYTES)
                        .setResponseMarshaller(BYTES)
                        .build();
        CallOptions options =
                CallOptions.DEFAULT.withDeadlineAfter(CALL.toMillis(), TimeUnit.MILLISECONDS);
        try {
            if (kind.equals("unary")) {
                var _ = ClientCalls.blockingUnaryCall(channel, descriptor, options, new byte[0]);
            } else {
                ClientCalls.blockingServerStreamingCall(channel, descriptor, options, new byte[0])
                        .forEachRemaining(_ -> {});
            }
            return "there";
        } catch (StatusRuntimeException e) {
            return e.getStatus().getCode() == Status.Code.UNIMPLEMENTED ? "UNIMPLEMENTED" : "there";
        }
    }

    private static final MethodDescriptor.Marshaller<byte[]> BYTES =
            new MethodDescriptor.Marshaller<>() {
                @Override
                public InputStream stream(byte[] value) {
                    return new ByteArrayInputStream(value);
                }

                @Override
                public byte[] parse(InputStream stream) {
                    try {
                        return stream.readAllBytes();
                    } catch (IOException e) {
                        throw new UncheckedIOException(e);
                    }
                }
            };

    private void paths() throws Exception {
        for (String[] call : rows("calls.tsv")) {
            for (String path : call[1].split(" ", -1)) {
                if (!path.equals("-")) {
                    String answer = answer("POST", path, "{}");
                    table.add(
                            new Row(
                                    "path",
                                    path,
                                    "there",
                                    // A member, a user or a lease that is not found is a 404 too.
                                    answer.startsWith("501")
                                                    || answer.contains("\"message\":\"Not Found\"")
                                            ? answer
                                            : "there"));
                }
            }
        }
        table.add(new Row("path", "/v3/nothing", "404", status("POST", "/v3/nothing", "{}")));
    }

    /** Status and beginning of the body; 0 when nothing came in time, as of a stream that waits. */
    private String answer(String method, String path, String body) throws Exception {
        HttpRequest request =
                HttpRequest.newBuilder(URI.create("http://" + plinth.endpoint() + path))
                        .method(method, HttpRequest.BodyPublishers.ofString(body))
                        .timeout(CALL)
                        .build();
        try {
            HttpResponse<InputStream> response =
                    http.send(request, HttpResponse.BodyHandlers.ofInputStream());
            // Streams have no end of their own.
            try (InputStream content = response.body()) {
                int status = response.statusCode();
                return status < 400
                        ? "" + status
                        : status + " " + new String(content.readAllBytes(), UTF_8);
            }
        } catch (HttpTimeoutException _) {
            return "0";
        }
    }

    private String status(String method, String path, String body) throws Exception {
        return answer(method, path, body).split(" ", 2)[0];
    }

    private void endpoints() throws Exception {
        for (String path :
                List.of(
                        "/health",
                        "/livez",
                        "/livez/serializable_read",
                        "/readyz",
                        "/readyz/data_corruption",
                        "/readyz/serializable_read",
                        "/readyz/linearizable_read",
                        "/readyz/non_learner",
                        "/metrics",
                        "/version",
                        "/debug/vars")) {
            table.add(new Row("endpoint", path, "200", status("GET", path, "")));
        }
        for (String path :
                List.of("/", "/v2/keys", "/config/local/log", "/debug/pprof/", "/console")) {
            table.add(new Row("endpoint", path, "404", status("GET", path, "")));
        }
    }

    private void metrics() throws Exception {
        traffic();
        String text = Http.get(plinth, "/metrics");
        Map<String, String> types = new TreeMap<>();
        Map<String, String> labels = new TreeMap<>();
        Map<String, List<String>> bounds = new TreeMap<>();
        for (String line : text.lines().toList()) {
            Matcher type = TYPE.matcher(line);
            if (type.matches()) {
                types.put(type.group(1), type.group(2));
                continue;
            }
            Matcher sample = SAMPLE.matcher(line);
            if (!line.startsWith("#") && sample.matches()) {
                note(sample, types, labels, bounds);
            }
        }
        for (String[] expected : rows("metrics.tsv")) {
            String name = expected[0];
            table.add(
                    new Row(
                            "metric",
                            name,
                            String.join(" | ", expected[1], expected[2], bounds(expected[3])),
                            !types.containsKey(name)
                                    ? "missing"
                                    : String.join(
                                            " | ",
                                            types.get(name),
                                            labels.getOrDefault(name, "-"),
                                            String.join(
                                                    ",",
                                                    bounds.getOrDefault(name, List.of("-"))))));
        }
    }

    private static void note(
            Matcher sample,
            Map<String, String> types,
            Map<String, String> labels,
            Map<String, List<String>> bounds) {
        String name = sample.group(1);
        String family = name.replaceFirst("_(bucket|sum|count)$", "");
        if (!types.containsKey(family)) {
            family = name;
        }
        List<String> names = new ArrayList<>();
        Matcher label = LABEL.matcher(sample.group(2) == null ? "" : sample.group(2));
        while (label.find()) {
            if (label.group(1).equals("le")) {
                String bound = label.group().replaceAll("le=|\"", "");
                List<String> known = bounds.computeIfAbsent(family, _ -> new ArrayList<>());
                if (!bound.equals("+Inf") && !known.contains(number(bound))) {
                    known.add(number(bound));
                }
            } else {
                names.add(label.group(1));
            }
        }
        labels.put(family, names.isEmpty() ? "-" : String.join(" ", names));
    }

    private static String number(String text) {
        return "%.6g".formatted(Double.parseDouble(text));
    }

    /** {@code 0.001*2^14} as its bounds. */
    private static String bounds(String rule) {
        if (rule.equals("-")) {
            return "-";
        }
        List<String> bounds = new ArrayList<>();
        if (rule.contains("*2^")) {
            String[] parts = rule.split("\\*2\\^", 2);
            double bound = Double.parseDouble(parts[0]);
            for (int i = 0; i < Integer.parseInt(parts[1]); i++) {
                bounds.add(number(Double.toString(bound)));
                bound *= 2;
            }
        } else {
            for (String bound : rule.split(",", -1)) {
                bounds.add(number(bound));
            }
        }
        return String.join(",", bounds);
    }

    private void limits() {
        for (LimitTable.Limit limit : LimitTable.all()) {
            table.add(
                    new Row(
                            "limit",
                            limit.name() + " (" + limit.source() + ")",
                            limit.value(),
                            limit.found()));
        }
    }

    /** What makes metrics with labels appear. */
    private void traffic() {
        KVGrpc.KVBlockingStub kv = KVGrpc.newBlockingStub(channel);
        ByteString key = ByteString.copyFromUtf8("k");
        long revision =
                kv.put(PutRequest.newBuilder().setKey(key).setValue(key).build())
                        .getHeader()
                        .getRevision();
        assertThat(kv.range(RangeRequest.newBuilder().setKey(key).build()).getCount()).isEqualTo(1);
        var _ =
                kv.compact(
                        CompactionRequest.newBuilder()
                                .setRevision(revision)
                                .setPhysical(true)
                                .build());
        var _ =
                LeaseGrpc.newBlockingStub(channel)
                        .leaseGrant(LeaseGrantRequest.newBuilder().setTTL(60).build());
        // Nobody is at that place; that it is a peer is enough for the metrics of peers.
        var _ =
                ClusterGrpc.newBlockingStub(channel)
                        .memberAdd(
                                MemberAddRequest.newBuilder()
                                        .addPeerURLs("http://127.0.0.1:1")
                                        .setIsLearner(true)
                                        .build());
        MaintenanceGrpc.MaintenanceBlockingStub maintenance =
                MaintenanceGrpc.newBlockingStub(channel);
        for (AlarmRequest.AlarmAction action :
                List.of(AlarmRequest.AlarmAction.ACTIVATE, AlarmRequest.AlarmAction.DEACTIVATE)) {
            var _ =
                    maintenance.alarm(
                            AlarmRequest.newBuilder()
                                    .setAction(action)
                                    .setMemberID(1)
                                    .setAlarm(AlarmType.NOSPACE)
                                    .build());
        }
    }

    private void print() throws IOException {
        StringBuilder out = new StringBuilder();
        for (Row row : table) {
            String verdict =
                    row.isRight() ? "ok" : "GAP: " + gaps.getOrDefault(row.item(), "unexplained");
            out.append(
                    String.join(
                            "\t", row.kind(), row.item(), row.expected(), row.found(), verdict));
            out.append('\n');
        }
        Files.writeString(Path.of("target", "surface.tsv"), out, UTF_8);
        System.out.print(out);
    }
}
