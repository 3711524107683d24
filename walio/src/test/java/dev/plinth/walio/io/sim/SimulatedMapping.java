package dev.plinth.walio.io.sim;

import dev.plinth.walio.io.Advice;
import dev.plinth.walio.io.Mapping;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;

/** A copy of a range of a simulated file that is kept up to date by the writes to it. */
final class SimulatedMapping implements Mapping {
    private final Arena arena = Arena.ofShared();
    private final AtomicBoolean closed = new AtomicBoolean();
    private final long start;
    private final MemorySegment bytes;
    private final Runnable onClose;

    SimulatedMapping(long start, long length, Consumer<SimulatedMapping> onClose) {
        this.start = start;
        this.bytes = arena.allocate(length, 4096);
        this.onClose = () -> onClose.accept(this);
    }

    void refresh(Content content, long position, long length) {
        long from = Math.max(start, position);
        long to = Math.min(start + bytes.byteSize(), position + length);
        if (from < to) {
            MemorySegment window = bytes.asSlice(from - start, to - from);
            long read = content.read(window, from);
            window.asSlice(read).fill((byte) 0);
        }
    }

    @Override
    public MemorySegment segment() {
        return bytes.asReadOnly();
    }

    @Override
    public void advise(Advice advice, long offset, long length) {
        Objects.checkFromIndexSize(offset, length, bytes.byteSize());
    }

    @Override
    public void lockInMemory(long offset, long length) {
        Objects.checkFromIndexSize(offset, length, bytes.byteSize());
    }

    @Override
    public void close() {
        if (closed.compareAndSet(false, true)) {
            onClose.run();
            arena.close();
        }
    }
}
