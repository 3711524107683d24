package dev.plinth.walio.io;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/**
 * A read-only shared view of a file, alive until {@link #close}. Any thread may read it.
 *
 * <p>Closing waits for a handshake with all threads of the program: close rarely, never on a hot
 * path. A read after that throws {@link IllegalStateException}, it does not crash.
 */
public interface Mapping extends AutoCloseable {
    /** The mapped bytes; read-only. */
    MemorySegment segment();

    /**
     * The mapped bytes with the life of {@code scope}: readers whose right to look ends before the
     * mapping does get a clear exception afterwards, without the cost of unmapping. The caller sees
     * to it that the scope is closed before the mapping.
     */
    default MemorySegment segment(Arena scope) {
        return segment().reinterpret(scope, null);
    }

    /** {@code madvise} for a part of it; the start is rounded down to a page. */
    void advise(Advice advice, long offset, long length) throws IOException;

    /** {@code mlock}: keeps a part of it in memory. */
    void lockInMemory(long offset, long length) throws IOException;

    /** Unmaps. Closing twice does nothing. */
    @Override
    void close();
}
