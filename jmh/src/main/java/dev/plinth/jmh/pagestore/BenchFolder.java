package dev.plinth.jmh.pagestore;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.stream.Stream;

/** Folders for the files of a benchmark, on the disk that is to be measured. */
final class BenchFolder {
    private BenchFolder() {}

    static Path create(String name) throws IOException {
        String parent =
                System.getProperty("plinth.bench.dir", System.getProperty("java.io.tmpdir"));
        return Files.createTempDirectory(Path.of(parent), name);
    }

    /** Removes a folder with all that is in it, if it is there. */
    static void delete(Path folder) throws IOException {
        if (Files.exists(folder)) {
            try (Stream<Path> files = Files.walk(folder)) {
                for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                    Files.delete(file);
                }
            }
        }
    }
}
