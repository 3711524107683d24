package dev.plinth.pagestore.surgery;

import dev.plinth.pagestore.DatabaseException;
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

/** The copy that an operation works on: raw pages, read and written in place. */
final class PatientFile implements AutoCloseable {
    private static final int COPY_BYTES = 1 << 20;
    private static final int META_READ_BYTES = 4096;

    private final Path path;
    private final DiskFile file;
    private final Arena arena = Arena.ofConfined();
    private int pageSize;
    private long highWaterMark;

    private PatientFile(Path path, DiskFile file) {
        this.path = path;
        this.file = file;
    }

    /** Copies the source; the output must not exist. */
    static PatientFile copyOf(Disk disk, Path source, Path output)
            throws IOException, SurgeryException {
        if (disk.exists(output)) {
            throw new SurgeryException("output file \"" + output + "\" already exists");
        }
        try (DiskFile from = disk.open(source, 0, OpenFlag.READ);
                Arena arena = Arena.ofConfined()) {
            DiskFile to =
                    disk.open(
                            output,
                            Disk.OWNER_FILE,
                            OpenFlag.READ,
                            OpenFlag.WRITE,
                            OpenFlag.CREATE,
                            OpenFlag.EXCLUSIVE);
            try {
                MemorySegment buffer = arena.allocate(COPY_BYTES, 4096);
                long position = 0;
                for (long read = 1; read > 0; position += read) {
                    read = from.pread(buffer, position);
                    if (read > 0) {
                        to.pwrite(buffer.asSlice(0, read), position);
                    }
                }
                to.fsync();
                return new PatientFile(output, to);
            } catch (Throwable e) {
                to.close();
                throw e;
            }
        }
    }

    static PatientFile inPlace(Disk disk, Path source) throws IOException {
        return new PatientFile(source, disk.open(source, 0, OpenFlag.READ));
    }

    /** Takes page size and high water mark from meta page 0, as the reference's tools do. */
    void readGeometry() throws IOException {
        MemorySegment start = read(0, META_READ_BYTES);
        if (Meta.magic(start, 0) != Meta.MAGIC) {
            throw new DatabaseException.Corrupted(
                    path, 0, "the Meta Page has wrong (unexpected) magic");
        }
        Meta meta = Meta.read(start, 0);
        pageSize = meta.pageSize();
        highWaterMark = meta.highWaterMark();
        if (pageSize < Meta.SIZE || pageSize > 1 << 24) {
            throw new DatabaseException.Corrupted(path, 0, "page size " + pageSize);
        }
    }

    int pageSize() {
        return pageSize;
    }

    MemorySegment read(long position, long length) throws IOException {
        MemorySegment buffer = arena.allocate(length, Long.BYTES);
        if (file.pread(buffer, position) < length) {
            throw new EOFException("EOF");
        }
        return buffer;
    }

    /** A page with its overflow pages. */
    MemorySegment readRun(long id) throws IOException {
        if (id < 0 || id > Long.MAX_VALUE / pageSize) {
            throw new EOFException("EOF");
        }
        MemorySegment first = read(id * pageSize, pageSize);
        if (PageHeader.id(first, 0) != id) {
            throw new DatabaseException.Corrupted(
                    path,
                    id,
                    "error: invalid value due to unexpected Page id: "
                            + Long.toUnsignedString(PageHeader.id(first, 0))
                            + " != "
                            + id);
        }
        long overflow = PageHeader.overflow(first, 0);
        if (overflow == 0) {
            return first;
        }
        if (overflow >= Math.max(0, highWaterMark - 3) || (overflow + 1) * pageSize > file.size()) {
            throw new DatabaseException.Corrupted(
                    path,
                    id,
                    "error: invalid value, Page claims to have "
                            + overflow
                            + " overflow pages (>=hwm="
                            + highWaterMark
                            + "). Interrupting to avoid risky OOM");
        }
        return read(id * pageSize, (overflow + 1) * pageSize);
    }

    void write(MemorySegment source, long position) throws IOException {
        file.pwrite(source, position);
        file.fsync();
    }

    /** The state that counts: the newer valid meta; whatever meta page 0 says if none is valid. */
    Meta activeMeta() throws IOException {
        Meta[] metas = new Meta[2];
        boolean[] valid = new boolean[2];
        for (int i = 0; i < 2; i++) {
            MemorySegment page = read((long) i * pageSize, Meta.SIZE);
            metas[i] = Meta.read(page, 0);
            valid[i] = Meta.validate(page, 0) == Meta.Validity.OK;
        }
        int newer = Long.compareUnsigned(metas[1].txid(), metas[0].txid()) > 0 ? 1 : 0;
        return valid[newer] || !valid[1 - newer] ? metas[newer] : metas[1 - newer];
    }

    @Override
    public void close() throws IOException {
        arena.close();
        file.close();
    }
}
