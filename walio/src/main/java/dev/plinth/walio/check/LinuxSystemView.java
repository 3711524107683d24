package dev.plinth.walio.check;

import dev.plinth.walio.io.Disk;
import dev.plinth.walio.io.DiskFile;
import dev.plinth.walio.io.FileSystemStatus;
import dev.plinth.walio.io.OpenFlag;
import java.io.IOException;
import java.io.InputStream;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** The machine itself, as far as the process may see it. Any thread. */
public final class LinuxSystemView implements SystemView {
    private static final String PROBE_NAME = ".plinth-storage-check";

    /** The largest text taken in: a mount table of thousands of lines stays below it. */
    private static final int TEXT_BYTES_MAX = 4 << 20;

    private final Disk disk;

    /** The machine's own files. */
    public LinuxSystemView(Disk disk) {
        this.disk = disk;
    }

    @Override
    public Optional<String> text(String path) {
        try (InputStream in = Files.newInputStream(Path.of(path))) {
            return Optional.of(
                    new String(in.readNBytes(TEXT_BYTES_MAX), StandardCharsets.ISO_8859_1));
        } catch (IOException | SecurityException e) {
            return Optional.empty();
        }
    }

    @Override
    public List<String> names(String directory) {
        try (Stream<Path> entries = Files.list(Path.of(directory))) {
            return entries.map(entry -> String.valueOf(entry.getFileName())).sorted().toList();
        } catch (IOException | SecurityException e) {
            return List.of();
        }
    }

    @Override
    public Optional<String> target(String path) {
        try {
            return Optional.of(Path.of(path).toRealPath().toString());
        } catch (IOException | SecurityException e) {
            return Optional.empty();
        }
    }

    @Override
    public Optional<byte[]> deviceBytes(String devicePath, long offset, int length) {
        try (Arena arena = Arena.ofConfined();
                DiskFile device = disk.open(Path.of(devicePath), 0, OpenFlag.READ)) {
            MemorySegment bytes = arena.allocate(length);
            if (device.pread(bytes, offset) < length) {
                return Optional.empty();
            }
            return Optional.of(bytes.toArray(ValueLayout.JAVA_BYTE));
        } catch (IOException e) {
            return Optional.empty();
        }
    }

    @Override
    public Path existing(Path path) throws IOException {
        Path candidate = path.toAbsolutePath().normalize();
        while (!Files.exists(candidate)) {
            Path parent = candidate.getParent();
            if (parent == null) {
                break;
            }
            candidate = parent;
        }
        return candidate.toRealPath();
    }

    @Override
    public FileSystemStatus fileSystem(Path path) throws IOException {
        return disk.fileSystem(path);
    }

    @Override
    public boolean syncSmallFile(Path directory) {
        // The process id keeps two checks at once apart; a left-over of a killed one is replaced.
        Path probe = directory.resolve(PROBE_NAME + "-" + ProcessHandle.current().pid());
        try (Arena arena = Arena.ofConfined()) {
            try (DiskFile file =
                    disk.open(
                            probe,
                            Disk.OWNER_FILE,
                            OpenFlag.WRITE,
                            OpenFlag.CREATE,
                            OpenFlag.TRUNCATE)) {
                file.pwrite(arena.allocate(1), 0);
                file.fsync();
            } finally {
                disk.unlink(probe);
            }
            return true;
        } catch (IOException e) {
            return false;
        }
    }
}
