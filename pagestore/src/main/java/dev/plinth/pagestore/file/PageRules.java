package dev.plinth.pagestore.file;

import dev.plinth.pagestore.DatabaseException;
import dev.plinth.pagestore.format.BranchPage;
import dev.plinth.pagestore.format.Bytes;
import dev.plinth.pagestore.format.LeafPage;
import dev.plinth.pagestore.format.PageHeader;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;

/**
 * What the bytes of a page have to be in one committed state, wherever they were read to: a mapping
 * or a buffer. Whatever they are, the outcome is a {@link DatabaseException.Corrupted} and never an
 * access outside of the run. Immutable; any thread.
 */
public final class PageRules {
    private final Path file;
    private final int pageSize;
    private final long highWaterMark;
    private final long readableEnd;
    private final boolean verifyKeyOrder;

    /**
     * The rules of a state.
     *
     * @param readableEnd first page that the file does not have
     */
    PageRules(
            Path file, int pageSize, long highWaterMark, long readableEnd, boolean verifyKeyOrder) {
        this.file = file;
        this.pageSize = pageSize;
        this.highWaterMark = highWaterMark;
        this.readableEnd = readableEnd;
        this.verifyKeyOrder = verifyKeyOrder;
    }

    /** First page that the state or the file does not have. */
    public long readableEnd() {
        return Math.min(readableEnd, Math.max(0, highWaterMark));
    }

    /** The page lies within the state and the file. */
    public void requireReadable(long page) {
        if (page < 0 || page >= highWaterMark) {
            throw corrupted(
                    page,
                    "page beyond the high water mark " + Long.toUnsignedString(highWaterMark));
        }
        if (page >= readableEnd) {
            throw corrupted(page, "page beyond the end of the file");
        }
    }

    /**
     * The page calls itself by its number and its run ends within the state and the file. Looks at
     * the header alone.
     */
    public void requireRun(MemorySegment bytes, long offset, long page) {
        long id = PageHeader.id(bytes, offset);
        if (id != page) {
            throw corrupted(
                    page,
                    "assertion failed: Page expected to be: "
                            + page
                            + ", but self identifies as "
                            + Long.toUnsignedString(id));
        }
        long overflow = PageHeader.overflow(bytes, offset);
        if (overflow >= readableEnd() - page) {
            throw corrupted(
                    page, overflow + " overflow pages reach beyond page " + (readableEnd() - 1));
        }
    }

    /** The run at an offset is a branch or a leaf, and each element lies within it. */
    public void requireTreePage(MemorySegment bytes, long offset, long page) {
        requireRun(bytes, offset, page);
        int flags = PageHeader.flags(bytes, offset);
        long end = offset + (PageHeader.overflow(bytes, offset) + 1) * pageSize;
        if (flags == PageHeader.LEAF) {
            requireLeaf(bytes, offset, end, page);
        } else if (flags == PageHeader.BRANCH) {
            requireBranch(bytes, offset, end, page);
        } else {
            throw corrupted(
                    page,
                    String.format(
                            "assertion failed: page %d: has unexpected type/flags: %x",
                            page, flags));
        }
    }

    /** The image of an inline bucket is a leaf within {@code length} bytes. */
    public void requireInline(MemorySegment bytes, long offset, long length, long page) {
        if (length < PageHeader.SIZE) {
            throw corrupted(page, "inline bucket of " + length + " bytes has no page header");
        }
        int flags = PageHeader.flags(bytes, offset);
        if (flags != PageHeader.LEAF) {
            throw corrupted(
                    page, String.format("inline bucket has unexpected type/flags: %x", flags));
        }
        requireLeaf(bytes, offset, offset + length, page);
    }

    private void requireLeaf(MemorySegment bytes, long offset, long end, long page) {
        int count = PageHeader.count(bytes, offset);
        checkElements(page, offset, count, end);
        for (int i = 0; i < count; i++) {
            long element = LeafPage.element(offset, i);
            long keySize = LeafPage.keySize(bytes, element);
            long valueSize = LeafPage.valueSize(bytes, element);
            long key = LeafPage.keyOffset(bytes, element);
            if (keySize < 0 || valueSize < 0 || key + keySize + valueSize > end) {
                throw corrupted(page, elementOutside(i, key - offset, keySize, valueSize));
            }
        }
        if (verifyKeyOrder) {
            for (int i = 1; i < count; i++) {
                long left = LeafPage.element(offset, i - 1);
                long right = LeafPage.element(offset, i);
                checkOrder(
                        bytes,
                        page,
                        i,
                        LeafPage.keyOffset(bytes, left),
                        LeafPage.keySize(bytes, left),
                        LeafPage.keyOffset(bytes, right),
                        LeafPage.keySize(bytes, right));
            }
        }
    }

    private void requireBranch(MemorySegment bytes, long offset, long end, long page) {
        int count = PageHeader.count(bytes, offset);
        if (count == 0) {
            throw corrupted(page, "branch page without elements");
        }
        checkElements(page, offset, count, end);
        for (int i = 0; i < count; i++) {
            long element = BranchPage.element(offset, i);
            long keySize = BranchPage.keySize(bytes, element);
            long key = BranchPage.keyOffset(bytes, element);
            if (keySize < 0 || key + keySize > end) {
                throw corrupted(page, elementOutside(i, key - offset, keySize, 0));
            }
            if (BranchPage.child(bytes, element) == page) {
                throw corrupted(page, "element " + i + " leads back to the page itself");
            }
        }
        if (verifyKeyOrder) {
            for (int i = 1; i < count; i++) {
                long left = BranchPage.element(offset, i - 1);
                long right = BranchPage.element(offset, i);
                checkOrder(
                        bytes,
                        page,
                        i,
                        BranchPage.keyOffset(bytes, left),
                        BranchPage.keySize(bytes, left),
                        BranchPage.keyOffset(bytes, right),
                        BranchPage.keySize(bytes, right));
            }
        }
    }

    private void checkElements(long page, long offset, int count, long end) {
        if (offset + PageHeader.SIZE + (long) count * LeafPage.ELEMENT_SIZE > end) {
            throw corrupted(page, count + " elements do not fit into " + (end - offset) + " bytes");
        }
    }

    private void checkOrder(
            MemorySegment bytes,
            long page,
            int index,
            long left,
            int leftSize,
            long right,
            int rightSize) {
        if (Bytes.compare(bytes, left, leftSize, bytes, right, rightSize) >= 0) {
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

    DatabaseException.Corrupted corrupted(long page, String finding) {
        return new DatabaseException.Corrupted(file, page, finding);
    }
}
