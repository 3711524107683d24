package dev.plinth.pagestore;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.plinth.pagestore.check.CheckOptions;
import dev.plinth.pagestore.model.Replayer;
import dev.plinth.pagestore.model.WorkloadGenerator;
import dev.plinth.walio.image.MountedImage;
import dev.plinth.walio.io.LinuxDisk;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
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

    /** The cache has the page as it was written, and so the database notices nothing by itself. */
    @Test
    void theScrubSeesWhatTheDiskHasLostBelowThePageCache()
            throws IOException, InterruptedException {
        byte[] key = {1};
        byte[] value = "a value that occurs in one place".getBytes(StandardCharsets.US_ASCII);
        try (MountedImage image = new MountedImage(directory, MountedImage.Kind.EXT4);
                Database database =
                        Database.open(
                                disk,
                                image.path().resolve("db"),
                                Options.defaults().withDurability(Durability.AT_CHECKPOINT))) {
            database.update(transaction -> transaction.createBucketIfMissing(key).put(key, value));
            database.update(transaction ->
                    transaction.createBucketIfMissing(new byte[] {2}).put(key, new byte[5000]));
            database.checkpoint();
            PageScrub scrub = new PageScrub(disk, database);
            assertThat(scrub.turn(Long.MAX_VALUE).isComplete()).isTrue();
            assertThat(loseTheNumberOfPagesWith(value)).isPositive();
            assertThat(findings(database)).isEmpty();
            assertThatThrownBy(() -> scrub.turn(Long.MAX_VALUE))
                    .isInstanceOf(DatabaseException.Corrupted.class)
                    .hasMessageContaining("self identifies as 0");
        }
    }

    private int loseTheNumberOfPagesWith(byte[] value) throws IOException {
        int pages = 0;
        String sought = new String(value, StandardCharsets.ISO_8859_1);
        try (RandomAccessFile image =
                new RandomAccessFile(directory.resolve("image").toFile(), "rw")) {
            byte[] page = new byte[4096];
            for (long at = 0; image.read(page) == page.length; at += page.length) {
                if (new String(page, StandardCharsets.ISO_8859_1).contains(sought)) {
                    image.seek(at);
                    image.writeLong(0);
                    image.seek(at + page.length);
                    pages++;
                }
            }
        }
        return pages;
    }

    private static List<String> findings(Database database) {
        List<String> findings = new ArrayList<>();
        try (ReadTransaction transaction = database.beginRead()) {
            transaction.check(new CheckOptions(0, true), finding -> findings.add(finding.text()));
        }
        return findings;
    }
}
