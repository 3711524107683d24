package dev.plinth.walio.io.sim;

import dev.plinth.walio.io.Disk;
import dev.plinth.walio.io.DiskFile;
import dev.plinth.walio.io.Errno;
import dev.plinth.walio.io.FileStatus;
import dev.plinth.walio.io.FileSystemStatus;
import dev.plinth.walio.io.OpenFlag;
import dev.plinth.walio.io.PosixException;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.IntUnaryOperator;
import java.util.random.RandomGenerator;
import java.util.random.RandomGeneratorFactory;
import org.jspecify.annotations.Nullable;

/**
 * A disk in memory, with names, contents and locks, that can lose power. All paths are absolute;
 * only the root exists at first. Any thread.
 *
 * <p><b>What survives a {@link #crash}:</b>
 *
 * <ul>
 *   <li>a sector (512 bytes) covered by a sync that returned: its content at that sync;
 *   <li>a sector written since: the durable content or any version written since, chosen sector by
 *       sector, so writes are lost, reordered and torn;
 *   <li>a file's length: the same rule, independent of the sectors;
 *   <li>a name: as of the last {@link #syncDirectory}, plus any subset of the creations, renames
 *       and removals since, each one whole (a rename never loses both names);
 *   <li>after a failed sync: what was unsynced then stays uncertain for ever, though later syncs
 *       report success.
 * </ul>
 *
 * <p>A sector itself is never half written: the disk below is taken to write 512 bytes atomically.
 */
public final class SimulatedDisk implements Disk {
    private static final long EXT4_MAGIC = 0xEF53;

    /** One change of names: a creation or removal (one entry) or a rename (two). */
    private record NameChange(List<Entry> entries) {}

    private record Entry(Inode.Directory directory, String name, @Nullable Inode inode) {}

    final Object lock = new Object();

    private final DiskFaults faults = new DiskFaults();
    private final Inode.Directory root = new Inode.Directory(1, OWNER_DIRECTORY);
    private final List<NameChange> pendingNames = new ArrayList<>();
    private final Set<SimulatedFile> openFiles = new HashSet<>();
    final List<SimulatedMapping> mappings = new ArrayList<>();
    private long nextInode = 2;

    /** An empty disk. */
    public SimulatedDisk() {}

    /** What goes wrong on this disk. */
    public DiskFaults faults() {
        return faults;
    }

    /** Files open at the moment: a test ends with none. */
    public int openFileCount() {
        synchronized (lock) {
            return openFiles.size();
        }
    }

    // ---- preparing and looking into it, without faults ----

    /** Makes a directory and those above it, durably. */
    public void makeDurableDirectory(Path path) {
        synchronized (lock) {
            Inode.Directory at = root;
            for (Path name : path) {
                Inode next = at.entries.get(name.toString());
                if (next == null) {
                    next = new Inode.Directory(nextInode++, OWNER_DIRECTORY);
                    at.entries.put(name.toString(), next);
                    at.durableEntries.put(name.toString(), next);
                }
                at = (Inode.Directory) next;
            }
        }
    }

