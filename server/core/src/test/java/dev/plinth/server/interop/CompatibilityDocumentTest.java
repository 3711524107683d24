package dev.plinth.server.interop;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.plinth.server.config.Flag;
import dev.plinth.server.config.FlagTable;
import dev.plinth.walio.peers.Launcher;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Test;

/**
 * The tables of docs/compatibility.md are made of the lists that {@link SurfaceIT} holds against a
 * running member. {@code -Dtest.args=-Dplinth.docs.rewrite=true} writes them anew.
 */
class CompatibilityDocumentTest {
    private static final String BEGIN = "<!-- made by CompatibilityDocumentTest: begin -->\n";
    private static final String END = "<!-- made by CompatibilityDocumentTest: end -->\n";

    @Test
    void theTablesSayWhatIsTested() throws IOException {
        Path document = Launcher.ofProject().resolveSibling("docs/compatibility.md");
        String text = Files.readString(document);
        assertThat(text).contains(BEGIN).contains(END);
        String before = text.substring(0, text.indexOf(BEGIN) + BEGIN.length());
        String after = text.substring(text.indexOf(END));
        String expected = before + tables() + after;
        if (Boolean.getBoolean("plinth.docs.rewrite")) {
            Files.writeString(document, expected);
        } else {
            assertThat(text).isEqualTo(expected);
        }
    }

    private static String tables() {
        Map<String, String> gaps = new HashMap<>();
        rows("gaps.tsv", "\t").forEach(gap -> gaps.put(gap[0], gap[1]));
        StringBuilder text = new StringBuilder("\n");
        text.append("### Calls\n\n| call | JSON | |\n|---|---|---|\n");
        for (String[] call : rows("calls.tsv", "\t")) {
            row(
                    text,
                    code(call[0]),
                    call[1].equals("-") ? "gRPC alone" : code(call[1].replace(" ", "`, `")),
                    verdict(gaps, call[0]));
        }
        text.append("\n### Flags of the server\n\n| flag | default | |\n|---|---|---|\n");
        FlagTable flags = FlagTable.standard();
        for (String[] flag : rows("flags.txt", " ")) {
            Flag ours = Objects.requireNonNull(flags.find(flag[0]), flag[0]);
            row(
                    text,
                    code("--" + flag[0]),
                    code(ours.defaultText()),
                    ours.standing() instanceof Flag.Standing.Inert(String instead)
                            ? "different: taken, " + instead
                            : verdict(gaps, "--" + flag[0]));
        }
        for (Flag flag : flags.all()) {
            if (flag.group() == Flag.Group.PLINTH) {
                row(
                        text,
                        code("--" + flag.name()),
                        code(flag.defaultText()),
                        "beyond: " + flag.help());
            }
        }
        text.append("\n### Metrics\n\n| metric | kind | |\n|---|---|---|\n");
        for (String[] metric : rows("metrics.tsv", "\t")) {
            row(text, code(metric[0]), metric[1], verdict(gaps, metric[0]));
        }
        return text.append('\n').toString();
    }

    private static String verdict(Map<String, String> gaps, String item) {
        String gap = gaps.get(item);
        return gap == null ? "same" : "missing: " + gap;
    }

    private static String code(String text) {
        return text.isEmpty() ? "" : "`" + text + "`";
    }

    private static void row(StringBuilder text, String... cells) {
        text.append("| ").append(String.join(" | ", cells)).append(" |\n");
    }

    private static List<String[]> rows(String resource, String separator) {
        try (InputStream in =
                CompatibilityDocumentTest.class.getResourceAsStream("/surface/" + resource)) {
            return new String(Objects.requireNonNull(in).readAllBytes(), UTF_8)
                    .lines()
                    .map(line -> line.split(separator, -1))
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
