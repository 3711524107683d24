package dev.plinth.pagestore;

import dev.plinth.pagestore.file.PageRules;
import dev.plinth.pagestore.file.Pages;
import dev.plinth.pagestore.format.PageHeader;
import dev.plinth.walio.io.DiskFile;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/**
 * Reads runs of pages of a pinned state from a file into memory of its own, past the mapping, and
 * holds them against the rules. What lies next to a run is read with it when the caller says that
 * it comes next.
 *
 * <p>A run that is too long to be held, which is one huge value, is read through piece by piece, so
 * that the device has to give it, and its structure is looked at in the mapping.
 *
 * <p>One thread. A run is valid until the next {@link #load}.
 */
final class RunReader implements AutoCloseable {
    /** Bytes fetched at once. */
    static final int WINDOW_BYTES = 256 << 10;

    private static final int RUN_BYTES_MAX = 16 << 20;
    private static final int ALIGNMENT = 4096;

    private final DiskFile file;
    private final Pages pages;
    private final PageRules rules;
    private final int pageSize;
    private Arena arena = Arena.ofConfined();
    private MemorySegment window;
    private long firstPage;
    private long pageCount;
    private long readBytes;

    private MemorySegment bytes;
    private long offset;

    RunReader(DiskFile file, Pages pages) {
        this.file = file;
        this.pages = pages;
        this.rules = pages.rules();
        this.pageSize = pages.pageSize();
        this.window = arena.allocate(Math.max(WINDOW_BYTES, pageSize), ALIGNMENT);
        this.bytes = window;
    }

    /** Pages that one fetch can bring. */
    long windowPages() {
        return WINDOW_BYTES / pageSize;
    }

    /**
     * Reads and checks a branch or leaf.
     *
     * @param ahead pages from this one on that are worth reading at once; 1 for this one alone
     * @throws DatabaseException.Corrupted it is not what the state has there
     */
    void load(long page, long ahead) throws IOException {
        rules.requireReadable(page);
        if (!holds(page, 1)) {
            fetch(page, Math.min(ahead, rules.readableEnd() - page));
        }
        bytes = window;
        offset = (page - firstPage) * pageSize;
        rules.requireRun(bytes, offset, page);
        long length = PageHeader.overflow(bytes, offset) + 1;
        if (length * pageSize > RUN_BYTES_MAX) {
            readThrough(page, length);
            bytes = pages.map();
            offset = page * pageSize;
        } else if (!holds(page, length)) {
            fetch(page, length);
            bytes = window;
            offset = 0;
        }
        rules.requireTreePage(bytes, offset, page);
    }

    private boolean holds(long page, long length) {
        return page >= firstPage && page + length <= firstPage + pageCount;
    }

    private void fetch(long page, long wanted) throws IOException {
        long length = Math.max(1, wanted) * pageSize;
        if (length > window.byteSize()) {
            arena.close();
            arena = Arena.ofConfined();
            window = arena.allocate(length, ALIGNMENT);
        }
        pageCount = 0;
        firstPage = page;
        long read = file.pread(window.asSlice(0, length), page * pageSize);
        readBytes += read;
        pageCount = read / pageSize;
        if (pageCount == 0) {
            throw pages.corrupted(page, "page beyond the end of the file");
        }
    }

    private void readThrough(long page, long length) throws IOException {
        for (long done = 0; done < length; done += pageCount) {
            fetch(page + done, Math.min(windowPages(), length - done));
        }
        pageCount = 0;
    }

    /** Where the present run lies. */
    MemorySegment bytes() {
        return bytes;
    }

    /** Offset of the present run in {@link #bytes}. */
    long offset() {
        return offset;
    }

    /** Bytes read so far. */
    long readBytes() {
        return readBytes;
    }

    @Override
    public void close() {
        arena.close();
    }
}
