package dev.plinth.pagestore.file;

import dev.plinth.walio.io.DiskFile;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * The page images of one commit, in native memory, until they are written. Runs are handed out one
 * behind the other, so pages that are neighbours in the file, and were allocated in that order, are
 * neighbours in memory too and go out as one piece. Owned by the writer.
 */
public final class CommitBuffer {
    private static final int CHUNK_BYTES = 1 << 20;

    /** What a commit may leave allocated for the next. */
    private static final long RETAINED_BYTES_MAX = 64L << 20;

    /** A page id and the number of its run are packed into one long for sorting. */
    private static final int RUN_BITS = 24;

    /** What is written at a time, and then handed to the device. */
    private static final long PIECE_BYTES = 1 << 20;

    private static final int ALIGNMENT = 4096;

    private final int pageSize;
    private final List<Chunk> chunks = new ArrayList<>();
    private int chunk = -1;
    private long used;
    private long allocated;

    private long[] pages = new long[64];
    private long[] offsets = new long[64];
    private int[] lengths = new int[64];
    private int[] chunkOf = new int[64];
    private int runs;
    private int treeRuns = -1;

    private record Chunk(Arena arena, MemorySegment segment) {}

    /** An empty buffer for pages of that size. */
    public CommitBuffer(int pageSize) {
        this.pageSize = pageSize;
    }

    /** Adds a run; its bytes are undefined. */
    public void add(long page, long runLength) {
        long bytes = runLength * pageSize;
        if (chunk < 0 || used + bytes > chunks.get(chunk).segment.byteSize()) {
            nextChunk(bytes);
        }
        if (runs == pages.length) {
            pages = Arrays.copyOf(pages, runs * 2);
            offsets = Arrays.copyOf(offsets, runs * 2);
            lengths = Arrays.copyOf(lengths, runs * 2);
            chunkOf = Arrays.copyOf(chunkOf, runs * 2);
        }
        pages[runs] = page;
        offsets[runs] = used;
        lengths[runs] = Math.toIntExact(runLength);
        chunkOf[runs] = chunk;
        runs++;
        used += bytes;
    }

    private void nextChunk(long bytes) {
        chunk++;
        used = 0;
        while (chunk < chunks.size() && chunks.get(chunk).segment.byteSize() < bytes) {
            release(chunks.remove(chunk));
        }
        if (chunk == chunks.size()) {
            Arena arena = Arena.ofShared();
            MemorySegment segment = arena.allocate(Math.max(CHUNK_BYTES, bytes), ALIGNMENT);
            chunks.add(new Chunk(arena, segment));
            allocated += segment.byteSize();
        }
    }

    /** The memory of the run added last. */
    public MemorySegment segment() {
        return chunks.get(chunk).segment;
    }

    /** Where the run added last starts in {@link #segment}. */
    public long offset() {
        return offsets[runs - 1];
    }

    public int runCount() {
        return runs;
    }

    /** What is added from now on is not of the tree but of the list of free pages. */
    public void treeEnds() {
        treeRuns = runs;
    }

    /** Number of runs that hold pages of the tree; they come first. */
    public int treeRunCount() {
        return treeRuns < 0 ? runs : treeRuns;
    }

    /** First page of a run, in the order of adding. */
    public long page(int run) {
        return pages[run];
    }

    /** Pages of a run, in the order of adding. */
    public int runLength(int run) {
        return lengths[run];
    }

    /**
     * Writes all runs in the order of their pages, neighbours together.
     *
     * @param startEarly have the device begin with what is written while the rest is being written:
     *     when a sync will follow at once
     * @return number of write calls
     */
    public int writeTo(DiskFile file, boolean startEarly) throws IOException {
        long[] order = new long[runs];
        for (int i = 0; i < runs; i++) {
            assert pages[i] <= Long.MAX_VALUE >>> RUN_BITS && i < 1 << RUN_BITS;
            order[i] = pages[i] << RUN_BITS | i;
        }
        Arrays.sort(order);
        int calls = 0;
        int from = 0;
        long started = 0;
        long waiting = 0;
        List<MemorySegment> pieces = new ArrayList<>();
        while (from < runs) {
            int to = gather(order, from, pieces);
            long position = position(order, from);
            if (pieces.size() == 1) {
                file.pwrite(pieces.getFirst(), position);
            } else {
                file.pwritev(pieces, position);
            }
            calls++;
            for (MemorySegment piece : pieces) {
                waiting += piece.byteSize();
            }
            pieces.clear();
            from = to;
            if (startEarly && waiting >= PIECE_BYTES && from < runs) {
                long next = position(order, from);
                file.startWriteback(started, next - started);
                started = next;
                waiting = 0;
            }
        }
        return calls;
    }

    /** Collects runs that are neighbours in the file, joined where they are so in memory too. */
    private int gather(long[] order, int from, List<MemorySegment> pieces) {
        int first = run(order, from);
        long start = offsets[first];
        long end = start + bytes(first);
        int inChunk = chunkOf[first];
        long nextPage = pages[first] + lengths[first];
        int to = from + 1;
        long bytes = bytes(first);
        while (to < order.length && pages[run(order, to)] == nextPage && bytes < PIECE_BYTES) {
            int run = run(order, to);
            if (chunkOf[run] != inChunk || offsets[run] != end) {
                pieces.add(chunks.get(inChunk).segment.asSlice(start, end - start));
                inChunk = chunkOf[run];
                start = offsets[run];
                end = start;
            }
            end += bytes(run);
            bytes += bytes(run);
            nextPage += lengths[run];
            to++;
        }
        pieces.add(chunks.get(inChunk).segment.asSlice(start, end - start));
        return to;
    }

    private long position(long[] order, int index) {
        return (order[index] >>> RUN_BITS) * pageSize;
    }

    private static int run(long[] order, int index) {
        return (int) (order[index] & (1L << RUN_BITS) - 1);
    }

    private long bytes(int run) {
        return (long) lengths[run] * pageSize;
    }

    /** Forgets the runs; memory beyond a bound is given back. */
    public void reset() {
        while (allocated > RETAINED_BYTES_MAX) {
            release(chunks.removeLast());
        }
        chunk = -1;
        used = 0;
        runs = 0;
        treeRuns = -1;
    }

    private void release(Chunk released) {
        allocated -= released.segment.byteSize();
        released.arena.close();
    }

    /** Gives all memory back. */
    public void close() {
        while (!chunks.isEmpty()) {
            release(chunks.removeLast());
        }
        reset();
    }
}
