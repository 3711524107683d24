package dev.plinth.server;

import static org.assertj.core.api.Assertions.assertThat;

import dev.plinth.server.testing.LimitTable;
import dev.plinth.server.testing.LimitTable.Limit;
import dev.plinth.walio.peers.Launcher;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/**
 * The table of limits against the code, the documentation against the table, and the tests that it
 * names against the sources. {@code -Dlimits.rewrite=true} writes {@code docs/limits.md} anew.
 */
class LimitsTest {
    private static final Path TOP = Launcher.ofProject().resolveSibling("");
    private static final Path DOCUMENT = TOP.resolve("docs/limits.md");
    private static final String TABLE = "| what | default | from | past it |\n|---|---|---|---|\n";

    @Test
    void theTableHasTheValuesOfTheCode() {
        List<String> wrong = new ArrayList<>();
        for (Limit limit : LimitTable.all()) {
            if (!limit.found().equals(limit.value())) {
                wrong.add(limit + ": " + limit.found());
            }
        }
        assertThat(wrong).isEmpty();
    }

    @Test
    void theDocumentHasTheTable() throws IOException {
        String text = Files.readString(DOCUMENT);
        int begin = text.indexOf(TABLE) + TABLE.length();
        assertThat(begin).as("a table with the columns %s", TABLE).isGreaterThan(TABLE.length());
        int end = text.indexOf("\n\n", begin);
        String expected = rows();
        if (Boolean.getBoolean("limits.rewrite")) {
            Files.writeString(
                    DOCUMENT,
                    text.substring(0, begin) + expected + (end < 0 ? "" : text.substring(end)));
            return;
        }
        assertThat(end < 0 ? text.substring(begin).stripTrailing() : text.substring(begin, end))
                .isEqualTo(expected);
    }

    private static String rows() {
        List<String> rows = new ArrayList<>();
        for (Limit limit : LimitTable.all()) {
            String source = limit.source();
            String shown =
                    source.startsWith("--")
                            ? source
                            : source.substring(source.lastIndexOf('.') + 1).replace('#', '.');
            rows.add(
                    "| %s | %s | `%s` | %s |"
                            .formatted(limit.name(), limit.readable(), shown, limit.beyond()));
        }
        return String.join("\n", rows);
    }

    @Test
    void theTestsThatItNamesExist() throws IOException {
        List<String> missing = new ArrayList<>();
        try (Stream<Path> files = Files.walk(TOP)) {
            List<Path> tests =
                    files.filter(file -> file.toString().endsWith(".java"))
                            .filter(file -> file.toString().contains("src/test/"))
                            .toList();
            for (Limit limit : LimitTable.all()) {
                if (!limit.test().isEmpty() && !exists(limit.test(), tests)) {
                    missing.add(limit.test());
                }
            }
        }
        assertThat(missing).isEmpty();
    }

    private static boolean exists(String test, List<Path> tests) throws IOException {
        String[] parts = test.split("#", 2);
        for (Path file : tests) {
            if (file.getFileName().toString().equals(parts[0] + ".java")
                    && (parts.length == 1
                            || Files.readString(file).contains("void " + parts[1] + "("))) {
                return true;
            }
        }
        return false;
    }
}
