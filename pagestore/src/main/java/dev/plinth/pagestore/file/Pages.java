package dev.plinth.pagestore.file;

import dev.plinth.pagestore.DatabaseException;
import dev.plinth.pagestore.format.BranchPage;
import dev.plinth.pagestore.format.Bytes;
import dev.plinth.pagestore.format.LeafPage;
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
    private final long readableEnd;
    private final CheckedPages checked;
    private final boolean verifyKeyOrder;

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
        this.readableEnd = Math.min(fileBytes, map.byteSize()) / pageSize;
        this.checked = checked;
        this.verifyKeyOrder = verifyKeyOrder;
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
        return Math.min(readableEnd, Math.max(0, highWaterMark));
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
        long offset = validateRun(page);
        int flags = PageHeader.flags(map, offset);
        long end = offset + (PageHeader.overflow(map, offset) + 1) * pageSize;
        if (flags == PageHeader.LEAF) {
            validateLeaf(page, offset, end);
        } else if (flags == PageHeader.BRANCH) {
            validateBranch(page, offset, end);
        } else {
            throw corrupted(
                    page,
                    String.format(
                            "assertion failed: page %d: has unexpected type/flags: %x",
                            page, flags));
        }
    }

    /**
     * Tests that the page lies within state and file, calls itself by its number and ends within
     * the state and the file.
     *
     * @return the offset of the page
     */
    public long validateRun(long page) {
        if (page < 0 || page >= highWaterMark) {
            throw corrupted(
                    page,
                    "page beyond the high water mark " + Long.toUnsignedString(highWaterMark));
        }
        if (page >= readableEnd) {
            throw corrupted(page, "page beyond the end of the file");
        }
        long offset = page * pageSize;
        long id = PageHeader.id(map, offset);
        if (id != page) {
            throw corrupted(
                    page,
                    "assertion failed: Page expected to be: "
                            + page
                            + ", but self identifies as "
                            + Long.toUnsignedString(id));
        }
        long overflow = PageHeader.overflow(map, offset);
        if (overflow >= readableEnd() - page) {
            throw corrupted(
                    page, overflow + " overflow pages reach beyond page " + (readableEnd() - 1));
        }
        return offset;
    }

    /** Tests the image of an inline bucket: a leaf within {@code length} bytes. */
    public void validateInline(long page, long offset, long length) {
        if (length < PageHeader.SIZE) {
            throw corrupted(page, "inline bucket of " + length + " bytes has no page header");
        }
        int flags = PageHeader.flags(map, offset);
        if (flags != PageHeader.LEAF) {
            throw corrupted(
                    page, String.format("inline bucket has unexpected type/flags: %x", flags));
        }
        validateLeaf(page, offset, offset + length);
    }

    private void validateLeaf(long page, long offset, long end) {
        int count = PageHeader.count(map, offset);
        checkElements(page, offset, count, end);
        for (int i = 0; i < count; i++) {
            long element = LeafPage.element(offset, i);
            long keySize = LeafPage.keySize(map, element);
            long valueSize = LeafPage.valueSize(map, element);
            long key = LeafPage.keyOffset(map, element);
            if (keySize < 0 || valueSize < 0 || key + keySize + valueSize > end) {
                throw corrupted(page, elementOutside(i, key - offset, keySize, valueSize));
            }
        }
        if (verifyKeyOrder) {
            for (int i = 1; i < count; i++) {
                long left = LeafPage.element(offset, i - 1);
                long right = LeafPage.element(offset, i);
                checkOrder(
                        page,
                        i,
                        LeafPage.keyOffset(map, left),
                        LeafPage.keySize(map, left),
                        LeafPage.keyOffset(map, right),
                        LeafPage.keySize(map, right));
            }
        }
    }

    private void validateBranch(long page, long offset, long end) {
        int count = PageHeader.count(map, offset);
        if (count == 0) {
            throw corrupted(page, "branch page without elements");
        }
        checkElements(page, offset, count, end);
        for (int i = 0; i < count; i++) {
            long element = BranchPage.element(offset, i);
            long keySize = BranchPage.keySize(map, element);
            long key = BranchPage.keyOffset(map, element);
            if (keySize < 0 || key + keySize > end) {
                throw corrupted(page, elementOutside(i, key - offset, keySize, 0));
            }
            if (BranchPage.child(map, element) == page) {
                throw corrupted(page, "element " + i + " leads back to the page itself");
            }
        }
        if (verifyKeyOrder) {
            for (int i = 1; i < count; i++) {
                long left = BranchPage.element(offset, i - 1);
                long right = BranchPage.element(offset, i);
                checkOrder(
                        page,
                        i,
                        BranchPage.keyOffset(map, left),
                        BranchPage.keySize(map, left),
                        BranchPage.keyOffset(map, right),
                        BranchPage.keySize(map, right));
            }
        }
    }

    private void checkElements(long page, long offset, int count, long end) {
        if (offset + PageHeader.SIZE + (long) count * LeafPage.ELEMENT_SIZE > end) {
            throw corrupted(page, count + " elements do not fit into " + (end - offset) + " bytes");
        }
    }

    private void checkOrder(
            long page, int index, long left, int leftSize, long right, int rightSize) {
        if (Bytes.compare(map, left, leftSize, map, right, rightSize) >= 0) {
            throw corrupted(page, "key " + index + " is not above the key before it");
        }
    }

    private static String elementOutside(int index, long position, long keySize, long valueSize) {
        return "element "
                + index
                + " reaches outside of its page: key at "
                + position
                + ", key size "
                + keySize
                + ", value size "
                + valueSize;
    }

    public DatabaseException.Corrupted corrupted(long page, String finding) {
        return new DatabaseException.Corrupted(file, page, finding);
    }
}
