package dev.plinth.server.storage;

import dev.plinth.server.log.Log;
import dev.plinth.walio.io.Disk;
import dev.plinth.walio.io.DiskFile;
import dev.plinth.walio.io.LockKind;
import dev.plinth.walio.io.OpenFlag;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

/**
 * Deletes the oldest files of one kind while there are more than are to be kept. A file that is
 * locked, as every segment of the log that replay still needs is, ends the round.
 *
 * <p>Source: walio.md 7. Driven by the maintenance thread.
 */
public final class FilePurge {
    private final Disk disk;
    private final Path folder;
    private final String suffix;
    private final long keptMax;
    private final boolean respectsLocks;
    private final Log log;

    public FilePurge(
            Disk disk, Path folder, String suffix, long keptMax, boolean respectsLocks, Log log) {
        this.disk = disk;
        this.folder = folder;
        this.suffix = suffix;
        this.keptMax = keptMax;
        this.respectsLocks = respectsLocks;
        this.log = log;
    }

    /** Deletes what is too many; keeps all when the limit is 0. */
    public void run() throws IOException {
        if (keptMax == 0) {
            return;
        }
        List<String> names =
                disk.list(folder).stream().filter(name -> name.endsWith(suffix)).toList();
        for (int i = 0; i < names.size() - keptMax; i++) {
            Path path = folder.resolve(names.get(i));
            if (respectsLocks && isLocked(path)) {
                return;
            }
            disk.unlink(path);
            log.info("purged", "path", path.toString());
        }
    }

    private boolean isLocked(Path path) throws IOException {
        try (DiskFile file = disk.open(path, Disk.OWNER_FILE, OpenFlag.READ, OpenFlag.WRITE)) {
            return !file.tryLock(LockKind.OFD_EXCLUSIVE);
        }
    }
}
