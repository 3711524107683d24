package dev.plinth.walio.image;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * A file system in an image file, mounted through a loop device. Needs the superuser, loop devices
 * and the mkfs programs: where the machine has none of them, the test that makes one is skipped
 * with what was tried and what it said.
 */
public final class MountedImage implements AutoCloseable {
    private static final long IMAGE_BYTES = 512L << 20;
    private static final int SECONDS_MAX = 60;

    /** What to make. */
    public enum Kind {
        /** With fast commits, which some kernels lose data with. */
        EXT4_FAST_COMMIT("mkfs.ext4 -q -F -O fast_commit"),
        /** As distributions make it. */
        EXT4("mkfs.ext4 -q -F -O ^fast_commit"),
        /** Without a journal. */
        EXT4_WITHOUT_JOURNAL("mkfs.ext4 -q -F -O ^has_journal"),
        /** The other common one. */
        XFS("mkfs.xfs -q -f");

        private final String command;

        Kind(String command) {
            this.command = command;
        }
    }

    /** The end of a command and what it said. */
    public record Run(int exit, String output) {}

    private final Path image;
    private final Path mountPoint;
    private boolean mounted;

    /**
     * Makes and mounts one.
     *
     * @param directory for the image and the mount point
     */
    public MountedImage(Path directory, Kind kind) throws IOException, InterruptedException {
        image = directory.resolve("image");
        mountPoint = Files.createDirectory(directory.resolve("mount"));
        try (RandomAccessFile file = new RandomAccessFile(image.toFile(), "rw")) {
            file.setLength(IMAGE_BYTES);
        }
        List<String> make = new ArrayList<>(List.of(kind.command.split(" ", -1)));
        make.add(image.toString());
        Run made = run(make);
        assumeTrue(made.exit == 0, () -> "cannot make the image: " + make + ": " + made.output);
        Run mount = mount();
        assumeTrue(mount.exit == 0, () -> "cannot mount the image: " + mount.output);
    }

    /** Where it is mounted. */
    public Path path() {
        return mountPoint;
    }

    /** Takes it away and puts it back, so that nothing is read from a cache. */
    public void remount() throws IOException, InterruptedException {
        unmount();
        Run mount = mount();
        assertThat(mount.exit).as(mount.output).isZero();
    }

    private Run mount() throws IOException, InterruptedException {
        Run mount = run(List.of("mount", "-o", "loop", image.toString(), mountPoint.toString()));
        mounted = mount.exit == 0;
        return mount;
    }

    private void unmount() throws IOException, InterruptedException {
        Run umount = run(List.of("umount", mountPoint.toString()));
        assertThat(umount.exit).as(umount.output).isZero();
        mounted = false;
    }

    /** Runs a program to its end. */
    public static Run run(List<String> command) throws IOException, InterruptedException {
        Path output = Files.createTempFile("plinth", "output");
        try {
            Process process =
                    new ProcessBuilder(command)
                            .redirectErrorStream(true)
                            .redirectOutput(output.toFile())
                            .start();
            if (!process.waitFor(SECONDS_MAX, TimeUnit.SECONDS)) {
                process.destroyForcibly();
                return new Run(-1, "no end after " + SECONDS_MAX + " s");
            }
            return new Run(process.exitValue(), Files.readString(output, StandardCharsets.UTF_8));
        } catch (IOException e) {
            return new Run(-1, e.toString());
        } finally {
            Files.delete(output);
        }
    }

    @Override
    public void close() throws IOException {
        if (mounted) {
            try {
                unmount();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new IOException("interrupted while " + mountPoint + " is unmounted", e);
            }
        }
    }
}
