package dev.plinth.pagestore;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import dev.plinth.pagestore.surgery.Surgery;
import dev.plinth.pagestore.surgery.Surgery.MetaChange;
import dev.plinth.pagestore.surgery.SurgeryException;
import dev.plinth.walio.io.LinuxDisk;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Each recorded operation gives the file that the reference made of it. */
class SurgeryTest {
    @TempDir Path directory;

    private final Surgery surgery = new Surgery(new LinuxDisk());

    @Test
    void recordedOperationsGiveTheRecordedFiles() throws Exception {
        int compared = 0;
        for (JsonElement each : Vectors.json("cli-transcript.json").getAsJsonArray()) {
            JsonObject entry = each.getAsJsonObject();
            List<String> arguments =
                    entry.getAsJsonArray("args").asList().stream()
                            .map(JsonElement::getAsString)
                            .toList();
            if (!arguments.getFirst().equals("surgery")
                    || arguments.contains("--help")
                    || !arguments.contains("--output")) {
                continue;
            }
            Throwable refusal = catchThrowable(() -> run(arguments));
            if (entry.get("exit").getAsInt() != 0) {
                continue;
            }
            assertThat(refusal).as(arguments.toString()).isNull();
            for (Map.Entry<String, JsonElement> output :
                    entry.getAsJsonObject("outputFiles").entrySet()) {
                byte[] content = Files.readAllBytes(directory.resolve(output.getKey()));
                String digest =
                        HexFormat.of()
                                .formatHex(MessageDigest.getInstance("SHA-256").digest(content));
                assertThat(digest)
                        .as(arguments.toString())
                        .isEqualTo(output.getValue().getAsString());
                compared++;
            }
        }
        assertThat(compared).isGreaterThanOrEqualTo(13);
    }

    private void run(List<String> arguments) throws Exception {
        Map<String, String> flags = new HashMap<>();
        String file = "";
        String command = arguments.get(1);
        int at = 2;
        if (command.equals("meta") || command.equals("freelist")) {
            command = arguments.get(at++);
        }
        while (at < arguments.size()) {
            if (arguments.get(at).startsWith("--")) {
                flags.put(arguments.get(at), arguments.get(at + 1));
                at += 2;
            } else {
                file = arguments.get(at++);
            }
        }
        Path source = directory.resolve(file);
        String vector = file.replace(".db", "");
        if (!Files.exists(source) && Vectors.databases().contains(vector)) {
            Vectors.unpack(vector, directory);
        }
        Path output = directory.resolve(Objects.requireNonNull(flags.get("--output")));
        switch (command) {
            case "revert-meta-page" -> surgery.revertMetaPage(source, output);
            case "copy-page" ->
                    surgery.copyPage(
                            source,
                            output,
                            number(flags, "--from-page"),
                            number(flags, "--to-page"));
            case "clear-page" -> surgery.clearPage(source, output, number(flags, "--pageId"));
            case "clear-page-elements" ->
                    surgery.clearElements(
                            source,
                            output,
                            number(flags, "--pageId"),
                            (int) number(flags, "--from-index"),
                            (int) number(flags, "--to-index"));
            case "abandon" -> surgery.abandonFreelist(source, output);
            case "rebuild" -> surgery.rebuildFreelist(source, output);
            case "update" ->
                    surgery.updateMetaPage(
                            source,
                            output,
                            Integer.parseInt(flags.getOrDefault("--meta-page", "0")),
                            change(flags.getOrDefault("--fields", "")));
            default -> throw new AssertionError(command);
        }
    }

    private static long number(Map<String, String> flags, String name) {
        return Long.parseLong(Objects.requireNonNull(flags.get(name), name));
    }

    private static MetaChange change(String fields) {
        Map<String, Long> values = new HashMap<>();
        for (String field : fields.isEmpty() ? new String[0] : fields.split(",", -1)) {
            String[] pair = field.split(":", -1);
            values.put(pair[0], Long.parseLong(pair[1]));
        }
        Long pageSize = values.get("pageSize");
        return new MetaChange(
                pageSize == null ? null : Math.toIntExact(pageSize),
                values.get("root"),
                values.get("freelist"),
                values.get("pgid"));
    }

    @Test
    void refusalsHaveTheReferencesWords() {
        Vectors.unpack("one-bucket", directory);
        Path source = directory.resolve("one-bucket.db");
        check(
                () -> surgery.clearPage(source, out(1), 1),
                "the pageId must be at least 2, but got 1");
        check(
                () -> surgery.clearPage(source, out(2), 6),
                "can't clear elements in \"freelist\" page");
        check(
                () -> surgery.clearElements(source, out(3), 4, 8, 9),
                "the start index (8) is out of range [0, 8)");
        check(
                () -> surgery.clearElements(source, out(4), 4, 3, 2),
                "the start index (3) is bigger than the end index (2)");
        check(
                () -> surgery.clearElements(source, out(5), 4, 0, 9),
                "the end index (9) is out of range [0, 8]");
        check(
                () -> surgery.rebuildFreelist(source, out(6)),
                "the file already has freelist, please consider to abandon the freelist to forcibly"
                        + " rebuild it");
        check(
                () -> surgery.revertMetaPage(source, source),
                "output file \"" + source + "\" already exists");
    }

    @Test
    void metaPagesAreValidated() throws Exception {
        Vectors.unpack("bad-meta0-active", directory);
        assertThat(surgery.validateMetaPages(directory.resolve("bad-meta0-active.db")))
                .extracting(validity -> validity.text())
                .containsExactly("checksum error", "ok");
    }

    private Path out(int number) {
        return directory.resolve("out-" + number);
    }

    private static void check(ThrowingCallable operation, String text) {
        assertThat(catchThrowable(operation)).isInstanceOf(SurgeryException.class).hasMessage(text);
    }
}
