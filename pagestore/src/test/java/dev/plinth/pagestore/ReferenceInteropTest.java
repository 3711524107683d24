package dev.plinth.pagestore;

import static org.assertj.core.api.Assertions.assertThat;

import dev.plinth.pagestore.model.Replayer;
import dev.plinth.pagestore.model.Step;
import dev.plinth.pagestore.model.WorkloadGenerator;
import dev.plinth.walio.io.LinuxDisk;
import java.io.IOException;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Files that random workloads leave pass the reference library's own check and read back equal
 * there. Needs the program of {@code jmh/src/main/go/bboltbench}, named by {@code -Dplinth.bbolt}.
 */
class ReferenceInteropTest {
    private static final String PROGRAM = System.getProperty("plinth.bbolt", "");

    @TempDir Path directory;

    @BeforeEach
    void requireProgram() {
        Assumptions.assumeTrue(
                !PROGRAM.isEmpty() && Files.isExecutable(Path.of(PROGRAM)),
                "no program that holds the reference library: set -Dplinth.bbolt");
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20})
    void referenceAcceptsWhatWeWrite(long seed) throws Exception {
        Durability durability = seed % 2 == 0 ? Durability.AT_CHECKPOINT : Durability.EVERY_COMMIT;
        Options options = ModelTest.options(seed, durability);
        Path path = directory.resolve("db");
        List<Step> workload = new WorkloadGenerator(seed, true).workload(30, 80);
        try (Replayer replayer = new Replayer(new LinuxDisk(), path, options)) {
            replayer.play(workload, false);
        }
        assertThat(run("check", path)).isEqualTo("OK");
        assertThat(run("digest", path)).isEqualTo(digest(path));
    }

    private static String run(String command, Path path) throws IOException, InterruptedException {
        Process process =
                new ProcessBuilder(PROGRAM, command, path.toString())
                        .redirectErrorStream(true)
                        .start();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        process.waitFor();
        return output.strip();
    }

    private static String digest(Path path) throws Exception {
        MessageDigest digest = MessageDigest.getInstance("SHA-256");
        Options options = Options.defaults().withReadOnly(true);
        try (Database database = Database.open(new LinuxDisk(), path, options);
                ReadTransaction transaction = database.beginRead()) {
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
