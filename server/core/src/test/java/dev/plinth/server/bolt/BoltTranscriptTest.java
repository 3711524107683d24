package dev.plinth.server.bolt;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.assertj.core.api.SoftAssertions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The session recorded with the reference, played again in order in one directory: exit codes,
 * outputs, errors with their usage texts, and the files that surgery leaves, all byte for byte.
 */
class BoltTranscriptTest {
    @TempDir private Path directory = Path.of("");

    @Test
    void printsWhatTheReferencePrinted() throws IOException {
        JsonArray session = RecordedFiles.json("cli-transcript.json").getAsJsonArray();
        List<String> databases =
                RecordedFiles.DATABASES.stream()
                        .filter(name -> session.toString().contains('"' + name + ".db\""))
                        .toList();
        for (String name : databases) {
            RecordedFiles.unpack(name, directory);
        }
        Map<String, String> before = digests();
        assertThat(session.size()).isGreaterThan(150);
        SoftAssertions softly = new SoftAssertions();
        for (JsonElement each : session) {
            play(each.getAsJsonObject(), softly);
        }
        softly.assertAll();
        Map<String, String> after = digests();
        for (String name : databases) {
            assertThat(after.get(name + ".db"))
                    .as("unchanged: " + name)
                    .isEqualTo(before.get(name + ".db"));
        }
    }

    private void play(JsonObject recorded, SoftAssertions softly) throws IOException {
        List<String> words = new ArrayList<>();
        recorded.getAsJsonArray("args").forEach(word -> words.add(word.getAsString()));
        ToolRun run = ToolRun.of(directory, words);
        String name = String.join(" ", words);
        softly.assertThat(run.exit()).as(name).isEqualTo(recorded.get("exit").getAsInt());
        if (recorded.has("stdoutHex")) {
            softly.assertThat(HexFormat.of().formatHex(run.stdout()))
                    .as(name)
                    .isEqualTo(recorded.get("stdoutHex").getAsString());
        } else {
            softly.assertThat(run.text()).as(name).isEqualTo(recorded.get("stdout").getAsString());
        }
        softly.assertThat(withoutDetails(run.stderr()))
                .as(name)
                .isEqualTo(recorded.get("stderr").getAsString());
        if (recorded.has("outputFiles") && !words.getFirst().equals("compact")) {
            for (var file : recorded.getAsJsonObject("outputFiles").entrySet()) {
                softly.assertThat(digest(directory.resolve(file.getKey())))
                        .as(name)
                        .isEqualTo(
                                file.getValue().isJsonNull()
                                        ? "missing"
                                        : file.getValue().getAsString());
            }
        }
    }

    /** The lines that name file and page below an error are ours. */
    private static String withoutDetails(String stderr) {
        int usage = stderr.indexOf("\nUsage:");
        if (usage < 0) {
            return stderr;
        }
        String head =
                stderr.substring(0, usage)
                        .lines()
                        .filter(line -> !line.startsWith("  "))
                        .reduce((a, b) -> a + "\n" + b)
                        .orElse("");
        return head + stderr.substring(usage);
    }

    private Map<String, String> digests() throws IOException {
        Map<String, String> digests = new TreeMap<>();
        try (Stream<Path> files = Files.list(directory)) {
            for (Path file : files.toList()) {
                digests.put(file.getFileName().toString(), digest(file));
            }
        }
        return digests;
    }

    private static String digest(Path file) throws IOException {
        if (!Files.exists(file)) {
            return "missing";
        }
        try {
            return HexFormat.of()
                    .formatHex(
                            MessageDigest.getInstance("SHA-256").digest(Files.readAllBytes(file)));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }

    @Test
    void reportsGoLikeErrorsForFlags() {
        assertThat(ToolRun.of(directory, "check", "--from-page").firstErrorLine())
                .isEqualTo("Error: flag needs an argument: --from-page");
        assertThat(ToolRun.of(directory, "check", "--from-page", "x", "f").firstErrorLine())
                .isEqualTo(
                        "Error: invalid argument \"x\" for \"--from-page\" flag:"
                                + " strconv.ParseUint: parsing \"x\": invalid syntax");
        assertThat(ToolRun.of(directory, "keys", "-x", "f").firstErrorLine())
                .isEqualTo("Error: unknown shorthand flag: 'x' in -x");
        assertThat(ToolRun.of(directory, "page", "--all=perhaps", "f").firstErrorLine())
                .isEqualTo(
                        "Error: invalid argument \"perhaps\" for \"--all\" flag:"
                                + " strconv.ParseBool: parsing \"perhaps\": invalid syntax");
        assertThat(ToolRun.of(directory, "chek").stderr())
                .isEqualTo(
                        "Error: unknown command \"chek\" for \"bbolt\"\n\nDid you mean"
                                + " this?\n\tcheck\n\nRun 'bbolt --help' for usage.\n");
    }

    @Test
    void keepsAllKeysInCompactedFile() throws IOException {
        for (String name : List.of("nested-3", "freelist", "sequences", "overflow", "etcd-3.5")) {
            RecordedFiles.unpack(name, directory);
            ToolRun compact = ToolRun.of(directory, "compact", "-o", name + ".out", name + ".db");
            assertThat(compact.stderr()).isEmpty();
            assertThat(ToolRun.of(directory, "check", name + ".out").text()).isEqualTo("OK\n");
            assertThat(ContentDigest.of(directory.resolve(name + ".out")))
                    .isEqualTo(
                            RecordedFiles.json(name + ".json")
                                    .getAsJsonObject()
                                    .getAsJsonObject("facts")
                                    .get("streamSha256")
                                    .getAsString());
        }
    }
}
