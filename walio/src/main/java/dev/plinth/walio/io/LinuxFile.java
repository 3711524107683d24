package dev.plinth.walio.io;

import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicInteger;

/** A descriptor of Linux. Any thread; see {@link DiskFile}. */
final class LinuxFile implements DiskFile {
    private static final int CLOSED = -1;

    /**
     * A direct transfer that was cut short goes on from a multiple of this; all alignments divide
     * it.
     */
    private static final int DIRECT_RESUME_ALIGNMENT = 4096;

    /** The kernel moves at most this many bytes in one call. */
    private static final long TRANSFER_MAX = 0x7fff_f000L;

    private static final int IOVEC_BYTES = 16;
    private static final int IOVEC_COUNT_MAX = 1024;

    /** struct flock of 64-bit Linux: l_type 0, l_whence 2, l_start 8, l_len 16, l_pid 24. */
    private static final int FLOCK_BYTES = 32;

    /** One iovec for the write of a commit, so that it allocates nothing. */
    private static final ThreadLocal<MemorySegment> SINGLE_VECTOR =
            ThreadLocal.withInitial(() -> Arena.ofAuto().allocate(IOVEC_BYTES, Long.BYTES));

    private final Path path;
    private final boolean direct;
    private final AtomicInteger descriptor;

    LinuxFile(Path path, int descriptor, boolean direct) {
        this.path = path;
        this.direct = direct;
        this.descriptor = new AtomicInteger(descriptor);
    }

    @Override
    public Path path() {
        return path;
    }

    @Override
    public long pread(MemorySegment target, long position) throws IOException {
        requireNative(target);
        long size = target.byteSize();
        long done = 0;
        while (done < size) {
            long length = Math.min(size - done, TRANSFER_MAX);
            long n = LinuxCalls.pread(fd(), target.asSlice(done), length, position + done);
            if (n > 0) {
                done += n;
            } else if (n == 0) {
                return done;
            } else {
                failUnlessInterrupted("pread", length, position + done);
            }
        }
        return done;
    }

    @Override
    public void pwrite(MemorySegment source, long position) throws IOException {
        requireNative(source);
        long size = source.byteSize();
        long done = 0;
        while (done < size) {
            long length = Math.min(size - done, TRANSFER_MAX);
            long n = LinuxCalls.pwrite(fd(), source.asSlice(done), length, position + done);
            if (n >= 0) {
                done += progress("pwrite", n, length, position + done);
            } else {
                failUnlessInterrupted("pwrite", length, position + done);
            }
        }
    }

    @Override
    public void pwritev(List<MemorySegment> sources, long position) throws IOException {
        int from = 0;
        long at = position;
        while (from < sources.size()) {
            int to = Math.min(sources.size(), from + IOVEC_COUNT_MAX);
            at += gather(sources.subList(from, to), at);
            from = to;
        }
    }

