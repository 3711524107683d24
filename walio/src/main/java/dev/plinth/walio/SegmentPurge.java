package dev.plinth.walio;

import dev.plinth.walio.io.Disk;
import dev.plinth.walio.io.DiskFile;
import dev.plinth.walio.io.LockKind;
import dev.plinth.walio.io.OpenFlag;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * Removes segments that nobody holds, oldest first. A lock on a segment, this process's own
 * included, ends the round: what replay needs is locked, so it is never removed.
 */
final class SegmentPurge {
    private static final System.Logger LOG = System.getLogger("dev.plinth.walio");
    private final Disk disk;
    private final LogDirectory directory;
    private final SegmentAllocator allocator;

    SegmentPurge(Disk disk, LogDirectory directory, SegmentAllocator allocator) {
        this.disk = disk;
        this.directory = directory;
        this.allocator = allocator;
    }

    List<Path> run(int segmentsMax) throws IOException {
        List<Path> removed = new ArrayList<>();
        if (segmentsMax == 0) {
            return removed;
        }
        List<SegmentName> names = directory.segments();
        for (int i = 0; i < names.size() - segmentsMax; i++) {
            Path path = directory.resolve(names.get(i));
            if (!removeUnlessLocked(path)) {
                LOG.log(System.Logger.Level.WARNING, "failed to lock file: path={0}", path);
                break;
            }
            LOG.log(System.Logger.Level.INFO, "purged: path={0}", path);
            removed.add(path);
        }
        return removed;
    }

    private boolean removeUnlessLocked(Path path) throws IOException {
        try (DiskFile file = disk.open(path, 0, OpenFlag.READ, OpenFlag.WRITE)) {
            if (!file.tryLock(LockKind.OFD_EXCLUSIVE)) {
                return false;
            }
            if (allocator.wantsRecycled()) {
                Path recycled = path.resolveSibling(SegmentAllocator.recycledName(path));
                disk.rename(path, recycled);
                disk.syncDirectory(directory.path()); // the name goes for good before the content
                file.unlock(LockKind.OFD_EXCLUSIVE);
                if (!allocator.recycle(recycled)) {
                    disk.unlink(recycled);
                }
            } else {
                disk.unlink(path);
                // One after the other: if an older segment came back without the next one, the log
                // would have a hole.
                disk.syncDirectory(directory.path());
            }
            return true;
        }
    }
}
