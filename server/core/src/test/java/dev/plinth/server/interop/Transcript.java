package dev.plinth.server.interop;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import com.google.gson.JsonPrimitive;
import com.google.gson.JsonSyntaxException;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.StreamSupport;
import org.jspecify.annotations.Nullable;

/** Replays the records of a transcript against one member and tells what is not as recorded. */
final class Transcript implements AutoCloseable {
    private static final Duration CALL_LIMIT = Duration.ofSeconds(30);
    private static final long READ_LIMIT_SECONDS = 15;
    private static final Pattern CAPTURED = Pattern.compile("\\$\\{([^}]+)}");

    /**
     * What came of a record.
     *
     * @param status HTTP status, 0 when the record has none
     * @param body one answer, or the array of those read from a stream; null when there is none
     */
    private record Answer(int status, @Nullable JsonElement body) {}

    /** An answer that goes on. */
    private record Stream(int status, BufferedReader lines) {}

    private final String base;
    private final HttpClient client;
    private final Map<String, Stream> streams = new HashMap<>();
    private final Map<String, String> captured = new HashMap<>();

    Transcript(ServerProcess server) {
        this.base = "http://" + server.endpoint();
        this.client = HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
    }

    /** Carries out one record; the differences between its answers and the recorded ones. */
    List<String> replay(JsonObject record) throws Exception {
        String kind = record.get("kind").getAsString();
        switch (kind) {
            case "sleep" -> pause(record.get("ms").getAsLong());
            case "stream_close" -> stream(record, true).lines().close();
            case "call" -> {
                return check(record, record.get("response"), call(record));
            }
            case "stream_open" -> {
                open(record);
                return check(record, record.get("responses"), read(record));
            }
            case "stream_read" -> {
                return check(record, record.get("responses"), read(record));
            }
            default -> throw new AssertionError("record of kind " + kind);
        }
        return List.of();
    }

    /** The client of the recording did nothing for so long. */
    private static void pause(long millis) {
        CompletableFuture.runAsync(
                        () -> {}, CompletableFuture.delayedExecutor(millis, TimeUnit.MILLISECONDS))
                .join();
    }

    private Stream stream(JsonObject record, boolean remove) {
        String name = record.get("stream").getAsString();
        Stream stream = remove ? streams.remove(name) : streams.get(name);
        if (stream == null) {
            throw new AssertionError("no stream " + name);
        }
        return stream;
    }

    private Answer call(JsonObject record) throws IOException, InterruptedException {
        JsonElement request = record.has("request") ? record.get("request") : new JsonObject();
        HttpResponse<String> response =
                client.send(
                        request(record, fill(request).toString()).timeout(CALL_LIMIT).build(),
                        BodyHandlers.ofString());
        return new Answer(response.statusCode(), parse(response.body()));
    }

    private static JsonElement parse(String body) {
        try {
            return JsonParser.parseString(body);
        } catch (JsonSyntaxException _) {
            return new JsonPrimitive(body);
        }
    }

    private void open(JsonObject record) throws IOException, InterruptedException {
        StringBuilder body = new StringBuilder();
        record.getAsJsonArray("requests")
                .forEach(request -> body.append(fill(request)).append('\n'));
        HttpResponse<InputStream> response =
                client.send(request(record, body.toString()).build(), BodyHandlers.ofInputStream());
        streams.put(
                record.get("stream").getAsString(),
                new Stream(
                        response.statusCode(),
                        new BufferedReader(
                                new InputStreamReader(response.body(), StandardCharsets.UTF_8))));
    }

    private HttpRequest.Builder request(JsonObject record, String body) {
        HttpRequest.Builder request =
                HttpRequest.newBuilder(URI.create(base + record.get("path").getAsString()))
                        .header("Content-Type", "application/json")
                        .method(record.get("method").getAsString(), BodyPublishers.ofString(body));
        if (record.has("headers")) {
            fill(record.get("headers"))
                    .getAsJsonObject()
                    .asMap()
                    .forEach((name, value) -> request.header(name, value.getAsString()));
        }
        return request;
    }

    private Answer read(JsonObject record) throws Exception {
        Stream stream = stream(record, false);
        JsonArray documents = new JsonArray();
        int wanted = record.getAsJsonArray("responses").size();
        while (documents.size() < wanted) {
            CompletableFuture<@Nullable String> line = new CompletableFuture<>();
            Thread.ofVirtual().start(() -> readLine(stream, line));
            String document = line.get(READ_LIMIT_SECONDS, TimeUnit.SECONDS);
            if (document == null) {
                break;
            }
            documents.add(parse(document));
        }
        return new Answer(stream.status(), documents);
    }

    private static void readLine(Stream stream, CompletableFuture<@Nullable String> line) {
        try {
            line.complete(stream.lines().readLine());
        } catch (IOException e) {
            line.completeExceptionally(e);
        }
    }

    private List<String> check(JsonObject record, JsonElement wanted, Answer answer) {
        List<String> differences = new ArrayList<>();
        if (record.has("status") && record.get("status").getAsInt() != answer.status()) {
            differences.add("status: wanted " + record.get("status") + ", got " + answer.status());
        }
        JsonElement got = answer.body();
        if (record.has("capture") && got != null) {
            record.getAsJsonObject("capture")
                    .asMap()
                    .forEach((name, path) ->
                            captured.put(
                                    name,
                                    JsonComparison.at(got, path.getAsString()).getAsString()));
        }
        Set<String> unordered = names(record, "unordered");
        JsonElement expected = fill(wanted);
        JsonElement found = got;
        if (unordered.contains("responses") && got != null) {
            expected = inOrder(expected.getAsJsonArray());
            found = inOrder(got.getAsJsonArray());
        }
        differences.addAll(
                JsonComparison.differences(expected, found, names(record, "vary"), unordered));
        if (!differences.isEmpty()) {
            differences.add("answer: " + got);
        }
        return differences;
    }

    private static Set<String> names(JsonObject record, String field) {
        Set<String> names = new HashSet<>();
        if (record.has(field)) {
            record.getAsJsonArray(field).forEach(name -> names.add(name.getAsString()));
        }
        return names;
    }

    /** Answers of a stream whose watchers are told in any order: created ones first. */
    private static JsonArray inOrder(JsonArray documents) {
        Comparator<JsonObject> order =
                Comparator.comparing((JsonObject result) -> !result.has("created"))
                        .thenComparing(result ->
                                result.has("events")
                                        ? JsonComparison.canonical(result.get("events")).toString()
                                        : "")
                        .thenComparing(result ->
                                result.has("watch_id") ? result.get("watch_id").toString() : "");
        JsonArray ordered = new JsonArray();
        StreamSupport.stream(documents.spliterator(), false)
                .map(JsonElement::getAsJsonObject)
                .sorted(Comparator.comparing(document -> result(document), order))
                .forEach(ordered::add);
        return ordered;
    }

    private static JsonObject result(JsonObject document) {
        return document.has("result") ? document.getAsJsonObject("result") : document;
    }

    /** The value with captured ones in place of their names. */
    private JsonElement fill(JsonElement value) {
        String text = value.toString();
        Matcher matcher = CAPTURED.matcher(text);
        return JsonParser.parseString(
                matcher.replaceAll(name ->
                        Matcher.quoteReplacement(
                                captured.getOrDefault(name.group(1), name.group()))));
    }

    @Override
    public void close() throws IOException {
        for (Stream stream : streams.values()) {
            stream.lines().close();
        }
        client.close();
    }
}
