package dev.plinth.walio.check;

import static org.assertj.core.api.Assertions.assertThat;

import dev.plinth.walio.image.MountedImage;
import dev.plinth.walio.io.FileSystemStatus;
import dev.plinth.walio.io.LinuxDisk;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * The inspection against file systems of the running kernel, on loop devices. Needs the superuser,
 * loop devices and the mkfs programs; skipped with the reason where the machine has none of them.
 */
@Timeout(120)
class RealImagesTest {
    @TempDir Path directory;

    private final SystemView machine = new LinuxSystemView(new LinuxDisk());

    private @Nullable MountedImage image;

    private void mount(MountedImage.Kind kind) throws IOException, InterruptedException {
        image = new MountedImage(directory, kind);
    }

    private Path mountPoint() {
        return Objects.requireNonNull(image).path();
    }

    @AfterEach
    void unmount() throws IOException {
        if (image != null) {
            image.close();
        }
    }

    private Ext4Facts ext4(SystemView view) throws IOException {
        return new StorageInspector(view).inspect(mountPoint()).facts().ext4().orElseThrow();
    }

    @Test
    void fastCommitOn() throws IOException, InterruptedException {
        mount(MountedImage.Kind.EXT4_FAST_COMMIT);
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
        mount(MountedImage.Kind.EXT4);
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

    /** A process of its own without any right, on images with the feature on and off. */
    @ParameterizedTest
    @CsvSource({"EXT4_FAST_COMMIT, ON", "EXT4, OFF"})
    void fastCommitIsToldToAProcessWithoutRights(MountedImage.Kind kind, FastCommit expected)
            throws IOException, InterruptedException {
        mount(kind);
        openTo(directory, mountPoint());
        MountedImage.Run seen =
                MountedImage.run(
                        List.of(
                                "setpriv",
                                "--reuid=65534",
                                "--regid=65534",
                                "--clear-groups",
                                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                                "--enable-native-access=ALL-UNNAMED",
                                "-cp",
                                copyOfClasses(),
                                FastCommitSeen.class.getName(),
                                mountPoint().toString()));
        assertThat(seen.output().strip()).startsWith("65534 " + expected + " ");
        assertThat(seen.exit()).isZero();
    }

    /** The classes where such a process may read them, wherever the project lies. */
    private String copyOfClasses() throws IOException, InterruptedException {
        Path copy = Files.createDirectory(directory.resolve("classes"));
        for (Class<?> type : List.of(StorageInspector.class, FastCommitSeen.class)) {
            Path folder = Path.of(URI.create(root(type)));
            assertThat(MountedImage.run(List.of("cp", "-r", folder + "/.", copy.toString())).exit())
                    .isZero();
        }
        assertThat(MountedImage.run(List.of("chmod", "-R", "a+rX", copy.toString())).exit())
                .isZero();
        return copy.toString();
    }

    private static String root(Class<?> type) {
        return type.getProtectionDomain().getCodeSource().getLocation().toString();
    }

    private static void openTo(Path... folders) throws IOException {
        for (Path folder : folders) {
            Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwxrwxrwx"));
        }
    }

    @Test
    void ext4WithoutJournal() throws IOException, InterruptedException {
        mount(MountedImage.Kind.EXT4_WITHOUT_JOURNAL);
        assertThat(ext4(machine).journal()).isFalse();
        Ext4Facts withoutRoot = ext4(new WithoutRoot(machine, false));
        assertThat(withoutRoot.journal()).isFalse();
        assertThat(withoutRoot.fastCommit()).isEqualTo(FastCommit.OFF);
    }

    @Test
    void xfs() throws IOException, InterruptedException {
        mount(MountedImage.Kind.XFS);
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
