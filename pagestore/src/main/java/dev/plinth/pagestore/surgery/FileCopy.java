package dev.plinth.pagestore.surgery;

import dev.plinth.pagestore.DatabaseException;
import dev.plinth.walio.io.Disk;
import dev.plinth.walio.io.DiskFile;
import dev.plinth.walio.io.OpenFlag;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;

/** A copy of a file to operate on. */
public final class FileCopy {
    private static final int TRANSFER_BYTES = 1 << 20;
    private static final int MODE = 0666;

    private FileCopy() {}

    /**
     * Copies a file under a name that must not be there yet; durable when it returns.
     *
     * @throws SurgeryException if the name is taken
     */
    public static void make(Disk disk, Path from, Path to) {
        try {
            if (disk.exists(to)) {
                throw new SurgeryException("output file \"" + to + "\" already exists");
            }
            try (DiskFile source = disk.open(from, 0, OpenFlag.READ);
                    DiskFile target =
                            disk.open(
                                    to,
                                    MODE,
                                    OpenFlag.READ,
                                    OpenFlag.WRITE,
                                    OpenFlag.CREATE,
                                    OpenFlag.EXCLUSIVE);
                    Arena arena = Arena.ofConfined()) {
                MemorySegment buffer = arena.allocate(TRANSFER_BYTES, 4096);
                long position = 0;
                long read;
                while ((read = source.pread(buffer, position)) > 0) {
                    target.pwrite(buffer.asSlice(0, read), position);
                    position += read;
                }
                target.fsync();
            }
        } catch (IOException e) {
            throw new DatabaseException.Failed(from, "copy to " + to, e);
        }
    }
}
