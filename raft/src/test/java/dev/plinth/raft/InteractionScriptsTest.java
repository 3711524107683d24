package dev.plinth.raft;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/**
 * The data-driven scripts of the reference, byte for byte: one test for each file of the folder
 * that the system property {@code plinth.raft.scripts} names.
 */
class InteractionScriptsTest {
    private static final Path SCRIPTS =
            Path.of(
                    System.getProperty(
                            "plinth.raft.scripts", "../../shared/vectors/raft-interaction"));

    @TestFactory
    Stream<DynamicTest> interaction() throws IOException {
        return scripts("interaction", () -> new InteractionEnvironment()::run);
    }

    @TestFactory
    Stream<DynamicTest> confchange() throws IOException {
        return scripts("confchange", () -> new ConfChangeScript()::run);
    }

    @TestFactory
    Stream<DynamicTest> quorum() throws IOException {
        return scripts("quorum", () -> QuorumScript::run);
    }

    private static Stream<DynamicTest> scripts(
            String folder, Supplier<Function<ScriptFile.Command, String>> environment)
            throws IOException {
        Path path = SCRIPTS.resolve(folder);
        if (!Files.isDirectory(path)) {
            return Stream.of(
                    DynamicTest.dynamicTest(
                            folder,
                            () ->
                                    Assumptions.abort(
                                            "no scripts at "
                                                    + path
                                                    + "; name their folder with"
                                                    + " -Dplinth.raft.scripts=DIR")));
        }
        List<Path> files;
        try (Stream<Path> found = Files.list(path)) {
            files = found.filter(f -> f.toString().endsWith(".txt")).sorted().toList();
        }
        return files.stream()
                .map(file ->
                        DynamicTest.dynamicTest(
                                folder + "/" + file.getFileName(),
                                file.toUri(),
                                () -> play(file, environment.get())));
    }

    private static void play(Path file, Function<ScriptFile.Command, String> environment)
            throws IOException {
        ScriptFile script = ScriptFile.read(file);
        assertThat(script.commands()).isNotEmpty();
        for (ScriptFile.Command command : script.commands()) {
            String output = environment.apply(command);
            if (!output.endsWith("\n")) {
                output += "\n";
            }
            assertThat(output)
                    .as("%s:%d %s", file.getFileName(), command.line(), command.name())
                    .isEqualTo(command.expected());
        }
    }
}
