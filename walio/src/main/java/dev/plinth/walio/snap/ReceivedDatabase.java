package dev.plinth.walio.snap;

import dev.plinth.walio.io.Disk;
import dev.plinth.walio.io.DiskFile;
import dev.plinth.walio.io.OpenFlag;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;

/**
 * A database on its way from the leader: written under a temporary name, then kept or dropped. One
 * thread at a time.
 */
public final class ReceivedDatabase implements AutoCloseable {
    private static final System.Logger LOG = System.getLogger("dev.plinth.walio.snap");

    private final Disk disk;
    private final Path directory;
    private final Path temporary;
    private final DiskFile file;
    private long size;
    private boolean isKept;

    ReceivedDatabase(Disk disk, Path directory, Path temporary) throws IOException {
        this.disk = disk;
        this.directory = directory;
        this.temporary = temporary;
        this.file =
                disk.open(
                        temporary,
                        Disk.OWNER_FILE,
                        OpenFlag.WRITE,
                        OpenFlag.CREATE,
                        OpenFlag.EXCLUSIVE);
    }

    /** Adds native bytes at the end. */
    public void write(MemorySegment bytes) throws IOException {
        file.pwrite(bytes, size);
        size += bytes.byteSize();
    }

    /** Bytes so far. */
    public long size() {
        return size;
    }

    /**
     * The database is complete: gives it its name, durably. If one of that index is there already,
     * this one is dropped.
     */
    public void keep(long index) throws IOException {
        file.fsync();
        Path target = directory.resolve(SnapshotDirectory.hex(index) + ".snap.db");
        if (disk.exists(target)) {
            return;
        }
        disk.rename(temporary, target);
        isKept = true;
        disk.syncDirectory(directory);
        LOG.log(
                System.Logger.Level.INFO,
                "saved database snapshot to disk: path={0}, bytes={1}",
                target,
                Long.toString(size));
    }

    /** Closes the file; removes it unless it was kept. */
    @Override
    public void close() throws IOException {
        file.close();
        if (!isKept && disk.exists(temporary)) {
            disk.unlink(temporary);
        }
    }
}
