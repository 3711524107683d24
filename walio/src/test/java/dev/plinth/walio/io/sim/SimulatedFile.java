package dev.plinth.walio.io.sim;

import dev.plinth.walio.io.AllocateMode;
import dev.plinth.walio.io.DiskFile;
import dev.plinth.walio.io.Errno;
import dev.plinth.walio.io.FileStatus;
import dev.plinth.walio.io.LockKind;
import dev.plinth.walio.io.Mapping;
import dev.plinth.walio.io.PosixException;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.List;

/** An open file of a {@link SimulatedDisk}. */
final class SimulatedFile implements DiskFile {
    /** What a direct transfer's memory, position and length must be multiples of. */
    private static final int DIRECT_ALIGNMENT = 512;

    private final SimulatedDisk disk;
    private final Inode.File inode;
    private final Path path;
    private final boolean readable;
    private final boolean writable;
    private final boolean direct;
    private boolean closed;

    SimulatedFile(
            SimulatedDisk disk,
            Inode.File inode,
            Path path,
            boolean readable,
            boolean writable,
            boolean direct) {
        this.disk = disk;
        this.inode = inode;
        this.path = path;
        this.readable = readable;
        this.writable = writable;
        this.direct = direct;
    }

    @Override
    public Path path() {
        return path;
    }

    @Override
    public long pread(MemorySegment target, long position) throws IOException {
        begin(CallKind.READ, "pread");
        requireTransfer(readable, "pread", target, target.byteSize(), position);
        synchronized (disk.lock) {
            return inode.content.read(target, position);
        }
    }

    @Override
    public void pwrite(MemorySegment source, long position) throws IOException {
        begin(CallKind.WRITE, "pwrite");
        requireTransfer(writable, "pwrite", source, source.byteSize(), position);
        write("pwrite", source, position);
    }

    private void write(String call, MemorySegment source, long position) throws IOException {
        synchronized (disk.lock) {
            long length = source.byteSize();
            long room = disk.freeBytes();
            long missing = inode.content.missingBytes(position, length);
            boolean fits = missing <= room;
            if (!fits) {
                // As a real one: what fits is written, then the call fails.
                long blocks = room / Content.BLOCK * Content.BLOCK;
                length = Math.min(length, Math.max(0, blocks - position % Content.BLOCK));
                while (inode.content.missingBytes(position, length) > room) {
                    length = Math.max(0, length - Content.BLOCK);
                }
            }
            inode.content.write(source.asSlice(0, length), position);
            inode.refreshMappings(position, length);
            disk.faults().onChange();
            if (!fits) {
                throw new PosixException(call, path, Errno.ENOSPC.number());
            }
        }
    }

    @Override
    public void pwritev(List<MemorySegment> sources, long position) throws IOException {
        long at = position;
        for (MemorySegment source : sources) {
            pwrite(source, at);
            at += source.byteSize();
        }
    }

    @Override
    public void pwriteDsync(MemorySegment source, long offsetInSource, long length, long position)
            throws IOException {
        MemorySegment part = source.asSlice(offsetInSource, length);
        if (disk.faults().isDurableWriteRefused()) {
            throw new PosixException("pwritev2", path, Errno.EOPNOTSUPP.number());
        }
        begin(CallKind.WRITE, "pwritev2");
        requireTransfer(writable, "pwritev2", part, length, position);
        write("pwritev2", part, position);
        beginSync("pwritev2");
        synchronized (disk.lock) {
            disk.faults().requirePower();
            inode.content.sync(position, length);
        }
    }

    @Override
    public void fdatasync() throws IOException {
        sync("fdatasync");
    }

    @Override
    public void fsync() throws IOException {
        sync("fsync");
    }

    private void sync(String call) throws IOException {
        beginSync(call);
        synchronized (disk.lock) {
            disk.faults().onChange();
            inode.content.sync();
        }
    }

    private void beginSync(String call) throws IOException {
        try {
            begin(CallKind.SYNC, call);
        } catch (PosixException e) {
            synchronized (disk.lock) {
                inode.content.abandon();
            }
            throw e;
        }
    }

