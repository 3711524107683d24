package dev.plinth.pagestore;

import dev.plinth.pagestore.file.Pages;
import dev.plinth.pagestore.format.BranchPage;
import dev.plinth.pagestore.format.LeafPage;
import dev.plinth.pagestore.format.PageHeader;
import dev.plinth.pagestore.tree.BucketTree;
import java.lang.foreign.MemorySegment;

/**
 * Measures the committed pages of a bucket. Used bytes are taken from where the last element of a
 * page ends, as the reference does, which supposes that elements are packed.
 */
final class BucketMeasure {
    private final Pages pages;
    private final MemorySegment map;
    private final boolean inline;
    private long branchPages;
    private long branchOverflow;
    private long branchUsed;
    private long leafPages;
    private long leafOverflow;
    private long leafUsed;
    private long inlineUsed;
    private long keys;
    private int depth;
    private BucketStats nested = BucketStats.NONE;

    private BucketMeasure(Pages pages, boolean inline) {
        this.pages = pages;
        this.map = pages.map();
        this.inline = inline;
    }

    static BucketStats of(Pages pages, BucketTree tree) {
        return of(pages, tree, 0);
    }

    private static BucketStats of(Pages pages, BucketTree tree, int nesting) {
        BucketMeasure measure = new BucketMeasure(pages, tree.isInline());
        if (tree.isInline()) {
            measure.leaf(tree.committedRootOffset(), nesting);
            measure.depth = 1;
        } else {
            measure.page(tree.rootPage(), 0, nesting);
        }
        long pageSize = pages.pageSize();
        BucketStats own =
                new BucketStats(
                        measure.branchPages,
                        measure.branchOverflow,
                        measure.leafPages,
                        measure.leafOverflow,
                        measure.keys,
                        measure.depth + measure.nested.depth(),
                        (measure.branchPages + measure.branchOverflow) * pageSize,
                        measure.branchUsed,
                        (measure.leafPages + measure.leafOverflow) * pageSize,
                        measure.leafUsed,
                        1,
                        tree.isInline() ? 1 : 0,
                        measure.inlineUsed);
        return own.plus(measure.nested);
    }

    private void page(long page, int level, int nesting) {
        if (level > Pages.DEPTH_MAX || nesting > Pages.PATH_MAX) {
            throw pages.corrupted(page, "tree too deep: a cycle of pages");
        }
        depth = Math.max(depth, level + 1);
        int flags = PageHeader.flags(map, pages.validateRun(page));
        if (flags == PageHeader.META || flags == PageHeader.FREELIST) {
            // Damage that the check reports; it holds no keys to be measured.
            return;
        }
        long offset = pages.locate(page);
        if (flags == PageHeader.LEAF) {
            leaf(offset, nesting);
        } else {
            branch(offset, level, nesting);
        }
    }

    private void branch(long offset, int level, int nesting) {
        int count = PageHeader.count(map, offset);
        long last = BranchPage.element(offset, count - 1);
        branchPages++;
        branchOverflow += PageHeader.overflow(map, offset);
        branchUsed += BranchPage.keyOffset(map, last) + BranchPage.keySize(map, last) - offset;
        for (int i = 0; i < count; i++) {
            page(BranchPage.child(map, BranchPage.element(offset, i)), level + 1, nesting);
        }
    }

    private void leaf(long offset, int nesting) {
        int count = PageHeader.count(map, offset);
        keys += count;
        long used = PageHeader.SIZE;
        if (count > 0) {
            long last = LeafPage.element(offset, count - 1);
            used = LeafPage.valueOffset(map, last) + LeafPage.valueSize(map, last) - offset;
        }
        if (inline) {
            inlineUsed += used;
            return;
        }
        leafPages++;
        leafUsed += used;
        leafOverflow += PageHeader.overflow(map, offset);
        for (int i = 0; i < count; i++) {
            long element = LeafPage.element(offset, i);
            if (LeafPage.isBucket(map, element)) {
                BucketTree child =
                        BucketTree.ofValue(
                                pages,
                                null,
                                offset / pages.pageSize(),
                                LeafPage.valueOffset(map, element),
                                LeafPage.valueSize(map, element));
                nested = nested.plus(of(pages, child, nesting + 1));
            }
        }
    }
}
