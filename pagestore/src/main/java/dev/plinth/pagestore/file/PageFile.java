package dev.plinth.pagestore.file;

import dev.plinth.pagestore.DatabaseException;
import dev.plinth.pagestore.Durability;
import dev.plinth.pagestore.LockWait;
import dev.plinth.pagestore.Options;
import dev.plinth.pagestore.format.Meta;
import dev.plinth.pagestore.format.PageHeader;
import dev.plinth.walio.io.AllocateMode;
import dev.plinth.walio.io.Disk;
import dev.plinth.walio.io.DiskFile;
import dev.plinth.walio.io.Errno;
import dev.plinth.walio.io.LockKind;
import dev.plinth.walio.io.Mapping;
import dev.plinth.walio.io.OpenFlag;
import dev.plinth.walio.io.PosixException;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * An open, locked page file with its mapping. All writes go through positioned writes, never
 * through the mapping, so that a full disk is an error code and not a signal.
 *
 * <p>The mapping never moves under a reader: it covers more than the file, so growth shows in
 * place; when the file outgrows it, a larger one is made beside it and the old one stays until the
 * file is closed. Each is at least twice its predecessor, so all of them together take no more than
 * twice the address space of the last, and none takes memory of its own.
 *
 * <p>File sizes follow the reference's rule, so that a file is as large as if the reference had
 * written it: the rule depends on the size that the reference's mapping would have, which is kept
 * here as a mere number.
 *
 * <p>Reading: any thread. Everything else: the writer.
 */
public final class PageFile implements AutoCloseable {
    private static final long MAP_MIN = 32L << 10;
    private static final long MAP_STEP = 1L << 30;
    private static final long MAP_MAX = 0xFFFF_FFFF_FFFFL;
    private static final int NEW_FILE_PAGES = 4;
    private static final long CUT_BYTES_MAX = 8L << 20;
    private static final long AHEAD_BYTES_MIN = 128 << 10;
    private static final long AHEAD_BYTES_MAX = 1 << 20;
    private static final long ZEROS_BYTES = 64 << 10;
    private static final long ZEROS_ALIGNMENT = 4096;

    /** For all files and for good, so that those opened and closed quickly leave no garbage. */
    private static final MemorySegment ZEROS =
            Arena.global().allocate(ZEROS_BYTES, ZEROS_ALIGNMENT).asReadOnly();

    private final Path path;
    private final DiskFile file;
    private final Options options;
    private final int pageSize;
    private final CheckedPages checked = new CheckedPages();
    private final List<Mapping> mappings = new ArrayList<>();
    private final UnsyncedRuns unsynced;
    private volatile Mapping mapping;
    private volatile long fileBytes;

    /** From here on the file may have blocks that nobody has ever written; a lower bound. */
    private long writtenEnd;

    private long aheadBytes = AHEAD_BYTES_MIN;
    private long referenceMapBytes;

    private PageFile(Path path, DiskFile file, Options options, int pageSize) throws IOException {
        this.path = path;
        this.file = file;
        this.options = options;
        this.pageSize = pageSize;
        this.unsynced = new UnsyncedRuns(pageSize);
        this.fileBytes = file.size();
        this.referenceMapBytes =
                referenceMapSize(path, Math.max(fileBytes, options.initialMapBytes()));
        this.mapping = file.map(0, referenceMapBytes, options.populate());
        mappings.add(mapping);
        if (options.lockInMemory()) {
            mapping.lockInMemory(0, Math.min(fileBytes, referenceMapBytes));
        }
    }

    /** Opens a file; for writing, makes it if it is missing. Waits for its lock. */
    public static PageFile open(Disk disk, Path path, Options options) {
        try {
            DiskFile file =
                    options.readOnly()
                            ? locked(disk.open(path, 0, OpenFlag.READ), path, options)
                            : openForWriting(disk, path, options);
            try {
                return opened(path, file, options);
            } catch (Throwable e) {
                file.close();
                throw e;
            }
        } catch (IOException e) {
            throw new DatabaseException.Failed(path, "open", e);
        }
    }