    @Override
    public void fallocate(AllocateMode mode, long position, long length) throws IOException {
        begin(CallKind.ALLOCATE, "fallocate");
        require(writable, "fallocate", Errno.EBADF);
        require(!disk.faults().isAllocateRefused(), "fallocate", Errno.EOPNOTSUPP);
        require(length > 0 && position >= 0, "fallocate", Errno.EINVAL);
        synchronized (disk.lock) {
            Content content = inode.content;
            if (mode == AllocateMode.PUNCH_HOLE) {
                content.zero(position, length);
            } else {
                boolean fits = content.missingBytes(position, length) <= disk.freeBytes();
                require(fits, "fallocate", Errno.ENOSPC);
                content.allocate(position, length);
                if (mode == AllocateMode.ZERO_RANGE || mode == AllocateMode.ZERO_RANGE_KEEP_SIZE) {
                    content.zero(position, length);
                }
                if (mode == AllocateMode.EXTEND || mode == AllocateMode.ZERO_RANGE) {
                    content.extendTo(position + length);
                }
            }
            inode.refreshMappings(position, length);
            disk.faults().onChange();
        }
    }

    @Override
    public void ftruncate(long size) throws IOException {
        begin(CallKind.TRUNCATE, "ftruncate");
        require(writable, "ftruncate", Errno.EBADF);
        synchronized (disk.lock) {
            inode.content.truncate(size);
            inode.refreshMappings(size, Long.MAX_VALUE - size);
            disk.faults().onChange();
        }
    }

    @Override
    public long size() {
        requireOpen();
        synchronized (disk.lock) {
            return inode.content.size();
        }
    }

    @Override
    public FileStatus status() {
        requireOpen();
        synchronized (disk.lock) {
            return disk.status(inode);
        }
    }

    @Override
    public boolean tryLock(LockKind kind) {
        requireOpen();
        synchronized (disk.lock) {
            return inode.tryLock(this, kind);
        }
    }

    @Override
    public void lock(LockKind kind) {
        if (!tryLock(kind)) {
            throw new IllegalStateException("would wait for ever for the lock of " + path);
        }
    }

    @Override
    public void unlock(LockKind kind) {
        requireOpen();
        synchronized (disk.lock) {
            inode.unlock(this, kind);
        }
    }

    @Override
    public Mapping map(long position, long length, boolean populate) throws IOException {
        begin(CallKind.MAP, "mmap");
        require(length > 0, "mmap", Errno.EINVAL);
        synchronized (disk.lock) {
            SimulatedMapping mapping = new SimulatedMapping(position, length, this::forget);
            mapping.refresh(inode.content, position, length);
            inode.mappings.add(mapping);
            disk.mappings.add(mapping);
            return mapping;
        }
    }

    private void forget(SimulatedMapping mapping) {
        synchronized (disk.lock) {
            inode.mappings.remove(mapping);
            disk.mappings.remove(mapping);
        }
    }

    @Override
    public void startWriteback(long position, long length) {
        // What is not synced may be on the disk at any time in this model: nothing to add.
        requireOpen();
    }

    @Override
    public void awaitWriteback(long position, long length) {
        requireOpen();
    }

    @Override
    public void dropCache(long position, long length) {
        requireOpen();
    }

    @Override
    public void close() {
        synchronized (disk.lock) {
            if (!closed) {
                closed = true;
                disk.closed(this);
                for (LockKind kind : LockKind.values()) {
                    inode.unlock(this, kind);
                }
            }
        }
    }

    private void begin(CallKind kind, String call) throws PosixException {
        requireOpen();
        disk.faults().onCall(kind, call, path);
    }

    private void requireOpen() {
        disk.faults().requirePower();
        if (closed) {
            throw new IllegalStateException("file is closed: " + path);
        }
    }

    private void requireTransfer(
            boolean allowed, String call, MemorySegment memory, long length, long position)
            throws PosixException {
        if (!memory.isNative()) {
            throw new IllegalArgumentException("not native memory, for " + path);
        }
        require(allowed, call, Errno.EBADF);
        require(position >= 0, call, Errno.EINVAL);
        if (direct) {
            long misalignment = memory.address() | length | position;
            require(misalignment % DIRECT_ALIGNMENT == 0, call, Errno.EINVAL);
        }
    }

    private void require(boolean condition, String call, Errno otherwise) throws PosixException {
        if (!condition) {
            throw new PosixException(call, path, otherwise.number());
        }
    }
}
