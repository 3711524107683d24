package dev.plinth.pagestore.tree;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;

/**
 * The keys and values that a write transaction has put, in native memory, until its commit has
 * written them. Append-only within a transaction; {@link #reset} keeps the chunks for the next one.
 * Owned by the writer.
 *
 * <p>A place in the arena is named by a negative long: the sign tells it from an offset in the
 * mapping, the next 31 bits are the chunk, the low 32 bits the offset in it.
 */
public final class ByteArena {
    private static final int FIRST_CHUNK_BYTES = 64 << 10;
    private static final int CHUNK_BYTES_MAX = 8 << 20;

    /** What a transaction may leave allocated for the next. */
    private static final long RETAINED_BYTES_MAX = 64L << 20;

    private final List<Chunk> chunks = new ArrayList<>();
    private int current = -1;
    private long used;
    private long total;

    private record Chunk(Arena arena, MemorySegment segment) {}

    static boolean contains(long place) {
        return place < 0;
    }

    /** Reserves adjacent bytes; their content is undefined. */
    long reserve(long bytes) {
        if (current < 0 || used + bytes > chunks.get(current).segment.byteSize()) {
            nextChunk(bytes);
        }
        long place = Long.MIN_VALUE | (long) current << 32 | used;
        used += bytes;
        return place;
    }

    MemorySegment segment(long place) {
        return chunks.get((int) (place >>> 32) & 0x7FFF_FFFF).segment;
    }

    static long offset(long place) {
        return place & 0xFFFF_FFFFL;
    }

    private void nextChunk(long bytes) {
        current++;
        used = 0;
        while (current < chunks.size() && chunks.get(current).segment.byteSize() < bytes) {
            release(chunks.remove(current));
        }
        if (current == chunks.size()) {
            long grown =
                    chunks.isEmpty()
                            ? FIRST_CHUNK_BYTES
                            : Math.min(CHUNK_BYTES_MAX, chunks.getLast().segment.byteSize() * 2);
            Arena arena = Arena.ofShared();
            MemorySegment segment = arena.allocate(Math.max(grown, bytes), Long.BYTES);
            chunks.add(new Chunk(arena, segment));
            total += segment.byteSize();
        }
    }

    /** Forgets the content; memory beyond a bound is given back. */
    public void reset() {
        while (total > RETAINED_BYTES_MAX) {
            release(chunks.removeLast());
        }
        current = -1;
        used = 0;
    }

    private void release(Chunk chunk) {
        total -= chunk.segment.byteSize();
        chunk.arena.close();
    }

    /** Gives all memory back. */
    public void close() {
        while (!chunks.isEmpty()) {
            release(chunks.removeLast());
        }
        current = -1;
        used = 0;
    }
}
