package dev.plinth.walio;

import dev.plinth.walio.io.Disk;
import dev.plinth.walio.io.DiskFile;
import dev.plinth.walio.io.Errno;
import dev.plinth.walio.io.LockKind;
import dev.plinth.walio.io.OpenFlag;
import dev.plinth.walio.io.PosixException;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * A locked segment that batches are written to. One thread at a time.
 *
 * <p>The lock belongs to the descriptor that took it and is held without a gap until {@link
 * #close}; a segment that was opened for reading first keeps that descriptor for the lock's sake
 * beside the direct one that it is written by.
 */
final class SegmentFile implements AutoCloseable {
    private static final System.Logger LOG = System.getLogger("dev.plinth.walio");
    private static final AtomicBoolean DIRECT_REFUSAL_TOLD = new AtomicBoolean();

    private final DiskFile lockHolder;
    private final DiskFile writer;
    private final boolean sync;
    private WritePath path;
    private boolean isDsyncProven;

    private SegmentFile(DiskFile lockHolder, DiskFile writer, WritePath path, boolean sync) {
        this.lockHolder = lockHolder;
        this.writer = writer;
        this.path = path;
        this.sync = sync;
    }

    /** Opens or makes a file, locks it, and prepares it for writing. */
    static SegmentFile create(Disk disk, Path file, WritePath wanted, boolean sync)
            throws IOException {
        WritePath path = wanted;
        DiskFile opened;
        try {
            opened = open(disk, file, path.isDirect());
        } catch (PosixException e) {
            if (!path.isDirect() || e.errno() != Errno.EINVAL) {
                throw e;
            }
            tellDirectRefused(file);
            path = path.buffered();
            opened = open(disk, file, false);
        }
        try {
            requireLock(opened);
            return new SegmentFile(opened, opened, path, sync);
        } catch (IOException | RuntimeException e) {
            opened.close();
            throw e;
        }
    }

    private static DiskFile open(Disk disk, Path file, boolean direct) throws IOException {
        return direct
                ? disk.open(
                        file,
                        Disk.OWNER_FILE,
                        OpenFlag.READ,
                        OpenFlag.WRITE,
                        OpenFlag.CREATE,
                        OpenFlag.DIRECT)
                : disk.open(file, Disk.OWNER_FILE, OpenFlag.READ, OpenFlag.WRITE, OpenFlag.CREATE);
    }

    /** Takes over a file that is open and locked, to go on writing in it. */
    static SegmentFile adopt(Disk disk, DiskFile locked, WritePath wanted, boolean sync)
            throws IOException {
        if (!wanted.isDirect()) {
            return new SegmentFile(locked, locked, wanted, sync);
        }
        try {
            DiskFile direct =
                    disk.open(locked.path(), 0, OpenFlag.READ, OpenFlag.WRITE, OpenFlag.DIRECT);
            return new SegmentFile(locked, direct, wanted, sync);
        } catch (PosixException e) {
            if (e.errno() != Errno.EINVAL) {
                throw e;
            }
            tellDirectRefused(locked.path());
            return new SegmentFile(locked, locked, wanted.buffered(), sync);
        }
    }

    private static void tellDirectRefused(Path file) {
        if (DIRECT_REFUSAL_TOLD.compareAndSet(false, true)) {
            LOG.log(
                    System.Logger.Level.INFO,
                    "the file system has no direct I/O, the log is written through the page cache:"
                            + " path={0}",
                    file);
        }
    }

    static void requireLock(DiskFile file) throws IOException {
        if (!file.tryLock(LockKind.OFD_EXCLUSIVE)) {
            throw WalException.in(
                    WalException.Kind.LOCKED,
                    file.path(),
                    WalException.Kind.LOCKED.text() + ": " + file.path());
        }
    }

    /**
     * Writes whole blocks and makes them durable.
     *
     * @param length multiple of 4096
     * @param position multiple of 4096
     */
    void writeDurably(MemorySegment memory, long length, long position) throws IOException {
        if (sync && path.isDsync()) {
            try {
                writer.pwriteDsync(memory, 0, length, position);
                isDsyncProven = true;
                return;
            } catch (PosixException e) {
                if (isDsyncProven || !meansNoSuchCall(e.errno())) {
                    throw e;
                }
                path = path.withoutDsync();
            }
        }
        writer.pwrite(memory.asSlice(0, length), position);
        if (sync) {
            writer.fdatasync();
        }
    }

    private static boolean meansNoSuchCall(Errno errno) {
        return errno == Errno.EOPNOTSUPP || errno == Errno.EINVAL || errno == Errno.ENOSYS;
    }

    /** The descriptor to write zeros, allocate, truncate and sync by. */
    DiskFile writer() {
        return writer;
    }

    WritePath path() {
        return path;
    }

    @Override
    public void close() throws IOException {
        try {
            writer.close();
        } finally {
            lockHolder.close(); // maybe the same: closing twice does nothing
        }
    }
}
