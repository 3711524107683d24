package dev.plinth.tools.replay;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import dev.plinth.walio.peers.LoopbackPorts;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Replays one recorded session against a server of its own; one thread. */
final class SessionReplay implements AutoCloseable {
    private static final int SLOWER = 4;
    private static final int LIMIT_SECONDS = 15;
    private static final int ENDPOINTS = 10;
    private static final String LOOPBACK = "127.0.0.1:";

    /** For questions of our own, on machines where servers come up slowly. */
    private static final String PATIENT = "--command-timeout=60s";

    private final JsonObject header;
    private final Path directory;
    private final int members;
    private final Names names = new Names();
    private final LoopbackPorts.Block ports = LoopbackPorts.freeBlock();
    private final Map<Integer, TestServer> servers = new HashMap<>();
    private final Map<String, ToolRun> background = new HashMap<>();
    private final List<String> failures = new ArrayList<>();
    private int passed;

    SessionReplay(JsonObject header, Path directory) {
        this.header = header;
        this.directory = directory;
        this.members = header.has("members") ? header.get("members").getAsInt() : 1;
        names.set("DIR", directory.toString());
        for (int i = 1; i <= ENDPOINTS; i++) {
            names.set("EP" + i, LOOPBACK + ports.port(2 * i));
            names.set("PEER" + i, LOOPBACK + ports.port(2 * i + 1));
        }
        names.alias("EP", names.get("EP1"));
        List<String> all = new ArrayList<>();
        for (int i = 1; i <= Math.max(1, members); i++) {
            all.add(names.get("EP" + i));
        }
        names.alias("EPS", String.join(",", all));
    }

    int passed() {
        return passed;
    }

    /** Runs all steps; what did not match. */
    List<String> run(List<JsonObject> steps) throws IOException, InterruptedException {
        for (int i = 1; i <= members; i++) {
            startServer(i, null, List.of());
        }
        for (TestServer server : servers.values()) {
            server.awaitReady();
        }
        if (members > 0) {
            readIds();
        }
        for (JsonObject step : steps) {
            Expectation.@Nullable Side actual = step(step);
            if (actual == null || !step.has("expect")) {
                continue;
            }
            String difference = Expectation.difference(step, actual);
            if (difference.isEmpty()) {
                passed++;
            } else {
                failures.add(
                        "#%s %s%n%s%nerrors: %s"
                                .formatted(
                                        step.get("n"),
                                        step.get("argv"),
                                        difference,
                                        actual.stderr()));
            }
        }
        return failures;
    }

    @Override
    public void close() {
        background.values().forEach(run -> run.signal("TERM"));
        servers.values().forEach(TestServer::close);
        ports.close();
    }

    // ---------------------------------------------------------------- servers

    private void startServer(int number, @Nullable JsonArray words, List<String> extra)
            throws IOException {
        String client = "http://" + names.get("EP" + number);
        String peer = "http://" + names.get("PEER" + number);
        List<String> command = new ArrayList<>();
        if (words != null) {
            command.addAll(resolved(words));
        } else {
            List<String> cluster = new ArrayList<>();
            for (int i = 1; i <= members; i++) {
                cluster.add("m" + i + "=http://" + names.get("PEER" + i));
            }
            command.addAll(
                    List.of(
                            "--name=m" + number,
                            "--data-dir=" + directory.resolve("m" + number + ".data"),
                            "--initial-advertise-peer-urls=" + peer,
                            "--initial-cluster=" + String.join(",", cluster),
                            "--initial-cluster-token=replay"));
        }
        command.addAll(
                List.of(
                        "--listen-client-urls=" + client,
                        "--advertise-client-urls=" + client,
                        "--listen-peer-urls=" + peer));
        if (header.has("server_args")) {
            command.addAll(resolved(header.getAsJsonArray("server_args")));
        }
        command.addAll(extra);
        servers.put(number, TestServer.plinth(command, directory));
    }

    private void readIds() throws InterruptedException {
        JsonObject list =
                JsonParser.parseString(output(names.get("EP"), "member", "list", PATIENT))
                        .getAsJsonObject();
        names.set(
                "CID",
                Long.toHexString(unsigned(list.getAsJsonObject("header").get("cluster_id"))));
        for (JsonElement each : list.getAsJsonArray("members")) {
            JsonObject member = each.getAsJsonObject();
            if (member.has("name")) {
                names.set(
                        "MID" + member.get("name").getAsString().substring(1),
                        Long.toHexString(unsigned(member.get("ID"))));
            }
        }
    }

