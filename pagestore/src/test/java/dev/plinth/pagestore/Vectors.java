package dev.plinth.pagestore;

import com.google.gson.JsonElement;
import com.google.gson.JsonParser;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.URISyntaxException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import java.util.zip.GZIPInputStream;

/** The files made by the reference implementation, see {@code vectors/} in the test resources. */
final class Vectors {
    private Vectors() {}

    /** Names of all recorded databases. */
    static List<String> databases() {
        try {
            Path folder = Path.of(Vectors.class.getResource("/vectors/").toURI());
            try (Stream<Path> files = Files.list(folder)) {
                return files.map(file -> file.getFileName().toString())
                        .filter(name -> name.endsWith(".db.gz"))
                        .map(name -> name.substring(0, name.length() - ".db.gz".length()))
                        .sorted()
                        .toList();
            }
        } catch (URISyntaxException | IOException e) {
            throw new IllegalStateException(e);
        }
    }

    static byte[] bytes(String name) {
        boolean packed = Vectors.class.getResource("/vectors/" + name) == null;
        String stored = packed ? name + ".gz" : name;
        try (InputStream raw = Vectors.class.getResourceAsStream("/vectors/" + stored)) {
            if (raw == null) {
                throw new FileNotFoundException(stored);
            }
            return packed ? new GZIPInputStream(raw).readAllBytes() : raw.readAllBytes();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static boolean exists(String name) {
        return Vectors.class.getResource("/vectors/" + name) != null
                || Vectors.class.getResource("/vectors/" + name + ".gz") != null;
    }

    static String text(String name) {
        return new String(bytes(name), StandardCharsets.UTF_8);
    }

    static JsonElement json(String name) {
        return JsonParser.parseString(text(name));
    }

    /** Unpacks a database into a directory. */
    static Path unpack(String name, Path directory) {
        try {
            return Files.write(directory.resolve(name + ".db"), bytes(name + ".db"));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
