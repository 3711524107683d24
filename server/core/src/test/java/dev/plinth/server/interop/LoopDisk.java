package dev.plinth.server.interop;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Assumptions;

/**
 * A file system of its own in a file, mounted through a loop device, that can be made to hang: all
 * that writes to it waits until it is thawed, as on a disk that does not answer. Needs root.
 */
final class LoopDisk implements AutoCloseable {
    private static final long BYTES = 512L << 20;

    private final Path mountPoint;
    private boolean isFrozen;

    private LoopDisk(Path mountPoint) {
        this.mountPoint = mountPoint;
    }

    /** Makes one and mounts it; the test is skipped where that is not allowed. */
    static LoopDisk mount(Path folder, String name) {
        Path image = folder.resolve(name + ".img");
        Path mountPoint = folder.resolve(name);
        try {
            Files.createDirectories(mountPoint);
            try (RandomAccessFile file = new RandomAccessFile(image.toFile(), "rw")) {
                file.setLength(BYTES);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        Assumptions.assumeTrue(
                "root".equals(System.getProperty("user.name")), "loop devices need root");
        CommandRun.of("mkfs.ext4", "-q", image.toString()).succeeded();
        CommandRun mounted =
                CommandRun.of("mount", "-o", "loop", image.toString(), "" + mountPoint);
        Assumptions.assumeTrue(mounted.exitCode() == 0, mounted.stderr());
        return new LoopDisk(mountPoint);
    }

    Path folder() {
        return mountPoint;
    }

    void freeze() {
        CommandRun.of("fsfreeze", "--freeze", mountPoint.toString()).succeeded();
        isFrozen = true;
    }

    void thaw() {
        if (isFrozen) {
            isFrozen = false;
            CommandRun.of("fsfreeze", "--unfreeze", mountPoint.toString()).succeeded();
        }
    }

    /** To be called when nothing uses it any more. */
    @Override
    public void close() {
        thaw();
        CommandRun.of("umount", mountPoint.toString()).succeeded();
    }
}
