package dev.plinth.pagestore;

import dev.plinth.pagestore.model.Replayer;
import dev.plinth.pagestore.model.Step;
import dev.plinth.pagestore.model.WorkloadGenerator;
import dev.plinth.walio.io.LinuxDisk;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Files that random workloads leave, and backups and compactions of them, pass the reference
 * library's own check and read back equal there.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class ReferenceInteropTest {
    private final LinuxDisk disk = new LinuxDisk();
    private ReferenceLibrary reference;

    @BeforeAll
    void compile(@TempDir Path directory) throws IOException, InterruptedException {
        reference = new ReferenceLibrary(directory);
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20})
    void referenceAcceptsWhatWeWrite(long seed, @TempDir Path directory) throws Exception {
        Durability durability = seed % 2 == 0 ? Durability.AT_CHECKPOINT : Durability.EVERY_COMMIT;
        Options options = ModelTest.options(seed, durability);
        Path path = directory.resolve("db");
        Path backup = directory.resolve("backup");
        Path compacted = directory.resolve("compacted");
        List<Step> workload = new WorkloadGenerator(seed, true).workload(30, 80);
        try (Replayer replayer = new Replayer(disk, path, options)) {
            replayer.play(workload, false);
            try (ReadTransaction transaction = replayer.database().beginRead()) {
                transaction.writeTo(disk, backup);
            }
        }
        Compaction.copy(disk, path, compacted, options, 0);
        for (Path file : List.of(path, backup, compacted)) {
            reference.requireAgrees(file);
        }
    }
}
