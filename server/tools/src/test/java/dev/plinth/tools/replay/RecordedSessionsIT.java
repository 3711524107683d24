package dev.plinth.tools.replay;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.io.IOException;
import java.net.URISyntaxException;
import java.net.URL;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Every session that was recorded with etcd's own programs, replayed with {@code plinth ctl} and
 * {@code plinth util} in this process against servers started by the launcher. Where etcd 3.7
 * prints something else than the recorded 3.5, the sessions hold that form too.
 */
class RecordedSessionsIT {
    /** Sessions at a time: most of one is waiting. */
    private static final int PARALLEL = 4;

    /**
     * The beginning of the names of sessions to replay: {@code -Dtest.args=-Dplinth.cli.only=13}.
     */
    private static final String ONLY = System.getProperty("plinth.cli.only", "");

    @TempDir private Path folder = Path.of("");

    @Test
    void allStepsAreAsRecorded() throws Exception {
        List<Future<String>> sessions = new ArrayList<>();
        try (ExecutorService pool = Executors.newFixedThreadPool(PARALLEL)) {
            for (Path file : recordings()) {
                sessions.add(pool.submit(() -> replay(file)));
            }
        }
        List<String> failures = new ArrayList<>();
        for (Future<String> session : sessions) {
            try {
                String failure = session.get();
                if (!failure.isEmpty()) {
                    failures.add(failure);
                }
            } catch (ExecutionException e) {
                throw new AssertionError(e.getCause());
            }
        }
        assertThat(sessions).hasSizeGreaterThanOrEqualTo(ONLY.isEmpty() ? 15 : 1);
        assertThat(String.join("\n\n", failures)).isEmpty();
    }

    private static List<Path> recordings() throws IOException, URISyntaxException {
        URL any = RecordedSessionsIT.class.getResource("/cli/00-general.jsonl");
        assertThat(any).isNotNull();
        Path here = Path.of(any.toURI()).resolveSibling("");
        try (Stream<Path> files = Files.list(here)) {
            // The longest first.
            return files.filter(file -> file.toString().endsWith(".jsonl"))
                    .filter(file -> file.getFileName().toString().startsWith(ONLY))
                    .sorted((left, right) -> right.compareTo(left))
                    .toList();
        }
    }

    private String replay(Path file) throws IOException, InterruptedException {
        List<JsonObject> lines = new ArrayList<>();
        for (String line : Files.readAllLines(file, StandardCharsets.UTF_8)) {
            if (!line.isBlank()) {
                lines.add(JsonParser.parseString(line).getAsJsonObject());
            }
        }
        JsonObject header = lines.removeFirst();
        String name = header.get("session").getAsString();
        Path directory = Files.createDirectory(folder.resolve(name));
        try (SessionReplay session = new SessionReplay(header, directory)) {
            List<String> failures = session.run(lines);
            assertThat(session.passed()).as("steps of %s", name).isPositive();
            return failures.isEmpty() ? "" : name + "\n" + String.join("\n", failures);
        } catch (AssertionError e) {
            return name + ": " + e.getMessage();
        }
    }
}
