package dev.plinth.pagestore;

import static org.assertj.core.api.Assertions.assertThat;

import dev.plinth.walio.io.LinuxDisk;
import dev.plinth.walio.peers.Peers;
import java.io.IOException;
import java.io.InputStream;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Objects;

/**
 * The packaged bbolt, in a program that is compiled from {@code go/boltcheck.go} with the packaged
 * Go. Skips the test that makes one, or fails it, as {@link Peers} says.
 */
public final class ReferenceLibrary {
    private final Path program;

    /**
     * Compiles the program.
     *
     * @param directory for the source and the program
     */
    public ReferenceLibrary(Path directory) throws IOException, InterruptedException {
        Path go = Peers.go();
        Path source = directory.resolve("boltcheck.go");
        program = directory.resolve("boltcheck");
        try (InputStream in =
                Objects.requireNonNull(
                        ReferenceLibrary.class.getResourceAsStream("/go/boltcheck.go"))) {
            Files.write(source, in.readAllBytes());
        }
        ProcessBuilder build =
                new ProcessBuilder(
                        go.toString(), "build", "-o", program.toString(), source.toString());
        if (System.getenv("HOME") == null) {
            build.environment().put("GOCACHE", directory.resolve("cache").toString());
        }
        String output = output(build);
        assertThat(program).as(output).isExecutable();
    }

    /** Fails unless the library's own check finds nothing and it reads what we read. */
    public void requireAgrees(Path database) throws IOException, InterruptedException {
        assertThat(run("check", database)).isEqualTo("OK");
        assertThat(run("digest", database)).isEqualTo(digest(database));
    }

    private String run(String command, Path database) throws IOException, InterruptedException {
        return output(new ProcessBuilder(program.toString(), command, database.toString()));
    }

    private static String output(ProcessBuilder command) throws IOException, InterruptedException {
        Process process = command.redirectErrorStream(true).start();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        process.waitFor();
        return output.strip();
    }

    private static String digest(Path path) {
        Options options = Options.defaults().withReadOnly(true);
        try (Database database = Database.open(new LinuxDisk(), path, options)) {
            return digest(database);
        }
    }

    /** SHA-256 over all keys and values in order. */
    static String digest(Database database) {
        MessageDigest digest;
        try {
            digest = MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
        try (ReadTransaction transaction = database.beginRead()) {
            add(transaction.root(), digest);
        }
        return HexFormat.of().formatHex(digest.digest());
    }

    private static void add(Bucket bucket, MessageDigest digest) {
        Cursor cursor = bucket.cursor();
        for (boolean more = cursor.first(); more; more = cursor.next()) {
            digest.update(cursor.keyBytes());
            if (cursor.isBucket()) {
                add(Objects.requireNonNull(bucket.bucket(cursor.keyBytes())), digest);
            } else {
                digest.update(cursor.value().toArray(ValueLayout.JAVA_BYTE));
            }
        }
    }
}
