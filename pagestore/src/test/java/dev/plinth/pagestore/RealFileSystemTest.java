package dev.plinth.pagestore;

import static org.assertj.core.api.Assertions.assertThat;

import dev.plinth.pagestore.check.CheckOptions;
import dev.plinth.pagestore.model.Replayer;
import dev.plinth.pagestore.model.WorkloadGenerator;
import dev.plinth.walio.image.MountedImage;
import dev.plinth.walio.io.LinuxDisk;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The page store on file systems of the running kernel, growth and online shrink included. */
@Timeout(180)
class RealFileSystemTest {
    private static final long SEED = 7;

    @TempDir Path directory;

    private final LinuxDisk disk = new LinuxDisk();

    @ParameterizedTest
    @EnumSource(MountedImage.Kind.class)
    void contentIsThereAfterTheFileSystemWasTakenAway(MountedImage.Kind kind)
            throws IOException, InterruptedException {
        try (MountedImage image = new MountedImage(directory, kind)) {
            for (Durability durability :
                    List.of(Durability.EVERY_COMMIT, Durability.AT_CHECKPOINT)) {
                Path path = image.path().resolve(durability + ".db");
                Options options = ModelTest.options(SEED, durability);
                String before;
                try (Replayer replayer = new Replayer(disk, path, options)) {
                    replayer.play(new WorkloadGenerator(SEED, true).workload(40, 200), true);
                    before = ReferenceLibrary.digest(replayer.database());
                }
                image.remount();
                try (Database database = Database.open(disk, path, options)) {
                    assertThat(ReferenceLibrary.digest(database)).isEqualTo(before);
                    assertThat(findings(database)).isEmpty();
                }
            }
        }
    }

    private static List<String> findings(Database database) {
        List<String> findings = new ArrayList<>();
        try (ReadTransaction transaction = database.beginRead()) {
            transaction.check(new CheckOptions(0, true), finding -> findings.add(finding.text()));
        }
        return findings;
    }
}
