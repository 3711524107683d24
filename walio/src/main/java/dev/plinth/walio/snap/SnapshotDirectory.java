package dev.plinth.walio.snap;

import dev.plinth.walio.SnapshotMark;
import dev.plinth.walio.io.Disk;
import dev.plinth.walio.io.DiskFile;
import dev.plinth.walio.io.OpenFlag;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.random.RandomGenerator;

/**
 * The directory with the database and the snapshot files: {@code <term %016x>-<index %016x>.snap}
 * and {@code <index %016x>.snap.db}. One thread at a time; not the one of the raft loop, since all
 * calls wait for the disk.
 */
public final class SnapshotDirectory {
    private static final System.Logger LOG = System.getLogger("dev.plinth.walio.snap");
    private static final String SNAP = ".snap";
    private static final String SNAP_DATABASE = ".snap.db";
    private static final String RECEIVING = "tmp";
    private static final String DEFRAGMENTING = "db.tmp";

    /** The reference leaves the mode of .snap files to the umask. */
    private static final int SNAP_MODE = 0666;

    /** More than any membership takes; a file beyond it is not read. */
    private static final long SNAP_BYTES_MAX = 512L << 20;

    private final Disk disk;
    private final Path directory;
    private final RandomGenerator random;

    /**
     * A directory that exists.
     *
     * @param random for temporary names
     */
    public SnapshotDirectory(Disk disk, Path directory, RandomGenerator random) {
        this.disk = disk;
        this.directory = directory;
        this.random = random;
    }

    // ---- start-up ----

    /** Removes what interrupted receptions and defragmentations have left. */
    public void removeLeftovers() throws IOException {
        for (String name : disk.list(directory)) {
            if (name.startsWith(RECEIVING)) {
                disk.unlink(directory.resolve(name));
            } else if (name.startsWith(DEFRAGMENTING)) {
                LOG.log(
                        System.Logger.Level.INFO,
                        "found orphaned defragmentation file; deleting: path={0}",
                        name);
                disk.unlink(directory.resolve(name));
            }
        }
    }

    // ---- .snap files ----

    /**
     * Writes a {@code .snap} file. Durable on return; nothing is written for index 0.
     *
     * @param message encoded raftpb.Snapshot
     */
    public void save(long term, long index, byte[] message) throws IOException {
        if (index == 0) {
            return;
        }
        byte[] bytes = SnapshotFile.encode(message);
        Path temporary = temporary();
        try (DiskFile file =
                        disk.open(
                                temporary,
                                SNAP_MODE,
                                OpenFlag.WRITE,
                                OpenFlag.CREATE,
                                OpenFlag.EXCLUSIVE);
                Arena arena = Arena.ofConfined()) {
            file.pwrite(arena.allocateFrom(ValueLayout.JAVA_BYTE, bytes), 0);
            file.fsync();
        } catch (IOException e) {
            LOG.log(
                    System.Logger.Level.WARNING,
                    "failed to write a snap file: path={0}, error={1}",
                    temporary,
                    e.getMessage());
            discard(temporary, e);
            throw e;
        }
        disk.rename(temporary, directory.resolve(hex(term) + "-" + hex(index) + SNAP));
        disk.syncDirectory(directory);
    }

    /** The newest readable file whose entry is among the marks; unreadable ones become .broken. */
    public Optional<SnapshotFile> newestOf(List<SnapshotMark> marks) throws IOException {
        return newest(file ->
                marks.stream()
                        .anyMatch(mark ->
                                mark.index() == file.index() && mark.term() == file.term()));
    }

    /** The newest readable file; unreadable ones become .broken. */
    public Optional<SnapshotFile> newest() throws IOException {
        return newest(file -> true);
    }

    private Optional<SnapshotFile> newest(Predicate<SnapshotFile> wanted) throws IOException {
        for (String name : names()) {
            Path path = directory.resolve(name);
            try {
                SnapshotFile file = read(disk, path);
                if (wanted.test(file)) {
                    return Optional.of(file);
                }
            } catch (SnapshotFileException e) {
                LOG.log(
                        System.Logger.Level.WARNING,
                        "failed to read a snap file: path={0}, error={1}",
                        path,
                        e.getMessage());
                Path broken = directory.resolve(name + ".broken");
                disk.rename(path, broken);
                LOG.log(
                        System.Logger.Level.WARNING,
                        "renamed to a broken snap file: path={0}, broken-path={1}",
                        path,
                        broken);
            }
        }
        return Optional.empty();
    }

