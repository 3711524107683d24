package dev.plinth.server.bolt;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Five commands on every recorded file, sound and damaged: the reference's output, and where the
 * reference crashed an error that names file and page.
 */
class BoltRecordedFilesTest {
    @TempDir private Path directory = Path.of("");

    static List<String> databases() {
        return RecordedFiles.DATABASES;
    }

    @ParameterizedTest
    @MethodSource("databases")
    void printsWhatTheReferencePrinted(String name) {
        RecordedFiles.unpack(name, directory);
        JsonObject commands =
                RecordedFiles.json(name + ".json").getAsJsonObject().getAsJsonObject("cli");
        assertThat(commands.keySet()).contains("check", "info", "buckets", "pages", "stats");
        for (Map.Entry<String, JsonElement> each : commands.entrySet()) {
            JsonObject recorded = each.getValue().getAsJsonObject();
            ToolRun run = ToolRun.of(directory, each.getKey(), name + ".db");
            if (recorded.has("crash")) {
                assertThat(run.exit()).isEqualTo(1);
                assertThat(run.stderr()).doesNotContain("\tat ");
                assertThat(run.text() + run.stderr()).containsPattern("page \\d+|pgId:\\d+");
            } else {
                assertThat(run.exit()).as(each.getKey()).isEqualTo(recorded.get("exit").getAsInt());
                if (recorded.has("stderrFirstLine")) {
                    assertThat(run.firstErrorLine())
                            .isEqualTo(recorded.get("stderrFirstLine").getAsString());
                } else {
                    assertThat(run.stderr()).isEmpty();
                }
            }
            compareOutput(each.getKey(), recorded, run);
        }
    }

    private static void compareOutput(String command, JsonObject recorded, ToolRun run) {
        if (recorded.has("stdout")) {
            String file = recorded.get("stdout").getAsString();
            String expected = new String(RecordedFiles.required(file), StandardCharsets.UTF_8);
            if (recorded.has("crash")) {
                assertThat(run.text()).as(command).startsWith(expected);
            } else {
                assertThat(run.text()).as(command).isEqualTo(expected);
            }
        } else if (recorded.has("stdoutSha256")) {
            assertThat(sha256(run.stdout()))
                    .as(command)
                    .isEqualTo(recorded.get("stdoutSha256").getAsString());
        } else {
            assertThat(run.text()).as(command).isEmpty();
        }
    }

    private static String sha256(byte[] bytes) {
        try {
            return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Without the files of 64 MiB and more, of which each operation would make a copy. */
    static List<String> smallDatabases() {
        return RecordedFiles.DATABASES.stream()
                .filter(name -> !name.matches("freelist-(65534|65535|escape)"))
                .toList();
    }

    @ParameterizedTest
    @MethodSource("smallDatabases")
    void refusesOrReadsEveryFileWithEveryCommand(String name) {
        RecordedFiles.unpack(name, directory);
        String file = name + ".db";
        List<List<String>> commands =
                List.of(
                        List.of("inspect", file),
                        List.of("keys", file, "widgets"),
                        List.of("get", file, "widgets", "key-00"),
                        List.of("page", "--all", file),
                        List.of("page", file, "4"),
                        List.of("page-item", file, "4", "0"),
                        List.of("dump", file, "1"),
                        List.of("map", "-o", "map.html", file),
                        List.of("compact", "-o", "compacted.db", file),
                        List.of("surgery", "meta", "validate", file),
                        List.of("surgery", "revert-meta-page", file, "--output", "a.db"),
                        List.of("surgery", "freelist", "abandon", file, "--output", "b.db"),
                        List.of("surgery", "freelist", "rebuild", "b.db", "--output", "c.db"),
                        List.of(
                                "surgery",
                                "clear-page",
                                file,
                                "--output",
                                "d.db",
                                "--pageId",
                                "4"));
        byte[] before = read(directory.resolve(file));
        for (List<String> command : commands) {
            ToolRun run = ToolRun.of(directory, command);
            assertThat(run.exit()).as(String.join(" ", command)).isBetween(0, 1);
            assertThat(run.exit() == 1)
                    .as(String.join(" ", command) + " says why it fails")
                    .isEqualTo(run.stderr().startsWith("Error: "));
        }
        assertThat(read(directory.resolve(file))).isEqualTo(before);
    }

    private static byte[] read(Path file) {
        try {
            return Files.readAllBytes(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
