package dev.plinth.pagestore.file;

import dev.plinth.pagestore.DatabaseException;
import dev.plinth.pagestore.format.PageHeader;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;

/**
 * The tree pages of one committed state, read through one mapping of the file. Immutable; any
 * thread.
 *
 * <p>{@link #locate} is the only way from a page id to bytes. The first access validates the whole
 * run: id, kind, length, and that each element lies within it. After that accessors may trust
 * counts, positions and sizes of that page. The file is hostile until then: whatever it holds, the
 * outcome is a {@link DatabaseException.Corrupted} and never an access outside the mapping.
 */
public final class Pages {
    /** A tree of more levels has a cycle: a level at least doubles the number of pages. */
    public static final int DEPTH_MAX = 64;

    /** Buckets in buckets, with their trees: beyond it a walk from the root is given up. */
    public static final int PATH_MAX = 640;

    private final Path file;
    private final MemorySegment map;
    private final int pageSize;
    private final long highWaterMark;
    private final CheckedPages checked;
    private final PageRules rules;

    /**
     * The pages below a high water mark.
     *
     * @param fileBytes length of the file: a page beyond it is not touched
     */
    public Pages(
            Path file,
            MemorySegment map,
            int pageSize,
            long highWaterMark,
            long fileBytes,
            CheckedPages checked,
            boolean verifyKeyOrder) {
        this.file = file;
        this.map = map;
        this.pageSize = pageSize;
        this.highWaterMark = highWaterMark;
        long readableEnd = Math.min(fileBytes, map.byteSize()) / pageSize;
        this.checked = checked;
        this.rules = new PageRules(file, pageSize, highWaterMark, readableEnd, verifyKeyOrder);
    }

    public Path file() {
        return file;
    }

    /** The mapping: page n starts at n times the page size. */
    public MemorySegment map() {
        return map;
    }

    public int pageSize() {
        return pageSize;
    }

    public long highWaterMark() {
        return highWaterMark;
    }

    /** First page that this view cannot read: the end of the file or of the state. */
    public long readableEnd() {
        return rules.readableEnd();
    }

    /**
     * The offset of a branch or leaf page in {@link #map}.
     *
     * @throws DatabaseException.Corrupted if the page cannot be trusted
     */
    public long locate(long page) {
        if (!checked.contains(page)) {
            validateTreePage(page);
            checked.add(page);
        }
        return page * pageSize;
    }

    /** Number of pages of the run at an offset that {@link #locate} returned. */
    public long runLength(long offset) {
        return PageHeader.overflow(map, offset) + 1;
    }

    private void validateTreePage(long page) {
        rules.requireReadable(page);
        rules.requireTreePage(map, page * pageSize, page);
    }

    /**
     * Tests that the page lies within state and file, calls itself by its number and ends within
     * the state and the file.
     *
     * @return the offset of the page
     */
    public long validateRun(long page) {
        rules.requireReadable(page);
        rules.requireRun(map, page * pageSize, page);
        return page * pageSize;
    }

    /** Tests the image of an inline bucket: a leaf within {@code length} bytes. */
    public void validateInline(long page, long offset, long length) {
        rules.requireInline(map, offset, length, page);
    }

    /** What a page of this state has to be, wherever its bytes were read to. */
    public PageRules rules() {
        return rules;
    }

    public DatabaseException.Corrupted corrupted(long page, String finding) {
        return rules.corrupted(page, finding);
    }
}
