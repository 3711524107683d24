package dev.plinth.testing.examples;

import static org.assertj.core.api.Assertions.assertThat;

import dev.plinth.walio.peers.Launcher;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** What docs/client.md shows compiles and runs, since it stands in an example. */
class ClientDocumentTest {
    private static final Pattern BLOCK = Pattern.compile("(?s)```java\n(.*?)```");

    private static String plain(String code) {
        return code.lines()
                .map(String::strip)
                .filter(line -> !line.isEmpty())
                .collect(Collectors.joining("\n"));
    }

    @Test
    void everySnippetIsInAnExample() throws IOException {
        Path top = Launcher.ofProject().resolveSibling("");
        List<String> examples;
        try (Stream<Path> files =
                Files.list(
                        top.resolve("server/testing/src/test/java/dev/plinth/testing/examples"))) {
            examples = files.map(ClientDocumentTest::read).map(ClientDocumentTest::plain).toList();
        }
        Matcher blocks = BLOCK.matcher(read(top.resolve("docs/client.md")));
        int count = 0;
        while (blocks.find()) {
            count++;
            String snippet = plain(blocks.group(1));
            assertThat(examples).as(snippet).anyMatch(example -> example.contains(snippet));
        }
        assertThat(count).isGreaterThan(8);
    }

    private static String read(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            throw new AssertionError(file.toString(), e);
        }
    }
}
