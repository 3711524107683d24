package dev.plinth.server.storage;

import dev.plinth.server.core.StartException;
import dev.plinth.server.log.Log;
import dev.plinth.walio.io.Disk;
import dev.plinth.walio.io.Errno;
import dev.plinth.walio.io.OpenFlag;
import dev.plinth.walio.io.PosixException;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The folders of a member.
 *
 * <pre>
 * DATA-DIR/            0700
 *   member/            0700
 *     snap/            0700   db, TERM-INDEX.snap
 *     wal/             0700   or --wal-dir
 * </pre>
 *
 * <p>Source: server.md 3, walio.md 1.
 */
public final class DataDir {
    private final Disk disk;
    private final Path root;
    private final Path wal;
    private final Log log;

    /**
     * @param disk where the folders are
     * @param root the data directory
     * @param walDir folder of the log if it is apart, else null
     * @param log where warnings go
     */
    public DataDir(Disk disk, Path root, @Nullable Path walDir, Log log) {
        this.disk = disk;
        this.root = root;
        this.wal = walDir == null ? root.resolve("member").resolve("wal") : walDir;
        this.log = log;
    }

    public Path root() {
        return root;
    }

    public Path member() {
        return root.resolve("member");
    }

    public Path wal() {
        return wal;
    }

    public Path snap() {
        return member().resolve("snap");
    }

    public Path database() {
        return snap().resolve("db");
    }

    /**
     * Whether the folder has been used by a member before; unknown names in it are warned about.
     *
     * @throws StartException if it holds what no present release can run on
     */
    public boolean isUsed() throws StartException {
        List<String> names;
        try {
            names = disk.exists(root) ? disk.list(root) : List.of();
        } catch (IOException e) {
            throw new StartException("cannot access data directory: " + e.getMessage(), e);
        }
        boolean hasMember = names.contains("member");
        if (names.contains("proxy")) {
            throw new StartException(
                    hasMember
                            ? "invalid datadir; both member and proxy directories exist"
                            : "v2 http proxy has already been deprecated in 3.6");
        }
        List<String> unknown = new ArrayList<>(names);
        unknown.removeAll(List.of("member", "fixtures", ".touch"));
        for (String name : unknown) {
            log.warn(
                    "found invalid file under data directory",
                    "filename",
                    name,
                    "data-dir",
                    root.toString(),
                    "remedy",
                    "nothing of it is used: move it elsewhere");
        }
        return hasMember;
    }

    /** Whether there is a log: any name with its suffix counts. */
    public boolean hasWal() throws StartException {
        try {
            return disk.exists(wal) && disk.list(wal).stream().anyMatch(n -> n.endsWith(".wal"));
        } catch (IOException e) {
            throw new StartException("cannot access WAL directory: " + e.getMessage(), e);
        }
    }

    /** Whether there is a database file. */
    public boolean hasDatabase() throws StartException {
        try {
            return disk.exists(database());
        } catch (IOException e) {
            throw new StartException("cannot access member directory: " + e.getMessage(), e);
        }
    }

    /** Makes the folders that are missing, checks that they can be written to, clears leftovers. */
    public void prepare() throws StartException {
        makeWritable(root, "cannot access data directory: ");
        makeWritable(member(), "cannot access member directory: ");
        makeWritable(snap(), "cannot write to snapshot directory: ");
        try {
            if (disk.exists(wal)) {
                touch(wal);
            }
        } catch (IOException e) {
            throw new StartException("cannot write to WAL directory: " + e.getMessage(), e);
        }
        removeLeftovers();
    }

    private void makeWritable(Path folder, String failure) throws StartException {
        try {
            if (disk.exists(folder)) {
                warnOfMode(folder);
            } else {
                createAll(folder);
            }
            touch(folder);
        } catch (IOException e) {
            throw new StartException(failure + e.getMessage(), e);
        }
    }

    private void createAll(Path folder) throws IOException {
        Path parent = folder.toAbsolutePath().getParent();
        if (parent != null && !disk.exists(parent)) {
            createAll(parent);
        }
        try {
            disk.createDirectory(folder, Disk.OWNER_DIRECTORY);
        } catch (PosixException e) {
            if (e.errno() != Errno.EEXIST) {
                throw e;
            }
        }
        if (parent != null) {
            disk.syncDirectory(parent);
        }
    }

    private void warnOfMode(Path folder) throws IOException {
        int mode = disk.status(folder).mode();
        if (mode != Disk.OWNER_DIRECTORY) {
            log.warn(
                    "check file permission",
                    "error",
                    "directory \"%s\" exist, but the permission is \"%s\". The recommended permission is \"-rwx------\" to prevent possible unprivileged access to the data"
                            .formatted(folder, modeText(mode)));
        }
    }

    private static String modeText(int mode) {
        StringBuilder text = new StringBuilder("d");
        for (int bit = 8; bit >= 0; bit--) {
            text.append((mode & (1 << bit)) != 0 ? "xwr".charAt(bit % 3) : '-');
        }
        return text.toString();
    }

    private void touch(Path folder) throws IOException {
        Path probe = folder.resolve(".touch");
        disk.open(probe, Disk.OWNER_FILE, OpenFlag.WRITE, OpenFlag.CREATE).close();
        disk.unlink(probe);
    }

    /** What an interrupted reception or defragmentation left behind. */
    private void removeLeftovers() throws StartException {
        try {
            for (String name : disk.list(snap())) {
                if (name.startsWith("tmp") || name.startsWith("db.tmp")) {
                    log.info("found orphaned temporary file; deleting", "path", name);
                    disk.unlink(snap().resolve(name));
                }
            }
        } catch (IOException e) {
            throw new StartException("cannot clear " + snap() + ": " + e.getMessage(), e);
        }
    }
}
