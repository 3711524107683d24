package dev.plinth.pagestore.inspect;

import dev.plinth.pagestore.DatabaseException;
import dev.plinth.pagestore.format.Bytes;
import dev.plinth.pagestore.format.Meta;
import dev.plinth.pagestore.format.PageHeader;
import dev.plinth.walio.io.Disk;
import dev.plinth.walio.io.DiskFile;
import dev.plinth.walio.io.OpenFlag;
import java.io.EOFException;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;

/**
 * Pages of a file as they stand, without lock, mapping or trust: for files that may be damaged or
 * in use. Page size and high water mark are those of meta page 0, whatever its checksum, as the
 * reference's tools have it.
 */
public final class RawPageFile implements AutoCloseable {
    private static final int META_READ_BYTES = 4096;
    private static final int PAGE_BYTES_MAX = 1 << 24;

    private final Path path;
    private final DiskFile file;
    private final int pageSize;
    private final long highWaterMark;

    private RawPageFile(Path path, DiskFile file) throws IOException {
        this.path = path;
        this.file = file;
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment start = arena.allocate(META_READ_BYTES, Long.BYTES);
            long read = file.pread(start, 0);
            if (read < META_READ_BYTES) {
                throw new EOFException(read == 0 ? "EOF" : "unexpected EOF");
            }
            if (Meta.magic(start, 0) != Meta.MAGIC) {
                throw new DatabaseException.Corrupted(
                        path, 0, "the Meta Page has wrong (unexpected) magic");
            }
            Meta meta = Meta.read(start, 0);
            this.pageSize = meta.pageSize();
            this.highWaterMark = meta.highWaterMark();
        }
        if (pageSize < Meta.SIZE || pageSize > PAGE_BYTES_MAX) {
            throw new DatabaseException.Corrupted(path, 0, "page size " + pageSize);
        }
    }

    /**
     * Opens a file for looking at it.
     *
     * @throws DatabaseException.Corrupted if meta page 0 does not begin as one
     */
    public static RawPageFile open(Disk disk, Path path) throws IOException {
        DiskFile file = disk.open(path, 0, OpenFlag.READ);
        try {
            return new RawPageFile(path, file);
        } catch (Throwable e) {
            file.close();
            throw e;
        }
    }

    /** Bytes of a page, from meta page 0. */
    public int pageSize() {
        return pageSize;
    }

    /** Pages of the file, from meta page 0. */
    public long highWaterMark() {
        return highWaterMark;
    }

    /**
     * Reads a page with its overflow pages.
     *
     * @throws EOFException if it lies beyond the end of the file
     * @throws DatabaseException.Corrupted if it has another id, or an absurd length; the reason is
     *     the reference's text
     */
    public RawPage read(long id) throws IOException {
        byte[] first = readPages(id, 1);
        MemorySegment header = MemorySegment.ofArray(first);
        long found = PageHeader.id(header, 0);
        if (found != id) {
            throw new DatabaseException.Corrupted(
                    path,
                    id,
                    "error: invalid value due to unexpected Page id: "
                            + Long.toUnsignedString(found)
                            + " != "
                            + Long.toUnsignedString(id));
        }
        long overflow = PageHeader.overflow(header, 0);
        if (overflow == 0) {
            return new RawPage(path, first, pageSize);
        }
        if (overflow >= Math.max(0, highWaterMark - 3)
                || (overflow + 1) * pageSize > Math.min(file.size(), Integer.MAX_VALUE - 8)) {
            throw new DatabaseException.Corrupted(
                    path,
                    id,
                    "error: invalid value, Page claims to have "
                            + overflow
                            + " overflow pages (>=hwm="
                            + Long.toUnsignedString(highWaterMark)
                            + "). Interrupting to avoid risky OOM");
        }
        return new RawPage(path, readPages(id, overflow + 1), pageSize);
    }

    /** The bytes of one page, without any test: for a dump. */
    public byte[] bytes(long id) throws IOException {
        return readPages(id, 1);
    }

    private byte[] readPages(long id, long count) throws IOException {
        if (id < 0 || id > Long.MAX_VALUE / pageSize) {
            throw new EOFException("EOF");
        }
        long length = count * pageSize;
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment buffer = arena.allocate(length, Long.BYTES);
            if (file.pread(buffer, id * pageSize) < length) {
                throw new EOFException("EOF");
            }
            return Bytes.copy(buffer, 0, Math.toIntExact(length));
        }
    }

    @Override
    public void close() throws IOException {
        file.close();
    }
}
