package dev.plinth.walio.fuzz;

import java.io.IOException;
import java.net.URISyntaxException;
import java.net.URL;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.function.Consumer;
import java.util.stream.Stream;

/** The inputs in {@code src/test/resources/fuzz} of a module. */
public final class FuzzCorpus {
    private FuzzCorpus() {}

    /**
     * Gives each input to a target; a failure names the file.
     *
     * @param resources a folder of the test resources
     * @return how many inputs there were
     */
    public static int play(String resources, Consumer<byte[]> target) {
        List<Path> inputs = inputs(resources);
        for (Path input : inputs) {
            try {
                target.accept(Files.readAllBytes(input));
            } catch (IOException | RuntimeException | Error e) {
                throw new AssertionError("input " + input.getFileName(), e);
            }
        }
        return inputs.size();
    }

    private static List<Path> inputs(String resources) {
        URL folder = Objects.requireNonNull(FuzzCorpus.class.getResource(resources), resources);
        try (Stream<Path> files = Files.list(Path.of(folder.toURI()))) {
            return files.sorted().toList();
        } catch (IOException | URISyntaxException e) {
            throw new IllegalStateException(e);
        }
    }
}
