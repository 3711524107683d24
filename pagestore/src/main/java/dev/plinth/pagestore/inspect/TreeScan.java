package dev.plinth.pagestore.inspect;

import dev.plinth.pagestore.DatabaseException.Corrupted;
import dev.plinth.pagestore.file.Pages;
import dev.plinth.pagestore.format.BranchPage;
import dev.plinth.pagestore.format.BucketHeader;
import dev.plinth.pagestore.format.Bytes;
import dev.plinth.pagestore.format.LeafPage;
import dev.plinth.pagestore.format.PageHeader;
import dev.plinth.pagestore.inspect.TreePages.TreePage;
import java.lang.foreign.MemorySegment;
import java.util.BitSet;

/**
 * Visits every page that the trees of a state reach, each once, and goes on where one cannot be
 * read. One bit of memory for each page of the file.
 */
final class TreeScan {
    /** Levels of all nested trees together. */
    private static final int LEVEL_MAX = 4 * Pages.DEPTH_MAX;

    private final Pages pages;
    private final MemorySegment map;
    private final TreePages visitor;
    private final BitSet seen = new BitSet();
    private int topLevelBuckets;

    TreeScan(Pages pages, TreePages visitor) {
        this.pages = pages;
        this.map = pages.map();
        this.visitor = visitor;
    }

    void run(long root) {
        page(root, TreePages.ROOT_BUCKET, 0);
    }

    private void page(long page, int bucket, int level) {
        long offset;
        try {
            offset = pages.locate(page);
            if (page > Integer.MAX_VALUE || level > LEVEL_MAX || seen.get((int) page)) {
                return;
            }
        } catch (Corrupted e) {
            visitor.unreadable(page);
            return;
        }
        seen.set((int) page);
        if (PageHeader.isLeaf(map, offset)) {
            leaf(page, offset, bucket, level);
        } else {
            branch(page, offset, bucket, level);
        }
    }

    private void branch(long page, long offset, int bucket, int level) {
        int count = PageHeader.count(map, offset);
        long last = BranchPage.element(offset, count - 1);
        long used = BranchPage.keyOffset(map, last) + BranchPage.keySize(map, last) - offset;
        long overflow = PageHeader.overflow(map, offset);
        visitor.page(new TreePage(page, bucket, true, level, count, 0, overflow, used));
        for (int i = 0; i < count; i++) {
            page(BranchPage.child(map, BranchPage.element(offset, i)), bucket, level + 1);
        }
    }

    private void leaf(long page, long offset, int bucket, int level) {
        int count = PageHeader.count(map, offset);
        int buckets = 0;
        for (int i = 0; i < count; i++) {
            buckets += LeafPage.isBucket(map, LeafPage.element(offset, i)) ? 1 : 0;
        }
        long used = PageHeader.SIZE;
        if (count > 0) {
            long last = LeafPage.element(offset, count - 1);
            used = LeafPage.valueOffset(map, last) + LeafPage.valueSize(map, last) - offset;
        }
        long overflow = PageHeader.overflow(map, offset);
        visitor.page(
                new TreePage(page, bucket, false, level, count, count - buckets, overflow, used));
        for (int i = 0; buckets > 0 && i < count; i++) {
            long element = LeafPage.element(offset, i);
            if (LeafPage.isBucket(map, element)) {
                bucket(page, element, bucket, level);
            }
        }
    }

    private void bucket(long page, long element, int parent, int level) {
        int valueSize = LeafPage.valueSize(map, element);
        if (valueSize < BucketHeader.SIZE) {
            visitor.unreadable(page);
            return;
        }
        long value = LeafPage.valueOffset(map, element);
        long root = BucketHeader.root(map, value);
        int inlineKeys = 0;
        if (root == 0) {
            try {
                long image = value + BucketHeader.SIZE;
                pages.validateInline(page, image, (long) valueSize - BucketHeader.SIZE);
                inlineKeys = PageHeader.count(map, image);
            } catch (Corrupted e) {
                visitor.unreadable(page);
                return;
            }
        }
        int owner = parent;
        if (parent == TreePages.ROOT_BUCKET) {
            owner = topLevelBuckets++;
            byte[] name =
                    Bytes.copy(
                            map, LeafPage.keyOffset(map, element), LeafPage.keySize(map, element));
            visitor.topLevelBucket(owner, name, inlineKeys);
        } else {
            visitor.nestedBucket(owner, inlineKeys);
        }
        if (root != 0) {
            page(root, owner, parent == TreePages.ROOT_BUCKET ? 0 : level + 1);
        }
    }
}