    private static long unsigned(JsonElement number) {
        return Long.parseUnsignedLong(number.getAsString());
    }

    private String output(String endpoints, String... words) throws InterruptedException {
        List<String> all = new ArrayList<>(List.of(words));
        all.addAll(List.of("-w", "json"));
        ToolRun run = new ToolRun("ctl", all, Map.of("ETCDCTL_ENDPOINTS", endpoints), directory);
        run.in.end();
        int code = run.await(TimeUnit.SECONDS.toNanos(LIMIT_SECONDS * SLOWER));
        if (code != 0) {
            throw new AssertionError(String.join(" ", all) + ": " + run.err.text());
        }
        return run.out.text();
    }

    /** Finds out who leads; the members agree on it when one of them says so of itself. */
    private void findLeader() throws InterruptedException {
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(LIMIT_SECONDS * SLOWER);
        while (System.nanoTime() - deadline < 0) {
            JsonArray all =
                    JsonParser.parseString(output(names.get("EPS"), "endpoint", "status", PATIENT))
                            .getAsJsonArray();
            String leader = null;
            String follower = null;
            for (JsonElement each : all) {
                JsonObject status = each.getAsJsonObject().getAsJsonObject("Status");
                long id = unsigned(status.getAsJsonObject("header").get("member_id"));
                boolean leads = status.has("leader") && unsigned(status.get("leader")) == id;
                String endpoint = each.getAsJsonObject().get("Endpoint").getAsString();
                if (leads) {
                    leader = endpoint;
                    names.alias("LEADER", Long.toHexString(id));
                    names.alias("LEADER_EP", endpoint);
                } else {
                    follower = endpoint;
                    names.alias("FOLLOWER", Long.toHexString(id));
                    names.alias("FOLLOWER_EP", endpoint);
                }
            }
            if (leader != null && (follower != null || members == 1)) {
                return;
            }
            pause(200);
        }
        throw new AssertionError("no leader");
    }

    // ---------------------------------------------------------------- steps

    private Expectation.@Nullable Side step(JsonObject step)
            throws IOException, InterruptedException {
        String kind = step.has("kind") ? step.get("kind").getAsString() : "run";
        switch (kind) {
            case "run" -> {
                return run(step);
            }
            case "start" -> start(step);
            case "send" -> background(step).in.type(bytes(step, "text"));
            case "wait" -> await(background(step), step.get("until").getAsString(), limit(step));
            case "stop" -> {
                return stop(step);
            }
            case "leader" -> findLeader();
            case "server-stop" -> {
                TestServer server = servers.remove(number(step));
                if (server != null) {
                    server.stop();
                }
            }
            case "server-start" -> {
                startServer(
                        number(step),
                        step.has("argv") ? step.getAsJsonArray("argv") : null,
                        step.has("extra") ? resolved(step.getAsJsonArray("extra")) : List.of());
                server(number(step)).awaitReady();
                if (Expectation.isSet(step, "read_ids")) {
                    readIds();
                }
            }
            case "file", "tree" -> {
                return FileSteps.run(step, names);
            }
            case "sleep" -> pause(step.get("ms").getAsLong());
            default -> throw new AssertionError("unknown step " + kind);
        }
        return null;
    }

    private TestServer server(int number) {
        TestServer server = servers.get(number);
        if (server == null) {
            throw new AssertionError("no server " + number);
        }
        return server;
    }

    private static int number(JsonObject step) {
        return step.has("member") ? step.get("member").getAsInt() : 1;
    }

    private ToolRun background(JsonObject step) {
        ToolRun run = background.get(step.get("name").getAsString());
        if (run == null) {
            throw new AssertionError("nothing in the background: " + step.get("name"));
        }
        return run;
    }

    private Expectation.Side run(JsonObject step) throws IOException, InterruptedException {
        if (tool(step).equals("server")) {
            try (TestServer server =
                    TestServer.plinth(resolved(step.getAsJsonArray("argv")), directory)) {
                int code = server.awaitEnd();
                return new Expectation.Side(names.symbolic(server.output()), "", code);
            }
        }
        ToolRun run = begin(step);
        run.in.end();
        return side(step, run, run.await(limit(step)));
    }