    /** Names of {@code .snap} files, newest first: by term, then by index. */
    public List<String> names() throws IOException {
        List<String> names = new ArrayList<>();
        for (String name : disk.list(directory)) {
            if (name.endsWith(SNAP)) {
                names.add(name);
            } else if (!name.equals("db")) {
                LOG.log(
                        System.Logger.Level.WARNING,
                        "found unexpected non-snap file; skipping: path={0}",
                        name);
            }
        }
        names.sort(Collections.reverseOrder());
        return names;
    }

    /** Reads one file. */
    public static SnapshotFile read(Disk disk, Path path) throws IOException {
        try (DiskFile file = disk.open(path, 0, OpenFlag.READ);
                Arena arena = Arena.ofConfined()) {
            long size = file.size();
            if (size > SNAP_BYTES_MAX) {
                throw new SnapshotFileException(
                        SnapshotFileException.Kind.MALFORMED, path, "size " + size);
            }
            MemorySegment bytes = arena.allocate(Math.max(1, size));
            long read = file.pread(bytes.asSlice(0, size), 0);
            return SnapshotFile.decode(path, bytes.asSlice(0, read).toArray(ValueLayout.JAVA_BYTE));
        }
    }

    // ---- received databases ----

    /** Begins to take in a database from a leader. */
    public ReceivedDatabase receive() throws IOException {
        return new ReceivedDatabase(disk, directory, temporary());
    }

    /** Where a received database of an index lies. */
    public Path databasePath(long index) {
        return directory.resolve(hex(index) + SNAP_DATABASE);
    }

    /** Puts a received database in the place of the member's. Durable on return. */
    public void installDatabase(long index) throws IOException {
        Path received = databasePath(index);
        if (!disk.exists(received)) {
            LOG.log(
                    System.Logger.Level.WARNING,
                    "failed to find [SNAPSHOT-INDEX].snap.db: snapshot-index={0}, path={1}",
                    Long.toString(index),
                    received);
            throw new SnapshotFileException(SnapshotFileException.Kind.MISSING, received, "");
        }
        disk.rename(received, directory.resolve("db"));
        disk.syncDirectory(directory);
    }

    /** Removes received databases below an index: nobody will install them. */
    public void removeDatabasesBelow(long index) throws IOException {
        for (String name : disk.list(directory)) {
            Optional<Long> found = indexOfDatabase(name);
            if (found.isPresent() && Long.compareUnsigned(found.get(), index) < 0) {
                LOG.log(
                        System.Logger.Level.INFO,
                        "found orphaned .snap.db file; deleting: path={0}",
                        name);
                disk.unlink(directory.resolve(name));
            }
        }
    }

    private static Optional<Long> indexOfDatabase(String name) {
        if (!name.endsWith(SNAP_DATABASE)) {
            return Optional.empty();
        }
        String digits = name.substring(0, name.length() - SNAP_DATABASE.length());
        return digits.matches("[0-9a-f]{1,16}")
                ? Optional.of(Long.parseUnsignedLong(digits, 16))
                : Optional.empty();
    }

    // ---- purge ----

    /**
     * Removes the oldest {@code .snap} and {@code .snap.db} files while there are more than wanted.
     *
     * @param filesMax of each kind; 0 keeps all
     * @return names of the files that are gone
     */
    public List<String> purge(int filesMax) throws IOException {
        List<String> removed = new ArrayList<>();
        purge(SNAP, filesMax, removed);
        purge(SNAP_DATABASE, filesMax, removed);
        return removed;
    }

    private void purge(String suffix, int filesMax, List<String> removed) throws IOException {
        List<String> names =
                disk.list(directory).stream().filter(name -> name.endsWith(suffix)).toList();
        int excess = filesMax == 0 ? 0 : Math.max(0, names.size() - filesMax);
        for (String name : names.subList(0, excess)) {
            disk.unlink(directory.resolve(name));
            LOG.log(System.Logger.Level.INFO, "purged: path={0}", name);
            removed.add(name);
        }
    }

    // ---- names ----

    private Path temporary() {
        return directory.resolve(RECEIVING + hex(random.nextLong()));
    }

    private void discard(Path path, IOException reason) {
        try {
            disk.unlink(path);
        } catch (IOException e) {
            reason.addSuppressed(e);
        }
    }

    static String hex(long value) {
        String digits = Long.toHexString(value);
        return "0".repeat(16 - digits.length()) + digits;
    }
}
