package dev.plinth.walio.io;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicBoolean;

/** A mapping of {@code mmap(2)}, unmapped when its arena is closed. Any thread. */
final class LinuxMapping implements Mapping {
    private static final long PAGE = 4096;

    private final Path path;
    private final Arena arena = Arena.ofShared();
    private final AtomicBoolean closed = new AtomicBoolean();
    private final long address;
    private final MemorySegment segment;

    LinuxMapping(Path path, long address, long length) {
        this.path = path;
        this.address = address;
        this.segment =
                MemorySegment.ofAddress(address)
                        .reinterpret(
                                length, arena, s -> LinuxCalls.munmap(s.address(), s.byteSize()))
                        .asReadOnly();
    }

    @Override
    public MemorySegment segment() {
        return segment;
    }

    @Override
    public void advise(Advice advice, long offset, long length) throws IOException {
        long start = pageStart(offset, length);
        long bytes = offset + length - start;
        if (LinuxCalls.madvise(address + start, bytes, advice.value) < 0) {
            throw new PosixException("madvise", path, LinuxCalls.errno());
        }
    }

    @Override
    public void lockInMemory(long offset, long length) throws IOException {
        long start = pageStart(offset, length);
        if (LinuxCalls.mlock(address + start, offset + length - start) < 0) {
            throw new PosixException("mlock", path, LinuxCalls.errno());
        }
    }

    private long pageStart(long offset, long length) {
        Objects.checkFromIndexSize(offset, length, segment.byteSize());
        if (closed.get()) {
            throw new IllegalStateException("mapping is closed: " + path);
        }
        return offset - offset % PAGE;
    }

    @Override
    public void close() {
        if (closed.compareAndSet(false, true)) {
            arena.close();
        }
    }
}
