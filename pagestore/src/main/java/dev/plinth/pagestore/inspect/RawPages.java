package dev.plinth.pagestore.inspect;

import dev.plinth.pagestore.DatabaseException;
import dev.plinth.pagestore.DatabaseException.Corrupted;
import dev.plinth.pagestore.format.Meta;
import dev.plinth.pagestore.format.PageHeader;
import dev.plinth.walio.io.Disk;
import dev.plinth.walio.io.DiskFile;
import dev.plinth.walio.io.OpenFlag;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Path;

/**
 * The pages of a file as they stand there: no lock, no state, no tree. For files that nothing else
 * opens any more. Page size and high water mark are those of meta page 0, whatever its age and
 * checksum. One thread.
 *
 * <p>The reasons of the exceptions are the reference's texts.
 */
public final class RawPages implements AutoCloseable {
    private static final int META_READ_BYTES = 4096;
    private static final int PAGE_BYTES_MIN = 1 << 10;
    private static final int PAGE_BYTES_MAX = 1 << 24;

    /** The two meta pages, and the page itself, cannot be overflow pages. */
    private static final int PAGES_NOT_OVERFLOW = 3;

    private final Path path;
    private final DiskFile file;
    private final int pageSize;
    private final long highWaterMark;

    private RawPages(Path path, DiskFile file) throws IOException {
        this.path = path;
        this.file = file;
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment first = arena.allocate(META_READ_BYTES, Long.BYTES);
            long read = file.pread(first, 0);
            if (read < META_READ_BYTES) {
                throw new Corrupted(path, 0, read == 0 ? "EOF" : "unexpected EOF");
            }
            if (Meta.magic(first, 0) != Meta.MAGIC) {
                throw new Corrupted(path, 0, "the Meta Page has wrong (unexpected) magic");
            }
            Meta meta = Meta.read(first, 0);
            this.pageSize = meta.pageSize();
            this.highWaterMark = meta.highWaterMark();
        }
        if (Integer.bitCount(pageSize) != 1
                || pageSize < PAGE_BYTES_MIN
                || pageSize > PAGE_BYTES_MAX) {
            throw new Corrupted(
                    path,
                    0,
                    "page size "
                            + Integer.toUnsignedString(pageSize)
                            + " is not a power of two from 1024 to 16777216");
        }
    }

    /** Opens a file to read. */
    public static RawPages open(Disk disk, Path path) {
        return open(disk, path, OpenFlag.READ);
    }

    /** Opens a file to read and to change. */
    public static RawPages openForWriting(Disk disk, Path path) {
        return open(disk, path, OpenFlag.READ, OpenFlag.WRITE);
    }

    private static RawPages open(Disk disk, Path path, OpenFlag... flags) {
        try {
            DiskFile file = disk.open(path, 0, flags);
            try {
                return new RawPages(path, file);
            } catch (Throwable e) {
                file.close();
                throw e;
            }
        } catch (IOException e) {
            throw new DatabaseException.Failed(path, "open", e);
        }
    }

    /** The file's path as it was given. */
    public Path path() {
        return path;
    }

    /** Bytes of a page, a power of two. */
    public int pageSize() {
        return pageSize;
    }

    /** Number of pages according to meta page 0; unsigned and not verified. */
    public long highWaterMark() {
        return highWaterMark;
    }

    /**
     * Reads a page with its overflow pages.
     *
     * @throws Corrupted if there is no such page, or it gives another number for itself, or a
     *     length that cannot be
     */
    public RawRun read(long page) {
        Arena arena = Arena.ofConfined();
        try {
            MemorySegment first = readBytes(arena, page, 1);
            long id = PageHeader.id(first, 0);
            if (id != page) {
                throw new Corrupted(
                        path,
                        page,
                        "error: invalid value due to unexpected Page id: "
                                + Long.toUnsignedString(id)
                                + " != "
                                + Long.toUnsignedString(page));
            }
            long overflow = PageHeader.overflow(first, 0);
            if (overflow >= ((highWaterMark - PAGES_NOT_OVERFLOW) & 0xFFFF_FFFFL)) {
                throw new Corrupted(
                        path,
                        page,
                        "error: invalid value, Page claims to have "
                                + overflow
                                + " overflow pages (>=hwm="
                                + Long.toUnsignedString(highWaterMark)
                                + "). Interrupting to avoid risky OOM");
            }
            MemorySegment run = overflow == 0 ? first : readBytes(arena, page, overflow + 1);
            return new RawRun(path, page, run, arena);
        } catch (Throwable e) {
            arena.close();
            throw e;
        }
    }

    /** The bytes of a single page, whatever they are. */
    public byte[] pageBytes(long page) {
        try (Arena arena = Arena.ofConfined()) {
            return readBytes(arena, page, 1).toArray(ValueLayout.JAVA_BYTE);
        }
    }

    /** Number of whole pages that the file has. */
    public long pagesInFile() {
        try {
            return file.size() / pageSize;
        } catch (IOException e) {
            throw new DatabaseException.Failed(path, "size", e);
        }
    }

    private MemorySegment readBytes(Arena arena, long page, long count) {
        try {
            long pagesInFile = pagesInFile();
            if (page < 0 || page >= pagesInFile || count > pagesInFile - page) {
                throw new Corrupted(path, page, "EOF");
            }
            MemorySegment target = arena.allocate(count * pageSize, Long.BYTES);
            if (file.pread(target, page * pageSize) < target.byteSize()) {
                throw new Corrupted(path, page, "EOF");
            }
            return target;
        } catch (IOException e) {
            throw new DatabaseException.Failed(path, "read page " + page, e);
        }
    }

    /** Writes the first pages of a run to where the run's header says; not durable. */
    public void write(RawRun run, long pages) {
        try {
            long position = PageHeader.id(run.segment(), 0) * pageSize;
            file.pwrite(run.segment().asSlice(0, pages * pageSize), position);
        } catch (IOException e) {
            throw new DatabaseException.Failed(path, "write page", e);
        }
    }

    /** Makes all that was written durable. */
    public void sync() {
        try {
            file.fdatasync();
        } catch (IOException e) {
            throw new DatabaseException.Failed(path, "sync", e);
        }
    }

    @Override
    public void close() {
        try {
            file.close();
        } catch (IOException e) {
            throw new DatabaseException.Failed(path, "close", e);
        }
    }
}