    private ToolRun begin(JsonObject step) {
        List<String> words = resolved(step.getAsJsonArray("argv"));
        Map<String, String> environment = new HashMap<>();
        boolean hasEndpoints =
                Expectation.isSet(step, "no_endpoints")
                        || words.stream().anyMatch(word -> word.startsWith("--endpoints"));
        if (!hasEndpoints) {
            environment.put("ETCDCTL_ENDPOINTS", names.get("EP"));
        }
        boolean hasTimeout = words.stream().anyMatch(word -> word.startsWith("--command-timeout"));
        if (!hasTimeout) {
            environment.put("ETCDCTL_COMMAND_TIMEOUT", "60s");
        }
        if (step.has("env")) {
            for (Map.Entry<String, JsonElement> each : step.getAsJsonObject("env").entrySet()) {
                environment.put(each.getKey(), names.resolve(each.getValue().getAsString()));
            }
        }
        ToolRun run = new ToolRun(tool(step), words, environment, directory);
        if (step.has("stdin")) {
            run.in.type(bytes(step, "stdin"));
        } else if (step.has("stdin_hex")) {
            run.in.type(HexFormat.of().parseHex(step.get("stdin_hex").getAsString()));
        }
        return run;
    }

    private static String tool(JsonObject step) {
        return step.has("tool") ? step.get("tool").getAsString() : "ctl";
    }

    private void start(JsonObject step) throws InterruptedException {
        ToolRun run = begin(step);
        background.put(step.get("name").getAsString(), run);
        if (step.has("ready")) {
            // Some sessions name a text that never comes, to wait for the program's end.
            await(run, step.get("ready").getAsString(), limit(step));
        }
        settle(step);
    }

    private Expectation.Side stop(JsonObject step) throws IOException, InterruptedException {
        ToolRun run = background(step);
        background.remove(step.get("name").getAsString());
        if (step.has("until")) {
            await(run, step.get("until").getAsString(), limit(step));
        }
        settle(step);
        if (step.has("signal")) {
            run.signal(step.get("signal").getAsString());
        } else {
            run.in.end();
        }
        return side(step, run, run.await(limit(step)));
    }

    private static void settle(JsonObject step) throws InterruptedException {
        if (step.has("settle_ms")) {
            pause(2 * step.get("settle_ms").getAsLong());
        }
    }

    private static void await(ToolRun run, String pattern, long limitNanos)
            throws InterruptedException {
        Pattern compiled = Expectation.python(pattern);
        long start = System.nanoTime();
        boolean isFound = run.out.await(compiled, limitNanos / 4);
        if (!isFound && !run.err.await(compiled, limitNanos / 4)) {
            run.out.await(compiled, Math.max(1, limitNanos - (System.nanoTime() - start)));
        }
    }

    private static long limit(JsonObject step) {
        int seconds = step.has("timeout") ? step.get("timeout").getAsInt() : LIMIT_SECONDS;
        return TimeUnit.SECONDS.toNanos((long) seconds * SLOWER);
    }

    /** Where the recording waits without an event to wait for. */
    private static void pause(long millis) throws InterruptedException {
        boolean isEnded = new CountDownLatch(1).await(millis, TimeUnit.MILLISECONDS);
        assert !isEnded : "nobody counts it down";
    }

    private List<String> resolved(JsonArray words) {
        List<String> resolved = new ArrayList<>();
        words.forEach(word -> resolved.add(names.resolve(word.getAsString())));
        return resolved;
    }

    private byte[] bytes(JsonObject step, String field) {
        return names.resolve(step.get(field).getAsString()).getBytes(StandardCharsets.UTF_8);
    }

    private Expectation.Side side(JsonObject step, ToolRun run, int code) throws IOException {
        String out = run.out.text();
        if (step.has("proto")) {
            Set<String> messages = new TreeSet<>();
            step.getAsJsonArray("proto").forEach(path -> messages.add(path.getAsString()));
            out = ProtoLines.of(run.out.content(), messages);
        }
        if (step.has("capture")) {
            for (Map.Entry<String, JsonElement> each : step.getAsJsonObject("capture").entrySet()) {
                Matcher matcher = Expectation.python(each.getValue().getAsString()).matcher(out);
                if (matcher.find()) {
                    names.set(each.getKey(), matcher.group(1));
                }
            }
        }
        return new Expectation.Side(
                names.symbolic(out),
                names.symbolic(Expectation.withoutLogLines(run.err.text())),
                code);
    }
}