    private static PageFile opened(Path path, DiskFile file, Options options) throws IOException {
        int pageSize = MetaPages.findPageSize(file, path, options.pageSize());
        long size = file.size();
        if (size < 2L * pageSize) {
            throw new DatabaseException.Invalid(path, "file size too small " + size);
        }
        return new PageFile(path, file, options, pageSize);
    }

    private static DiskFile locked(DiskFile file, Path path, Options options) throws IOException {
        LockKind kind = options.readOnly() ? LockKind.FLOCK_SHARED : LockKind.FLOCK_EXCLUSIVE;
        LockWait wait = options.lockWait();
        try {
            long start = wait.clock().monotonicNanos();
            boolean noticed = false;
            while (!file.tryLock(kind)) {
                long elapsed = wait.clock().monotonicNanos() - start;
                if (wait.timeoutNanos() != 0
                        && elapsed > wait.timeoutNanos() - LockWait.RETRY_NANOS) {
                    throw new DatabaseException.LockTimeout(path);
                }
                if (!noticed && elapsed >= wait.noticeAfterNanos()) {
                    noticed = true;
                    wait.notice().run();
                }
                wait.pause().nanos(LockWait.RETRY_NANOS);
            }
            return file;
        } catch (Throwable e) {
            file.close();
            throw e;
        }
    }

    /**
     * A new file gets its first pages under another name and its own name when they are durable, so
     * that a crash while it is made leaves no half file that cannot be opened. The lock is on the
     * file, not on the name: whoever waits for it finds the finished file afterwards.
     */
    private static DiskFile openForWriting(Disk disk, Path path, Options options)
            throws IOException {
        while (true) {
            if (disk.exists(path)) {
                DiskFile file =
                        locked(disk.open(path, 0, OpenFlag.READ, OpenFlag.WRITE), path, options);
                if (file.size() == 0) {
                    writeNewFile(file, options.pageSize());
                }
                return file;
            }
            Path unfinished = path.resolveSibling(path.getFileName() + ".new");
            DiskFile file =
                    locked(
                            disk.open(
                                    unfinished,
                                    Disk.OWNER_FILE,
                                    OpenFlag.READ,
                                    OpenFlag.WRITE,
                                    OpenFlag.CREATE),
                            path,
                            options);
            try {
                if (!disk.exists(path)) {
                    file.ftruncate(0);
                    writeNewFile(file, options.pageSize());
                    disk.rename(unfinished, path);
                    disk.syncDirectory(directoryOf(path));
                    return file;
                }
            } catch (Throwable e) {
                file.close();
                throw e;
            }
            file.close();
        }
    }

    private static Path directoryOf(Path path) {
        Path parent = path.toAbsolutePath().getParent();
        return parent == null ? path.toAbsolutePath() : parent;
    }