    /** Puts a file there, durably, with its directory. */
    public void putDurableFile(Path path, byte[] bytes) throws IOException {
        makeDurableDirectory(parent(path));
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment content = arena.allocateFrom(ValueLayout.JAVA_BYTE, bytes);
            synchronized (lock) {
                Inode.File file = new Inode.File(nextInode++, OWNER_FILE);
                file.content.write(content, 0);
                file.content.sync();
                Inode.Directory directory = directory("put", parent(path));
                directory.entries.put(name(path), file);
                directory.durableEntries.put(name(path), file);
            }
        }
    }

    /** The present content of a file. */
    public byte[] content(Path path) throws IOException {
        synchronized (lock) {
            Inode.File file = file("content", path);
            byte[] bytes = new byte[Math.toIntExact(file.content.size())];
            try (Arena arena = Arena.ofConfined()) {
                MemorySegment target = arena.allocate(Math.max(1, bytes.length));
                file.content.read(target.asSlice(0, bytes.length), 0);
                MemorySegment.copy(target, ValueLayout.JAVA_BYTE, 0, bytes, 0, bytes.length);
            }
            return bytes;
        }
    }

    // ---- ends of a machine and of a process ----

    /**
     * The disk as found after a power loss now. This one is dead afterwards.
     *
     * @param seed decides what survives of what was not synced; some seeds keep nothing, some all
     */
    public SimulatedDisk crash(long seed) {
        synchronized (lock) {
            faults.losePower();
            RandomGenerator random = RandomGeneratorFactory.of("L64X128MixRandom").create(seed);
            IntUnaryOperator choice = survivalRule(random);
            for (NameChange change : pendingNames) {
                if (choice.applyAsInt(2) == 1) {
                    makeDurable(change);
                }
            }
            SimulatedDisk found = new SimulatedDisk();
            found.copyDurable(root, found.root, choice, new HashMap<>());
            return found;
        }
    }

    /** Maps a count of versions (0 = the durable one) to the index of the one that survives. */
    private static IntUnaryOperator survivalRule(RandomGenerator random) {
        return switch (random.nextInt(6)) {
            case 0 -> versions -> 0;
            case 1 -> versions -> versions - 1;
            case 2 -> versions -> random.nextInt(20) == 0 ? 0 : versions - 1;
            case 3 -> versions -> random.nextInt(20) == 0 ? versions - 1 : 0;
            default -> random::nextInt;
        };
    }

    /**
     * The disk as the next process finds it after this one was killed: everything written is there,
     * still unsynced; locks are gone. This object is dead afterwards.
     */
    public SimulatedDisk kill() {
        synchronized (lock) {
            faults.losePower();
            SimulatedDisk found = new SimulatedDisk();
            Map<Inode, Inode> copies = new HashMap<>();
            copies.put(root, found.root);
            found.adoptLive(root, found.root, copies);
            for (NameChange change : pendingNames) {
                List<Entry> entries = new ArrayList<>();
                for (Entry entry : change.entries) {
                    Inode directory = copies.get(entry.directory);
                    if (directory != null) {
                        Inode inode =
                                entry.inode == null ? null : found.copyLive(entry.inode, copies);
                        entries.add(new Entry((Inode.Directory) directory, entry.name, inode));
                    }
                }
                found.pendingNames.add(new NameChange(entries));
            }
            return found;
        }
    }

    /**
     * Frees the mappings of the process that used this disk, which has ended: whoever still looks
     * into one gets an {@link IllegalStateException}.
     */
    public void endProcess() {
        List<SimulatedMapping> left;
        synchronized (lock) {
            left = List.copyOf(mappings);
        }
        left.forEach(SimulatedMapping::close);
    }

    private void adoptLive(Inode.Directory from, Inode.Directory to, Map<Inode, Inode> copies) {
        from.entries.forEach((name, inode) -> to.entries.put(name, copyLive(inode, copies)));
        from.durableEntries.forEach(
                (name, inode) -> to.durableEntries.put(name, copyLive(inode, copies)));
    }

    private Inode copyLive(Inode inode, Map<Inode, Inode> copies) {
        Inode known = copies.get(inode);
        if (known != null) {
            return known;
        }
        switch (inode) {
            case Inode.Directory directory -> {
                Inode.Directory copy = new Inode.Directory(nextInode++, directory.mode);
                copies.put(directory, copy);
                adoptLive(directory, copy, copies);
                return copy;
            }
            case Inode.File file -> {
                Inode.File copy = new Inode.File(nextInode++, file.mode);
                copy.content = file.content; // the old disk is dead: its cache is handed on
                copies.put(file, copy);
                return copy;
            }
        }
    }

    private void copyDurable(
            Inode.Directory from,
            Inode.Directory to,
            IntUnaryOperator choice,
            Map<Inode.File, Inode.File> copies) {
        from.durableEntries.forEach((name, inode) -> {
            Inode copy =
                    switch (inode) {
                        case Inode.Directory directory -> {
                            Inode.Directory d = new Inode.Directory(nextInode++, directory.mode);
                            copyDurable(directory, d, choice, copies);
                            yield d;
                        }
                        case Inode.File file ->
                                copies.computeIfAbsent(
                                        file,
                                        f -> {
                                            Inode.File c = new Inode.File(nextInode++, f.mode);
                                            c.content = f.content.survivor(choice);
                                            return c;
                                        });
                    };
            to.entries.put(name, copy);
            to.durableEntries.put(name, copy);
        });
    }

    // ---- Disk ----

    @Override
    public DiskFile open(Path path, int mode, OpenFlag... flags) throws IOException {
        faults.onCall(CallKind.OPEN, "open", path);
        Set<OpenFlag> wanted = EnumSet.noneOf(OpenFlag.class);
        wanted.addAll(Arrays.asList(flags));
        boolean writable = wanted.contains(OpenFlag.WRITE);
        boolean readable = wanted.contains(OpenFlag.READ) || !writable;
        boolean direct = wanted.contains(OpenFlag.DIRECT);
        synchronized (lock) {
            if (direct && faults.isDirectRefused()) {
                throw new PosixException("open", path, Errno.EINVAL.number());
            }
            Inode.Directory directory = directory("open", parent(path));
            Inode inode = directory.entries.get(name(path));
            if (inode == null) {
                if (!wanted.contains(OpenFlag.CREATE)) {
                    throw new PosixException("open", path, Errno.ENOENT.number());
                }
                inode = new Inode.File(nextInode++, mode);
                change(List.of(new Entry(directory, name(path), inode)));
            } else if (wanted.contains(OpenFlag.CREATE) && wanted.contains(OpenFlag.EXCLUSIVE)) {
                throw new PosixException("open", path, Errno.EEXIST.number());
            }
            if (!(inode instanceof Inode.File file)) {
                throw new PosixException("open", path, Errno.EISDIR.number());
            }
            if (wanted.contains(OpenFlag.TRUNCATE)) {
                file.content.truncate(0);
                file.refreshMappings(0, Long.MAX_VALUE);
            }
            SimulatedFile opened = new SimulatedFile(this, file, path, readable, writable, direct);
            openFiles.add(opened);
            return opened;
        }
    }

    @Override
    public void createDirectory(Path path, int mode) throws IOException {
        faults.onCall(CallKind.CREATE_DIRECTORY, "mkdir", path);
        synchronized (lock) {
            Inode.Directory directory = directory("mkdir", parent(path));
            if (directory.entries.containsKey(name(path))) {
                throw new PosixException("mkdir", path, Errno.EEXIST.number());
            }
            Inode made = new Inode.Directory(nextInode++, mode);
            change(List.of(new Entry(directory, name(path), made)));
        }
    }

    @Override
    public void syncDirectory(Path path) throws IOException {
        faults.onCall(CallKind.SYNC_DIRECTORY, "fsync", path);
        synchronized (lock) {
            Inode.Directory directory = directory("open", path);
            faults.onChange();
            pendingNames.removeIf(change -> {
                boolean touches = change.entries.stream().anyMatch(e -> e.directory == directory);
                if (touches) {
                    makeDurable(change);
                }
                return touches;
            });
        }
    }

    @Override
    public List<String> list(Path directory) throws IOException {
        faults.requirePower();
        synchronized (lock) {
            return List.copyOf(directory("opendir", directory).entries.keySet());
        }
    }

    @Override
    public void rename(Path source, Path target) throws IOException {
        faults.onCall(CallKind.RENAME, "rename", source);
        synchronized (lock) {
            Inode.Directory from = directory("rename", parent(source));
            Inode.Directory to = directory("rename", parent(target));
            Inode moved = from.entries.get(name(source));
            if (moved == null) {
                throw new PosixException("rename", source, Errno.ENOENT.number(), "to " + target);
            }
            if (to.entries.get(name(target)) instanceof Inode.Directory existing
                    && !existing.entries.isEmpty()) {
                throw new PosixException(
                        "rename", source, Errno.ENOTEMPTY.number(), "to " + target);
            }
            change(
                    List.of(
                            new Entry(from, name(source), null),
                            new Entry(to, name(target), moved)));
        }
    }

    @Override
    public void unlink(Path path) throws IOException {
        faults.onCall(CallKind.REMOVE, "unlink", path);
        synchronized (lock) {
            file("unlink", path);
            change(List.of(new Entry(directory("unlink", parent(path)), name(path), null)));
        }
    }

    @Override
    public void removeDirectory(Path path) throws IOException {
        faults.onCall(CallKind.REMOVE, "rmdir", path);
        synchronized (lock) {
            if (!directory("rmdir", path).entries.isEmpty()) {
                throw new PosixException("rmdir", path, Errno.ENOTEMPTY.number());
            }
            change(List.of(new Entry(directory("rmdir", parent(path)), name(path), null)));
        }
    }

    @Override
    public FileStatus status(Path path) throws IOException {
        faults.requirePower();
        synchronized (lock) {
            return status(inode("statx", path));
        }
    }

    @Override
    public FileSystemStatus fileSystem(Path path) throws IOException {
        faults.requirePower();
        synchronized (lock) {
            inode("statfs", path);
            long total = Math.min(faults.capacityBytes(), 1L << 40);
            long free = Math.min(total, freeBytes());
            return new FileSystemStatus(EXT4_MAGIC, Content.BLOCK, total, free, free, false);
        }
    }

    @Override
    public boolean exists(Path path) {
        faults.requirePower();
        synchronized (lock) {
            return find(path) != null;
        }
    }

    // ---- helpers; all under the lock ----

    void closed(SimulatedFile file) {
        openFiles.remove(file);
    }

    FileStatus status(Inode inode) {
        int alignment = faults.isDirectRefused() ? 0 : Content.SECTOR;
        return switch (inode) {
            case Inode.Directory directory ->
                    new FileStatus(
                            FileStatus.Kind.DIRECTORY,
                            directory.mode,
                            0,
                            0,
                            inode.number,
                            8,
                            1,
                            0,
                            0);
            case Inode.File file ->
                    new FileStatus(
                            FileStatus.Kind.REGULAR,
                            file.mode,
                            file.content.size(),
                            file.content.allocatedBytes(),
                            inode.number,
                            8,
                            1,
                            alignment,
                            alignment);
        };
    }

    long freeBytes() {
        long capacity = faults.capacityBytes();
        return capacity == Long.MAX_VALUE ? capacity : capacity - usedBytes(root);
    }

    private static long usedBytes(Inode inode) {
        return switch (inode) {
            case Inode.Directory directory ->
                    directory.entries.values().stream().mapToLong(SimulatedDisk::usedBytes).sum();
            case Inode.File file -> file.content.allocatedBytes();
        };
    }

    private void change(List<Entry> entries) {
        for (Entry entry : entries) {
            apply(entry.directory.entries, entry);
        }
        pendingNames.add(new NameChange(entries));
        faults.onChange();
    }

    private static void makeDurable(NameChange change) {
        for (Entry entry : change.entries) {
            apply(entry.directory.durableEntries, entry);
        }
    }

    private static void apply(Map<String, Inode> entries, Entry entry) {
        if (entry.inode == null) {
            entries.remove(entry.name);
        } else {
            entries.put(entry.name, entry.inode);
        }
    }

    private @Nullable Inode find(Path path) {
        Inode at = root;
        for (Path name : path) {
            if (!(at instanceof Inode.Directory directory)) {
                return null;
            }
            Inode next = directory.entries.get(name.toString());
            if (next == null) {
                return null;
            }
            at = next;
        }
        return at;
    }

    private Inode inode(String call, Path path) throws PosixException {
        Inode inode = find(path);
        if (inode == null) {
            throw new PosixException(call, path, Errno.ENOENT.number());
        }
        return inode;
    }

    private Inode.Directory directory(String call, Path path) throws PosixException {
        if (inode(call, path) instanceof Inode.Directory directory) {
            return directory;
        }
        throw new PosixException(call, path, Errno.ENOTDIR.number());
    }

    private Inode.File file(String call, Path path) throws PosixException {
        if (inode(call, path) instanceof Inode.File file) {
            return file;
        }
        throw new PosixException(call, path, Errno.EISDIR.number());
    }

    private static Path parent(Path path) {
        Path parent = path.getParent();
        return parent == null ? Path.of("/") : parent;
    }

    private static String name(Path path) {
        return path.getFileName().toString();
    }
}
