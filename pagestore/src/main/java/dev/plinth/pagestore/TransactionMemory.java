package dev.plinth.pagestore;

import dev.plinth.walio.io.Mapping;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import org.jspecify.annotations.Nullable;

/**
 * Checked slices of the mapping, whose life ends with the transaction: using one later throws
 * {@link IllegalStateException}. The scope behind them is made when the first slice is asked for,
 * so a transaction that works with views alone does not pay for it.
 */
final class TransactionMemory {
    private final Mapping mapping;
    private final boolean confined;
    private @Nullable Arena scope;
    private @Nullable MemorySegment bytes;
    private boolean closed;

    /**
     * The memory of one transaction.
     *
     * @param confined the transaction lives and ends in the thread that asks for slices: closing a
     *     confined scope costs nothing, closing a shared one a handshake with all threads
     */
    TransactionMemory(Mapping mapping, boolean confined) {
        this.mapping = mapping;
        this.confined = confined;
    }

    MemorySegment slice(long offset, long length) {
        return bytes().asSlice(offset, length);
    }

    private synchronized MemorySegment bytes() {
        if (closed) {
            throw new DatabaseException.TransactionClosed();
        }
        MemorySegment known = bytes;
        if (known == null) {
            Arena arena = confined ? Arena.ofConfined() : Arena.ofShared();
            known = mapping.segment(arena);
            scope = arena;
            bytes = known;
        }
        return known;
    }

    synchronized void close() {
        closed = true;
        if (scope != null) {
            scope.close();
            scope = null;
        }
    }
}
