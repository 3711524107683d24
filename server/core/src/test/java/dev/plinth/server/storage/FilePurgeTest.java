package dev.plinth.server.storage;

import static org.assertj.core.api.Assertions.assertThat;

import dev.plinth.server.testing.CapturedLog;
import dev.plinth.walio.io.LinuxDisk;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FilePurgeTest {
    @TempDir Path folder;
    private final CapturedLog log = new CapturedLog();

    @BeforeEach
    void makeFiles() throws IOException {
        for (int i = 1; i <= 7; i++) {
            Files.createFile(folder.resolve("%016x-%016x.snap".formatted(1, i)));
        }
        Files.createFile(folder.resolve("%016x.snap.db".formatted(7)));
        Files.createFile(folder.resolve("db"));
    }

    private void purge(long kept) throws IOException {
        new FilePurge(new LinuxDisk(), folder, "snap", kept, false, log.log()).run();
    }

    private long snapshots() throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            return files.filter(file -> file.toString().endsWith(".snap")).count();
        }
    }

    @Test
    void theNewestAreKeptAndOtherKindsAreLeftAlone() throws IOException {
        purge(5);
        assertThat(snapshots()).isEqualTo(5);
        assertThat(folder.resolve("%016x-%016x.snap".formatted(1, 2))).doesNotExist();
        assertThat(folder.resolve("%016x-%016x.snap".formatted(1, 3))).exists();
        assertThat(folder.resolve("%016x.snap.db".formatted(7))).exists();
        assertThat(folder.resolve("db")).exists();
        assertThat(log.text()).contains("purged");
    }

    @Test
    void asManyAsAllowedStayAndZeroKeepsAll() throws IOException {
        purge(7);
        purge(0);
        assertThat(snapshots()).isEqualTo(7);
    }
}