    private static void writeNewFile(DiskFile file, int pageSize) throws IOException {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment pages = arena.allocate((long) NEW_FILE_PAGES * pageSize, 4096);
            for (int i = 0; i < 2; i++) {
                new Meta(pageSize, 0, 3, 0, 2, NEW_FILE_PAGES, i)
                        .write(pages, (long) i * pageSize, i);
            }
            PageHeader.write(pages, 2L * pageSize, 2, PageHeader.FREELIST, 0, 0);
            PageHeader.write(pages, 3L * pageSize, 3, PageHeader.LEAF, 0, 0);
            file.pwrite(pages, 0);
            file.fsync();
        }
    }

    public Path path() {
        return path;
    }

    public int pageSize() {
        return pageSize;
    }

    public DiskFile file() {
        return file;
    }

    public long fileBytes() {
        return fileBytes;
    }

    public CheckedPages checked() {
        return checked;
    }

    /** Both meta pages as the file has them now. */
    public MetaPages readMetas() throws IOException {
        return MetaPages.read(file, pageSize);
    }

    /** The pages of a state, read through the present mapping. */
    public Pages pages(long highWaterMark) {
        return new Pages(
                path,
                mapping.segment(),
                pageSize,
                highWaterMark,
                fileBytes,
                checked,
                options.verifyKeyOrder());
    }

    /** The mapping with the life of a scope. */
    public MemorySegment scoped(Arena scope) {
        return mapping.segment(scope);
    }

    /** The present mapping. */
    public Mapping mapping() {
        return mapping;
    }

    // ---------------------------------------------------------------- growth

    /** Refuses pages up to {@code highWaterMark} if they would exceed the size that was granted. */
    public void reserve(long highWaterMark) {
        long needed = (highWaterMark + 1) * pageSize;
        if (!hasRoomFor(highWaterMark)) {
            throw new DatabaseException.Full();
        }
        if (needed >= referenceMapBytes) {
            referenceMapBytes = referenceMapSize(path, Math.max(fileBytes, needed));
        }
    }

    /** Whether pages up to {@code highWaterMark} are within the size that was granted. */
    public boolean hasRoomFor(long highWaterMark) {
        return options.maxSizeBytes() == 0
                || highWaterMark * pageSize <= Math.max(options.maxSizeBytes(), fileBytes);
    }

    /** Makes the file long enough for the state, and the mapping after it. */
    public void growTo(long highWaterMark) throws IOException {
        long wanted = (highWaterMark + 1) * pageSize;
        checked.ensureCapacity(highWaterMark);
        if (wanted > fileBytes && options.syncGrowth()) {
            long size =
                    referenceMapBytes <= options.allocationStepBytes()
                            ? referenceMapBytes
                            : wanted + options.allocationStepBytes();
            if (options.maxSizeBytes() > 0) {
                size = Math.min(size, Math.max(options.maxSizeBytes(), wanted));
            }
            extend(Math.max(size, wanted));
        }
        if (wanted > mapping.segment().byteSize()) {
            long length =
                    Math.max(
                            referenceMapBytes, Math.min(MAP_MAX, mapping.segment().byteSize() * 2));
            Mapping larger = file.map(0, length, false);
            mappings.add(larger);
            mapping = larger;
        }
    }

    /**
     * Cuts the file behind the last page that any of its states may lead to, if that gives back
     * enough to be worth it; a piece at a time, because the file system frees blocks at a bounded
     * rate and commits have to wait for it. A state's pages are never beyond its high water mark,
     * so both meta pages stay good. A sync has to follow.
     *
     * @return whether a piece was cut
     */
    public boolean shrinkTo(long highWaterMark) throws IOException {
        long end = highWaterMark;
        MetaPages metas = readMetas();
        for (int i = 0; i < 2; i++) {
            if (metas.validity().get(i) == Meta.Validity.OK) {
                end = Math.max(end, metas.fields().get(i).highWaterMark());
            }
        }
        long wanted = (end + 1) * pageSize;
        if (fileBytes - wanted <= Math.min(options.allocationStepBytes(), fileBytes / 8)) {
            return false;
        }
        long size = Math.max(wanted, fileBytes - CUT_BYTES_MAX);
        file.ftruncate(size);
        fileBytes = size;
        writtenEnd = Math.min(writtenEnd, size);
        referenceMapBytes = referenceMapSize(path, fileBytes);
        return true;
    }

    /**
     * Takes the blocks too, so that a full disk is found here and not in the middle of a commit.
     */
    private void extend(long size) throws IOException {
        try {
            file.fallocate(AllocateMode.EXTEND, fileBytes, size - fileBytes);
        } catch (PosixException e) {
            if (e.errno() != Errno.EOPNOTSUPP && e.errno() != Errno.ENOSYS) {
                throw e;
            }
            file.ftruncate(size);
        }
        if (options.durability() == Durability.EVERY_COMMIT) {
            file.fsync();
        }
        fileBytes = size;
    }

    /** The size of the reference's mapping for a file of that size. */
    private static long referenceMapSize(Path path, long bytes) {
        for (long size = MAP_MIN; size <= MAP_STEP; size *= 2) {
            if (bytes <= size) {
                return size;
            }
        }
        if (bytes > MAP_MAX) {
            throw new DatabaseException.Invalid(path, "mmap too large");
        }
        return Math.min(MAP_MAX, (bytes + MAP_STEP - 1) / MAP_STEP * MAP_STEP);
    }

    // ---------------------------------------------------------------- writing

    /**
     * Writes the runs of a commit; not durable. Those of the tree count as checked from here on,
     * because their bytes are our own.
     */
    public int write(CommitBuffer buffer) throws IOException {
        boolean syncFollows = options.durability() == Durability.EVERY_COMMIT;
        int calls = buffer.writeTo(file, syncFollows);
        long end = 0;
        for (int run = 0; run < buffer.runCount(); run++) {
            long page = buffer.page(run);
            int length = buffer.runLength(run);
            end = Math.max(end, page + length);
            if (run < buffer.treeRunCount()) {
                checked.add(page);
            } else {
                checked.remove(page);
            }
            for (int i = 1; i < length; i++) {
                checked.remove(page + i);
            }
        }
        if (options.durability() == Durability.AT_CHECKPOINT) {
            unsynced.add(buffer);
        }
        // Without resizing at growth the writes themselves make the file longer.
        fileBytes = Math.max(fileBytes, end * pageSize);
        return calls;
    }

    /**
     * Writes zeros behind the pages that a commit has added to the file, if there are but few, so
     * that the next commits find blocks that have been written before. The first write to a block
     * costs the sync a commit of the file system's journal, which is most of a small commit; it is
     * paid here once for many.
     */
    public void writeAhead(long oldHighWaterMark, long highWaterMark) throws IOException {
        long end = highWaterMark * pageSize;
        if (options.durability() != Durability.EVERY_COMMIT
                || !options.syncGrowth()
                || end <= writtenEnd) {
            return;
        }
        long fresh = end - Math.max(writtenEnd, oldHighWaterMark * pageSize);
        writtenEnd = end;
        if (fresh <= aheadBytes / 4) {
            long length = Math.min(aheadBytes, fileBytes - end);
            List<MemorySegment> pieces = new ArrayList<>();
            for (long at = 0; at < length; at += ZEROS_BYTES) {
                pieces.add(ZEROS.asSlice(0, Math.min(ZEROS_BYTES, length - at)));
            }
            file.pwritev(pieces, end);
            writtenEnd = end + length;
            aheadBytes = Math.min(AHEAD_BYTES_MAX, aheadBytes * 2);
        }
    }

    /** As {@link #sync}, but leaves room in the device's queue for others. */
    public void syncGently() throws IOException {
        unsynced.writeBack(file);
        file.fdatasync();
    }

    public void sync() throws IOException {
        file.fdatasync();
    }

    /** Writes the meta page of a state, and waits until it is durable if that is wanted. */
    public void writeMeta(Meta meta, MemorySegment zeroedPage, boolean durable) throws IOException {
        long id = meta.pageId();
        meta.write(zeroedPage, 0, id);
        if (!durable) {
            file.pwrite(zeroedPage, id * pageSize);
            return;
        }
        try {
            file.pwriteDsync(zeroedPage, 0, pageSize, id * pageSize);
        } catch (PosixException e) {
            if (e.errno() != Errno.EOPNOTSUPP
                    && e.errno() != Errno.EINVAL
                    && e.errno() != Errno.ENOSYS) {
                throw e;
            }
            file.pwrite(zeroedPage, id * pageSize);
            file.fdatasync();
        }
    }

    /** Unmaps, unlocks and closes. No reader may be left. */
    @Override
    public void close() {
        try {
            for (Mapping each : mappings) {
                each.close();
            }
            mappings.clear();
            file.close();
        } catch (IOException e) {
            throw new DatabaseException.Failed(path, "close", e);
        }
    }
}
