package dev.plinth.tools.replay;

import com.google.gson.JsonObject;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** What a recorded session does to files between its commands. */
final class FileSteps {
    private FileSteps() {}

    static Expectation.@Nullable Side run(JsonObject step, Names names) throws IOException {
        Path path = Path.of(names.resolve(step.get("path").getAsString()));
        if (!step.has("op")) {
            return new Expectation.Side(names.symbolic(tree(path)), "", 0);
        }
        switch (step.get("op").getAsString()) {
            case "write" ->
                    Files.writeString(
                            path,
                            names.resolve(step.get("text").getAsString()),
                            StandardCharsets.UTF_8);
            case "append" ->
                    Files.write(
                            path,
                            HexFormat.of().parseHex(step.get("hex").getAsString()),
                            StandardOpenOption.APPEND);
            case "flip" -> {
                byte[] content = Files.readAllBytes(path);
                int at = step.get("at").getAsInt();
                int index = at >= 0 ? at : content.length + at;
                content[index] ^= (byte) 0xFF;
                Files.write(path, content);
            }
            case "truncate" -> {
                byte[] content = Files.readAllBytes(path);
                int to = step.get("to").getAsInt();
                Files.write(path, Arrays.copyOf(content, to >= 0 ? to : content.length + to));
            }
            case "copy" ->
                    Files.copy(
                            path,
                            Path.of(names.resolve(step.get("dst").getAsString())),
                            StandardCopyOption.REPLACE_EXISTING);
            case "mkdir" -> Files.createDirectories(path);
            case "size" -> {
                long modulus = step.has("mod") ? step.get("mod").getAsLong() : Long.MAX_VALUE;
                return new Expectation.Side(Files.size(path) % modulus + "\n", "", 0);
            }
            default -> throw new IOException("unknown operation " + step.get("op"));
        }
        return null;
    }

    private static String tree(Path root) throws IOException {
        try (Stream<Path> files = Files.walk(root)) {
            return files.filter(Files::isRegularFile)
                    .map(file -> root.relativize(file).toString())
                    .sorted()
                    .map(name -> name + "\n")
                    .collect(Collectors.joining());
        }
    }
}
