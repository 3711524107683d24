package dev.plinth.tools.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.plinth.tools.text.Console;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ManualCommandTest {
    @TempDir private Path folder = Path.of("");

    private final ByteArrayOutputStream out = new ByteArrayOutputStream();
    private final Console console =
            Console.of(new ByteArrayInputStream(new byte[0]), out, new ByteArrayOutputStream());

    private Command man() {
        Command root =
                new Command("tool", "Does things")
                        .add(
                                new Command("first", "Comes first")
                                        .add(new Command("below <key>", "Comes below it")),
                                new Command("second", ".Starts with a dot"));
        Command command = new ManualCommand(root, console).command();
        root.add(command);
        return command;
    }

    private void run(String... words) throws ToolFailure {
        Command command = man();
        Objects.requireNonNull(command.action()).run(ParsedFlags.parse(command, List.of(words)));
        console.flush();
    }

    @Test
    void aPageIsPrinted() throws ToolFailure {
        run("first", "below");
        assertThat(out.toString(StandardCharsets.UTF_8))
                .contains(".TH \"TOOL-FIRST-BELOW\" 1", "Comes below it", "tool first below <key>");
    }

    @Test
    void allPagesGoToAFolder() throws ToolFailure, IOException {
        run("--directory", folder.toString());
        try (Stream<Path> files = Files.list(folder)) {
            assertThat(files.map(file -> file.getFileName().toString()))
                    .containsExactlyInAnyOrder(
                            "tool.1",
                            "tool-first.1",
                            "tool-first-below.1",
                            "tool-second.1",
                            "tool-man.1");
        }
        assertThat(folder.resolve("tool-second.1")).content().contains("\\&.Starts with a dot");
        assertThat(out.size()).isZero();
    }
}
