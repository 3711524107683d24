package dev.plinth.walio.check;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.plinth.walio.io.FileSystemStatus;
import dev.plinth.walio.io.LinuxDisk;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * The inspection against file systems of the running kernel, on loop devices. Needs the superuser,
 * loop devices and the mkfs programs; skipped with the reason where the machine has none of them.
 */
@Timeout(120)
class RealImagesTest {
    @TempDir Path directory;

    private final SystemView machine = new LinuxSystemView(new LinuxDisk());
    private boolean mounted;

    private record Run(int exit, String output) {}

    private Run run(String... command) throws IOException, InterruptedException {
        Path output = directory.resolve("output");
        Process process;
        try {
            process =
                    new ProcessBuilder(command)
                            .redirectErrorStream(true)
                            .redirectOutput(output.toFile())
                            .start();
        } catch (IOException e) {
            return new Run(-1, e.toString());
        }
        if (!process.waitFor(60, TimeUnit.SECONDS)) {
            process.destroyForcibly();
            return new Run(-1, "no end after 60 s");
        }
        return new Run(process.exitValue(), Files.readString(output, StandardCharsets.UTF_8));
    }

    private Path mountPoint() {
        return directory.resolve("mount");
    }

    private void mount(String... makeFileSystem) throws IOException, InterruptedException {
        Path image = directory.resolve("image");
        try (RandomAccessFile file = new RandomAccessFile(image.toFile(), "rw")) {
            file.setLength(512 << 20);
        }
        Files.createDirectory(mountPoint());
        String[] make = List.of(makeFileSystem).toArray(String[]::new);
        make[make.length - 1] = image.toString();
        Run made = run(make);
        assumeTrue(made.exit() == 0, () -> "cannot make the image: " + made.output());
        Run mount = run("mount", "-o", "loop", image.toString(), mountPoint().toString());
        assumeTrue(mount.exit() == 0, () -> "cannot mount the image: " + mount.output());
        mounted = true;
    }

    @AfterEach
    void unmount() throws IOException, InterruptedException {
        if (mounted) {
            assertThat(run("umount", mountPoint().toString()).exit()).isZero();
        }
    }

    private Ext4Facts ext4(SystemView view) throws IOException {
        return new StorageInspector(view).inspect(mountPoint()).facts().ext4().orElseThrow();
    }

    @Test
    void fastCommitOn() throws IOException, InterruptedException {
        mount("mkfs.ext4", "-q", "-F", "-O", "fast_commit", "image");
        StorageReport report = new StorageInspector(machine).inspect(mountPoint());
        Ext4Facts facts = report.facts().ext4().orElseThrow();
        assertThat(facts.fastCommit()).isEqualTo(FastCommit.ON);
        assertThat(facts.fastCommitEvidence()).isEqualTo("super block");
        assertThat(facts.features()).contains("has_journal", "fast_commit");
        assertThat(report.findings())
                .extracting(Finding::check)
                .containsAnyOf("fast-commit", "fast-commit-bug")
                .contains("loop-device");

        assertThat(ext4(new WithoutRoot(machine, false)).fastCommit()).isEqualTo(FastCommit.ON);
        assertThat(ext4(new WithoutRoot(machine, true)).fastCommit()).isEqualTo(FastCommit.ON);
    }

    @Test
    void fastCommitOff() throws IOException, InterruptedException {
        mount("mkfs.ext4", "-q", "-F", "-O", "^fast_commit", "image");
        Ext4Facts facts = ext4(machine);
        assertThat(facts.fastCommit()).isEqualTo(FastCommit.OFF);
        assertThat(facts.fastCommitEvidence()).isEqualTo("super block");
        assertThat(facts.dataMode()).contains("ordered");
        assertThat(facts.journal()).isTrue();

        Ext4Facts withoutRoot = ext4(new WithoutRoot(machine, true));
        assertThat(withoutRoot.fastCommit()).isEqualTo(FastCommit.OFF);
        assertThat(withoutRoot.fastCommitEvidence()).startsWith("a sync not counted in ");
        assertThat(directory.resolve("mount")).isDirectoryNotContaining("glob:**check*");
    }

    @Test
    void ext4WithoutJournal() throws IOException, InterruptedException {
        mount("mkfs.ext4", "-q", "-F", "-O", "^has_journal", "image");
        assertThat(ext4(machine).journal()).isFalse();
        Ext4Facts withoutRoot = ext4(new WithoutRoot(machine, false));
        assertThat(withoutRoot.journal()).isFalse();
        assertThat(withoutRoot.fastCommit()).isEqualTo(FastCommit.OFF);
    }

    @Test
    void xfs() throws IOException, InterruptedException {
        mount("mkfs.xfs", "-q", "-f", "image");
        StorageReport report = new StorageInspector(machine).inspect(mountPoint());
        assertThat(report.facts().kind()).isEqualTo(FileSystemKind.XFS);
        assertThat(report.facts().device().orElseThrow().name()).startsWith("loop");
        assertThat(report.facts().ext4()).isEmpty();
        assertThat(report.findings(Level.ERROR)).isEmpty();
    }

    /**
     * The machine as a process without rights sees it: no device can be read. A kernel built
     * without CONFIG_EXT4_DEBUG hides the option fc_debug_force as well.
     */
    private record WithoutRoot(SystemView machine, boolean hideDebugOption) implements SystemView {
        @Override
        public Optional<String> text(String path) {
            Optional<String> text = machine.text(path);
            return hideDebugOption ? text.map(t -> t.replace("fc_debug_force\n", "")) : text;
        }

        @Override
        public List<String> names(String directory) {
            return machine.names(directory);
        }

        @Override
        public Optional<String> target(String path) {
            return machine.target(path);
        }

        @Override
        public Optional<byte[]> deviceBytes(String devicePath, long offset, int length) {
            return Optional.empty();
        }

        @Override
        public Path existing(Path path) throws IOException {
            return machine.existing(path);
        }

        @Override
        public FileSystemStatus fileSystem(Path path) throws IOException {
            return machine.fileSystem(path);
        }

        @Override
        public boolean syncSmallFile(Path directory) {
            return machine.syncSmallFile(directory);
        }
    }
}
