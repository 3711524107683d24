package dev.plinth.server.storage;

import dev.plinth.walio.io.Disk;
import dev.plinth.walio.io.DiskFile;
import dev.plinth.walio.io.OpenFlag;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;

/** A file whose being there says something, and whose text says why. One thread at a time. */
public final class MarkFile {
    private static final int TEXT_BYTES_MAX = 64 << 10;

    private final Disk disk;
    private final Path folder;
    private final Path path;

    MarkFile(Disk disk, Path folder, String name) {
        this.disk = disk;
        this.folder = folder;
        this.path = folder.resolve(name);
    }

    /** Of damage that was found while the member ran, which its next start is to repair. */
    public static MarkFile ofDamage(Disk disk, DataDir dir) {
        return new MarkFile(disk, dir.member(), "damaged");
    }

    /** Whether the file is there. */
    public boolean isSet() throws IOException {
        return disk.exists(path);
    }

    /** The reason that was given. */
    public String text() throws IOException {
        try (Arena arena = Arena.ofConfined();
                DiskFile file = disk.open(path, 0, OpenFlag.READ)) {
            MemorySegment text = arena.allocate(Math.clamp(file.size(), 1, TEXT_BYTES_MAX));
            byte[] bytes = new byte[(int) file.pread(text, 0)];
            MemorySegment.copy(text, ValueLayout.JAVA_BYTE, 0, bytes, 0, bytes.length);
            return new String(bytes, StandardCharsets.UTF_8).strip();
        }
    }

    /** Durable on return. */
    public void set(String reason) throws IOException {
        try (Arena arena = Arena.ofConfined();
                DiskFile file =
                        disk.open(
                                path,
                                Disk.OWNER_FILE,
                                OpenFlag.WRITE,
                                OpenFlag.CREATE,
                                OpenFlag.TRUNCATE)) {
            byte[] text = (reason + "\n").getBytes(StandardCharsets.UTF_8);
            file.pwrite(arena.allocateFrom(ValueLayout.JAVA_BYTE, text), 0);
            file.fsync();
        }
        disk.syncDirectory(folder);
    }

    /** Durable on return. */
    public void clear() throws IOException {
        if (isSet()) {
            disk.unlink(path);
            disk.syncDirectory(folder);
        }
    }
}
