package dev.plinth.server.interop;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.io.IOException;
import java.net.URISyntaxException;
import java.net.URL;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Every transcript recorded from etcd 3.5 is answered alike; where 3.7 is known to answer
 * otherwise, as 3.7 does.
 */
class TranscriptIT {
    private static final int FILES = 24;

    @TempDir Path dir;

    static Stream<String> transcripts() throws IOException, URISyntaxException {
        URL folder = Objects.requireNonNull(TranscriptIT.class.getResource("/transcripts"));
        try (Stream<Path> files = Files.list(Path.of(folder.toURI()))) {
            List<String> names =
                    files.map(file -> file.getFileName().toString())
                            .filter(name -> name.endsWith(".jsonl"))
                            .sorted()
                            .toList();
            assertThat(names).hasSize(FILES);
            return names.stream();
        }
    }

    @ParameterizedTest
    @MethodSource("transcripts")
    void isAnsweredAsRecorded(String name) throws Exception {
        List<JsonObject> records = records(name);
        List<String> problems = new ArrayList<>();
        try (ServerProcess plinth = ServerProcess.plinth(dir, flags(records.getFirst()));
                Transcript transcript = new Transcript(plinth)) {
            for (JsonObject recorded : records.subList(1, records.size())) {
                JsonObject record =
                        recorded.has("v37") ? VersionDifferences.applied(recorded) : recorded;
                for (String difference : transcript.replay(record)) {
                    problems.add(record.get("n") + " " + record.get("name") + ": " + difference);
                }
            }
        }
        assertThat(problems).isEmpty();
    }

    private static String[] flags(JsonObject meta) {
        List<String> flags = new ArrayList<>(List.of("--unsafe-no-fsync"));
        meta.getAsJsonArray("server_flags").forEach(flag -> flags.add(flag.getAsString()));
        return flags.toArray(String[]::new);
    }

    private static List<JsonObject> records(String name) throws IOException, URISyntaxException {
        URL file = Objects.requireNonNull(TranscriptIT.class.getResource("/transcripts/" + name));
        try (Stream<String> lines = Files.lines(Path.of(file.toURI()))) {
            return lines.map(line -> JsonParser.parseString(line).getAsJsonObject()).toList();
        }
    }
}
