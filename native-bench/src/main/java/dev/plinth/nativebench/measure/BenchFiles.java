package dev.plinth.nativebench.measure;

import dev.plinth.walio.io.AllocateMode;
import dev.plinth.walio.io.Clock;
import dev.plinth.walio.io.Disk;
import dev.plinth.walio.io.DiskFile;
import dev.plinth.walio.io.OpenFlag;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.EnumMap;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The files that are written to, in a directory of their own that goes away at the end. One file by
 * content, so that direct and buffered writes never meet in one. Used by the thread that runs the
 * bench; writers only take the open file.
 */
final class BenchFiles implements AutoCloseable {
    private static final int PIECE_BYTES = 1 << 20;
    private static final int ALIGNMENT = 4096;

    private final Disk disk;
    private final Path directory;
    private final long fileBytes;
    private final Map<WritePath.Content, DiskFile> files = new EnumMap<>(WritePath.Content.class);
    private @Nullable String directRefusal;
    private int directAlignmentBytes;
    private double zeroFillBytesPerSecond;
    private boolean made;

    BenchFiles(Disk disk, Path directory, long fileBytes) {
        this.disk = disk;
        this.directory = directory;
        this.fileBytes = fileBytes;
    }

    void create(Clock clock) throws IOException {
        disk.createDirectory(directory, Disk.OWNER_DIRECTORY);
        made = true;
        Path direct = path(WritePath.Content.ZEROED_DIRECT);
        fillWithZeros(disk, direct, fileBytes);
        directAlignmentBytes = disk.status(direct).directOffsetAlignment();
        try {
            DiskFile file = disk.open(direct, 0, OpenFlag.READ, OpenFlag.WRITE, OpenFlag.DIRECT);
            files.put(WritePath.Content.ZEROED_DIRECT, file);
        } catch (IOException e) {
            directRefusal = String.valueOf(e.getMessage());
        }
        Path buffered = path(WritePath.Content.ZEROED_BUFFERED);
        long start = clock.monotonicNanos();
        fillWithZeros(disk, buffered, fileBytes);
        zeroFillBytesPerSecond = fileBytes * 1e9 / (clock.monotonicNanos() - start);
        files.put(WritePath.Content.ZEROED_BUFFERED, open(buffered));
        files.put(WritePath.Content.GROWING, open(path(WritePath.Content.GROWING)));
        files.put(WritePath.Content.FALLOCATED, open(path(WritePath.Content.FALLOCATED)));
        renew(WritePath.Content.FALLOCATED);
        disk.syncDirectory(directory);
    }

    private Path path(WritePath.Content content) {
        return directory.resolve(content.name().toLowerCase(Locale.ROOT));
    }

    private DiskFile open(Path path) throws IOException {
        return disk.open(path, Disk.OWNER_FILE, OpenFlag.READ, OpenFlag.WRITE, OpenFlag.CREATE);
    }

    /** Writes zeros in large direct pieces, or buffered ones, and one sync at the end. */
    static void fillWithZeros(Disk disk, Path path, long bytes) throws IOException {
        try (Arena arena = Arena.ofConfined();
                DiskFile file = openForFill(disk, path)) {
            MemorySegment zeros = arena.allocate(PIECE_BYTES, ALIGNMENT);
            for (long at = 0; at < bytes; at += PIECE_BYTES) {
                file.pwrite(zeros.asSlice(0, Math.min(PIECE_BYTES, bytes - at)), at);
            }
            file.fsync();
        }
    }

    static DiskFile openForFill(Disk disk, Path path) throws IOException {
        OpenFlag[] plain = {OpenFlag.READ, OpenFlag.WRITE, OpenFlag.CREATE};
        OpenFlag[] direct = {OpenFlag.READ, OpenFlag.WRITE, OpenFlag.CREATE, OpenFlag.DIRECT};
        try {
            return disk.open(path, Disk.OWNER_FILE, direct);
        } catch (IOException e) {
            return disk.open(path, Disk.OWNER_FILE, plain);
        }
    }

    /** Makes a used-up file as it was: empty, or allocated and never written. Not timed. */
    void renew(WritePath.Content content) throws IOException {
        DiskFile file = file(content);
        switch (content) {
            case GROWING -> file.ftruncate(0);
            case FALLOCATED -> {
                file.ftruncate(0);
                file.fallocate(AllocateMode.EXTEND, 0, fileBytes);
            }
            case ZEROED_DIRECT, ZEROED_BUFFERED -> {}
        }
        file.fsync();
    }

    DiskFile file(WritePath.Content content) {
        DiskFile file = files.get(content);
        if (file == null) {
            throw new IllegalStateException("no file for " + content);
        }
        return file;
    }

    Path directPath() {
        return path(WritePath.Content.ZEROED_DIRECT);
    }

    long fileBytes() {
        return fileBytes;
    }

    /** Why there are no direct writes; null if there are. */
    @Nullable String directRefusal() {
        return directRefusal;
    }

    int directAlignmentBytes() {
        return directAlignmentBytes;
    }

    double zeroFillBytesPerSecond() {
        return zeroFillBytesPerSecond;
    }

    @Override
    public void close() throws IOException {
        for (DiskFile file : files.values()) {
            file.close();
        }
        if (made) {
            remove(disk, directory);
        }
    }

    /** Removes a directory of plain files; nothing if it is not there. */
    static void remove(Disk disk, Path directory) throws IOException {
        if (!disk.exists(directory)) {
            return;
        }
        for (String name : disk.list(directory)) {
            disk.unlink(directory.resolve(name));
        }
        disk.removeDirectory(directory);
    }
}