    private long gather(List<MemorySegment> sources, long position) throws IOException {
        long total = 0;
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment vectors = arena.allocate((long) sources.size() * IOVEC_BYTES, Long.BYTES);
            for (int i = 0; i < sources.size(); i++) {
                MemorySegment source = sources.get(i);
                requireNative(source);
                vectors.set(JAVA_LONG, (long) i * IOVEC_BYTES, source.address());
                vectors.set(JAVA_LONG, (long) i * IOVEC_BYTES + 8, source.byteSize());
                total += source.byteSize();
            }
            long n;
            while ((n = LinuxCalls.pwritev(fd(), vectors, sources.size(), position)) < 0) {
                failUnlessInterrupted("pwritev", total, position);
            }
            if (n < total) {
                writeRest(sources, position, progress("pwritev", n, total, position));
            }
            return total;
        }
    }

    /** A gathered write was cut short: what is left goes out piece by piece. */
    private void writeRest(List<MemorySegment> sources, long position, long done)
            throws IOException {
        long start = 0;
        for (MemorySegment source : sources) {
            long end = start + source.byteSize();
            if (end > done) {
                long skip = Math.max(0, done - start);
                pwrite(source.asSlice(skip), position + start + skip);
            }
            start = end;
        }
    }

    @Override
    public void pwriteDsync(MemorySegment source, long offsetInSource, long length, long position)
            throws IOException {
        requireNative(source);
        Objects.checkFromIndexSize(offsetInSource, length, source.byteSize());
        MemorySegment vector = SINGLE_VECTOR.get();
        long done = 0;
        while (done < length) {
            vector.set(JAVA_LONG, 0, source.address() + offsetInSource + done);
            vector.set(JAVA_LONG, 8, Math.min(length - done, TRANSFER_MAX));
            long n = LinuxCalls.pwritev2(fd(), vector, 1, position + done, LinuxCalls.RWF_DSYNC);
            if (n >= 0) {
                done += progress("pwritev2", n, length - done, position + done);
            } else {
                failUnlessInterrupted("pwritev2", length - done, position + done);
            }
        }
    }

    /** How much of a transfer counts as done, so that the next part starts aligned. */
    private long progress(String call, long transferred, long wanted, long position)
            throws PosixException {
        if (transferred == wanted) {
            return transferred;
        }
        long usable = direct ? transferred - transferred % DIRECT_RESUME_ALIGNMENT : transferred;
        if (usable == 0) {
            // A device that takes less than one block will not take it next time either.
            String detail =
                    "only " + transferred + " of " + wanted + " bytes at offset " + position;
            throw new PosixException(call, path, Errno.EIO.number(), detail);
        }
        return usable;
    }

    @Override
    public void startWriteback(long position, long length) throws IOException {
        syncRange(position, length, LinuxCalls.SYNC_RANGE_START);
    }

    @Override
    public void awaitWriteback(long position, long length) throws IOException {
        syncRange(position, length, LinuxCalls.SYNC_RANGE_AWAIT);
    }

    private void syncRange(long position, long length, int flags) throws IOException {
        while (LinuxCalls.syncFileRange(fd(), position, length, flags) < 0) {
            failUnlessInterrupted("sync_file_range", length, position);
        }
    }

    @Override
    public void fdatasync() throws IOException {
        while (LinuxCalls.fdatasync(fd()) < 0) {
            LinuxDisk.failUnlessInterrupted("fdatasync", path);
        }
    }

    @Override
    public void fsync() throws IOException {
        while (LinuxCalls.fsync(fd()) < 0) {
            LinuxDisk.failUnlessInterrupted("fsync", path);
        }
    }

    @Override
    public void fallocate(AllocateMode mode, long position, long length) throws IOException {
        while (LinuxCalls.fallocate(fd(), mode.bits, position, length) < 0) {
            failUnlessInterrupted("fallocate", length, position);
        }
    }

    @Override
    public void ftruncate(long size) throws IOException {
        while (LinuxCalls.ftruncate(fd(), size) < 0) {
            LinuxDisk.failUnlessInterrupted("ftruncate", path);
        }
    }

    @Override
    public long size() throws IOException {
        return status().sizeBytes();
    }

    @Override
    public FileStatus status() throws IOException {
        try (Arena arena = Arena.ofConfined()) {
            return LinuxDisk.statx(arena, path, fd(), arena.allocate(1), LinuxCalls.AT_EMPTY_PATH);
        }
    }

    @Override
    public boolean tryLock(LockKind kind) throws IOException {
        while (setLock(kind, false) < 0) {
            int errno = LinuxCalls.errno();
            if (errno == Errno.EAGAIN.number() || errno == Errno.EACCES.number()) {
                return false;
            }
            LinuxDisk.failUnlessInterrupted("lock", path);
        }
        return true;
    }

    @Override
    public void lock(LockKind kind) throws IOException {
        while (setLock(kind, true) < 0) {
            LinuxDisk.failUnlessInterrupted("lock", path);
        }
    }

    private int setLock(LockKind kind, boolean wait) {
        int noWait = wait ? 0 : LinuxCalls.LOCK_NB;
        return switch (kind) {
            case FLOCK_SHARED -> LinuxCalls.flock(fd(), LinuxCalls.LOCK_SH | noWait);
            case FLOCK_EXCLUSIVE -> LinuxCalls.flock(fd(), LinuxCalls.LOCK_EX | noWait);
            case OFD_EXCLUSIVE ->
                    descriptionLock(
                            wait ? LinuxCalls.F_OFD_SETLKW : LinuxCalls.F_OFD_SETLK,
                            LinuxCalls.F_WRLCK);
        };
    }

    @Override
    public void unlock(LockKind kind) throws IOException {
        int result =
                kind == LockKind.OFD_EXCLUSIVE
                        ? descriptionLock(LinuxCalls.F_OFD_SETLK, LinuxCalls.F_UNLCK)
                        : LinuxCalls.flock(fd(), LinuxCalls.LOCK_UN);
        if (result < 0) {
            throw new PosixException("unlock", path, LinuxCalls.errno());
        }
    }

    private int descriptionLock(int command, short type) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment lock = arena.allocate(FLOCK_BYTES, Long.BYTES);
            lock.set(JAVA_SHORT, 0, type);
            return LinuxCalls.fcntl(fd(), command, lock);
        }
    }

    @Override
    public Mapping map(long position, long length, boolean populate) throws IOException {
        int flags = LinuxCalls.MAP_SHARED | (populate ? LinuxCalls.MAP_POPULATE : 0);
        long address = LinuxCalls.mmap(length, LinuxCalls.PROT_READ, flags, fd(), position);
        if (address == LinuxCalls.MAP_FAILED) {
            throw failure("mmap", length, position);
        }
        return new LinuxMapping(path, address, length);
    }

    @Override
    public void dropCache(long position, long length) throws IOException {
        int errno = LinuxCalls.fadvise(fd(), position, length, LinuxCalls.POSIX_FADV_DONTNEED);
        if (errno != 0) {
            throw new PosixException("posix_fadvise", path, errno);
        }
    }

    @Override
    public void close() throws IOException {
        int fd = descriptor.getAndSet(CLOSED);
        // Not repeated on EINTR: Linux has released the number by then.
        if (fd != CLOSED
                && LinuxCalls.close(fd) < 0
                && LinuxCalls.errno() != Errno.EINTR.number()) {
            throw new PosixException("close", path, LinuxCalls.errno());
        }
    }

    int fd() {
        int fd = descriptor.getPlain();
        if (fd == CLOSED) {
            throw new IllegalStateException("file is closed: " + path);
        }
        return fd;
    }

    private void requireNative(MemorySegment segment) {
        if (!segment.isNative()) {
            throw new IllegalArgumentException("not native memory, for " + path);
        }
    }

    private void failUnlessInterrupted(String call, long length, long position)
            throws PosixException {
        if (LinuxCalls.errno() != Errno.EINTR.number()) {
            throw failure(call, length, position);
        }
    }

    private PosixException failure(String call, long length, long position) {
        String detail = length + " bytes at offset " + position;
        return new PosixException(call, path, LinuxCalls.errno(), detail);
    }

    @Override
    public String toString() {
        return path + (direct ? " (direct)" : "");
    }
}
