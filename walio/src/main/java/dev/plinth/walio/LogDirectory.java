package dev.plinth.walio;

import dev.plinth.walio.io.Disk;
import dev.plinth.walio.io.DiskFile;
import dev.plinth.walio.io.Errno;
import dev.plinth.walio.io.OpenFlag;
import dev.plinth.walio.io.PosixException;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** The names in a log's directory. Stateless, any thread. */
final class LogDirectory {
    private static final System.Logger LOG = System.getLogger("dev.plinth.walio");

    private final Disk disk;
    private final Path path;

    LogDirectory(Disk disk, Path path) {
        this.disk = disk;
        this.path = path;
    }

    Path path() {
        return path;
    }

    Path resolve(SegmentName name) {
        return path.resolve(name.fileName());
    }

    /** Whether there is a log: any name with the suffix counts, valid or not. */
    boolean hasLog() throws IOException {
        try {
            return disk.list(path).stream().anyMatch(SegmentName::hasSuffix);
        } catch (PosixException e) {
            if (e.errno() == Errno.ENOENT || e.errno() == Errno.ENOTDIR) {
                return false;
            }
            throw e;
        }
    }

    /** All segments in order of their names. */
    List<SegmentName> segments() throws IOException {
        List<SegmentName> segments = new ArrayList<>();
        for (String name : disk.list(path)) {
            Optional<SegmentName> segment = SegmentName.parse(name);
            if (segment.isPresent()) {
                segments.add(segment.get());
            } else if (!name.endsWith(".tmp")) {
                LOG.log(
                        System.Logger.Level.WARNING,
                        "ignored file in WAL directory: path={0}",
                        name);
            }
        }
        if (segments.isEmpty()) {
            throw WalException.in(
                    WalException.Kind.FILE_NOT_FOUND,
                    path,
                    WalException.Kind.FILE_NOT_FOUND.text() + " in " + path);
        }
        return segments;
    }

    /**
     * The segments that replay from a snapshot needs: from the last one that starts at or below it.
     */
    List<SegmentName> segmentsFrom(long snapshotIndex) throws IOException {
        List<SegmentName> all = segments();
        int first = all.size() - 1;
        while (first >= 0 && Long.compareUnsigned(all.get(first).firstIndex(), snapshotIndex) > 0) {
            first--;
        }
        if (first < 0) {
            throw WalException.in(
                    WalException.Kind.FILE_NOT_FOUND,
                    path,
                    "wal: file not found which matches the snapshot index '"
                            + Long.toUnsignedString(snapshotIndex)
                            + "' in "
                            + path);
        }
        requireConsecutive(all, first);
        return all.subList(first, all.size());
    }

    /** Unlike the reference this also minds a gap behind number 0. */
    private void requireConsecutive(List<SegmentName> names, int first) throws WalException {
        for (int i = first + 1; i < names.size(); i++) {
            if (names.get(i).sequence() != names.get(i - 1).sequence() + 1) {
                throw WalException.in(
                        WalException.Kind.SEQUENCE,
                        resolve(names.get(i)),
                        String.format(
                                "wal: file sequence numbers (starting from %d) do not increase"
                                        + " continuously: %s is followed by %s in %s",
                                first, names.get(i - 1).fileName(), names.get(i).fileName(), path));
            }
        }
    }

    /** Opens segments for reading, without locks; closes those opened if one fails. */
    List<DiskFile> openForReading(List<SegmentName> names) throws IOException {
        return openForReading(disk, names.stream().map(this::resolve).toList());
    }

    /** The same for files. */
    static List<DiskFile> openForReading(Disk disk, List<Path> paths) throws IOException {
        List<DiskFile> files = new ArrayList<>();
        try {
            for (Path path : paths) {
                files.add(disk.open(path, 0, OpenFlag.READ));
            }
            return files;
        } catch (IOException | RuntimeException e) {
            closeAll(files, e);
            throw e;
        }
    }

    static void closeAll(List<? extends DiskFile> files, Throwable reason) {
        for (DiskFile file : files) {
            try {
                file.close();
            } catch (IOException e) {
                reason.addSuppressed(e);
            }
        }
    }
}
