package dev.plinth.pagestore;

import dev.plinth.pagestore.file.Pages;
import dev.plinth.pagestore.format.BranchPage;
import dev.plinth.pagestore.format.LeafPage;
import dev.plinth.pagestore.format.PageHeader;
import java.lang.foreign.MemorySegment;

/**
 * Finds neighbouring leaves whose content fits into fewer pages. Only committed pages are read; one
 * thread.
 *
 * <p>A join must save at least one page of {@value #WIDTH_PER_SAVED_PAGE}, or it would write more
 * than it is worth. How many pages a join gives is counted as {@code tree.Split} cuts, so a join
 * that was found makes the file smaller, and the search for joins comes to an end.
 */
final class LeafJoins {
    /** Leaves that are joined at a time: a step stays short. */
    private static final int WIDTH_MAX = 16;

    private static final int WIDTH_PER_SAVED_PAGE = 8;

    /** As a cut leaves them in each page. */
    private static final int KEYS_MIN = 2;

    private final Pages pages;
    private final MemorySegment map;
    private final long thresholdBytes;

    // Of the join that is being looked at.
    private long fullPages;
    private long pieceBytes;
    private int pieceKeys;

    /** Told of a join. */
    @FunctionalInterface
    interface Found {
        /** Leaves that a branch lists side by side, by the place of the first one there. */
        void leaves(int first, int count);
    }

    LeafJoins(Pages pages, double fillPercent) {
        this.pages = pages;
        this.map = pages.map();
        this.thresholdBytes = (long) (pages.pageSize() * fillPercent);
    }

    /** Looks at the children of a branch; does nothing if they are branches. */
    void find(long branch, Found found) {
        int count = PageHeader.count(map, branch);
        int first = 0;
        while (first + 1 < count) {
            int width = bestWidth(branch, first, Math.min(WIDTH_MAX, count - first));
            if (width > 0) {
                found.leaves(first, width);
            }
            first += Math.max(1, width);
        }
    }

    /** How many leaves to join from one on; 0 for none. */
    private int bestWidth(long branch, int first, int widthMax) {
        fullPages = 0;
        pieceBytes = PageHeader.SIZE;
        pieceKeys = 0;
        long saved = 0;
        int best = 0;
        for (int width = 1; width <= widthMax; width++) {
            long child = BranchPage.child(map, BranchPage.element(branch, first + width - 1));
            long leaf = pages.locate(child);
            if (!PageHeader.isLeaf(map, leaf) || PageHeader.overflow(map, leaf) > 0) {
                break;
            }
            take(leaf);
            long now = width - fullPages - pagesOf(pieceBytes);
            if (now > saved && now * WIDTH_PER_SAVED_PAGE >= width) {
                saved = now;
                best = width;
            }
        }
        return best;
    }

    private void take(long leaf) {
        int count = PageHeader.count(map, leaf);
        for (int i = 0; i < count; i++) {
            long element = LeafPage.element(leaf, i);
            long bytes =
                    (long) LeafPage.ELEMENT_SIZE
                            + LeafPage.keySize(map, element)
                            + LeafPage.valueSize(map, element);
            if (pieceKeys >= KEYS_MIN && pieceBytes + bytes > thresholdBytes) {
                fullPages += pagesOf(pieceBytes);
                pieceBytes = PageHeader.SIZE;
                pieceKeys = 0;
            }
            pieceBytes += bytes;
            pieceKeys++;
        }
    }

    private long pagesOf(long bytes) {
        return (bytes + pages.pageSize() - 1) / pages.pageSize();
    }
}
