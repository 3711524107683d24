package dev.plinth.pagestore.inspect;

import dev.plinth.pagestore.file.Pages;
import dev.plinth.pagestore.format.BranchPage;
import dev.plinth.pagestore.format.BucketHeader;
import dev.plinth.pagestore.format.Bytes;
import dev.plinth.pagestore.format.LeafPage;
import dev.plinth.pagestore.format.PageHeader;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.function.Consumer;

/**
 * Walks over trees in the order in which the pages list their elements, and reads files that are
 * damaged as far as they can be: pages that are neither branch nor leaf are passed over, keys may
 * be out of order, pages may be reached twice. What leads in circles or to more pages than the file
 * has is refused, so that a walk takes time by the file's size and not by its pretensions.
 */
final class TreeWalk {
    private static final long VISITS_PER_PAGE_MAX = 4;
    private static final long VISITS_MIN = 1024;

    private final Pages pages;
    private final MemorySegment map;
    private long visitsLeft;

    TreeWalk(Pages pages) {
        this.pages = pages;
        this.map = pages.map();
        this.visitsLeft = VISITS_MIN + VISITS_PER_PAGE_MAX * pages.readableEnd();
    }

    /**
     * Where a bucket's tree begins: at a page, or at an image within the page that holds the entry.
     *
     * @param page root page; 0 for an inline bucket
     * @param holder page with the image
     * @param offset of the image in the map
     * @param length bytes of the image
     */
    record Root(long page, long holder, long offset, long length) {
        static Root at(long page) {
            return new Root(page, 0, 0, 0);
        }

        boolean isInline() {
            return page == 0;
        }
    }

    /** Sees each page of a tree once for each place that leads to it. */
    interface PageVisitor {
        /**
         * A page, parents before children.
         *
         * @param page id; 0 for the image of an inline bucket
         * @param offset of the page in the map
         * @param depth 0 for the root
         */
        void page(long page, long offset, int depth);
    }

    MemorySegment map() {
        return map;
    }

    Pages pages() {
        return pages;
    }

    /** Visits the pages of one bucket's tree, not those of the buckets in it. */
    void pages(Root root, PageVisitor visitor) {
        if (root.isInline()) {
            pages.validateInline(root.holder, root.offset, root.length);
            visitor.page(0, root.offset, 0);
        } else {
            visit(root.page, 0, new long[Pages.DEPTH_MAX + 1], visitor);
        }
    }

    private void visit(long page, int depth, long[] path, PageVisitor visitor) {
        if (depth > Pages.DEPTH_MAX) {
            throw pages.corrupted(page, "tree deeper than " + Pages.DEPTH_MAX + " levels");
        }
        if (visitsLeft-- == 0) {
            throw pages.corrupted(page, "the tree leads to more pages than the file has");
        }
        for (int i = 0; i < depth; i++) {
            if (path[i] == page) {
                throw pages.corrupted(page, "the page leads back to itself");
            }
        }
        path[depth] = page;
        long offset = pages.validateRun(page);
        int flags = PageHeader.flags(map, offset);
        switch (flags) {
            case PageHeader.LEAF -> {
                pages.locate(page);
                visitor.page(page, offset, depth);
            }
            case PageHeader.BRANCH -> {
                pages.locate(page);
                visitor.page(page, offset, depth);
                int count = PageHeader.count(map, offset);
                for (int i = 0; i < count; i++) {
                    long child = BranchPage.child(map, BranchPage.element(offset, i));
                    visit(child, depth + 1, path, visitor);
                }
            }
            case PageHeader.META, PageHeader.FREELIST -> visitor.page(page, offset, depth);
            default ->
                    throw pages.corrupted(
                            page,
                            String.format(
                                    "assertion failed: page %d: has unexpected type/flags: %x",
                                    page, flags));
        }
    }

    /** An element of a leaf page; valid during the call. */
    final class Entry {
        private final long page;
        private final long element;

        private Entry(long page, long element) {
            this.page = page;
            this.element = element;
        }

        boolean isBucket() {
            return LeafPage.isBucket(map, element);
        }

        byte[] key() {
            return Bytes.copy(
                    map, LeafPage.keyOffset(map, element), LeafPage.keySize(map, element));
        }

        boolean keyStartsWith(byte[] prefix) {
            byte[] key = key();
            return key.length >= prefix.length
                    && Arrays.equals(key, 0, prefix.length, prefix, 0, prefix.length);
        }

        Root bucketRoot() {
            int valueSize = LeafPage.valueSize(map, element);
            if (valueSize < BucketHeader.SIZE) {
                throw pages.corrupted(page, "bucket value is shorter than its header");
            }
            long value = LeafPage.valueOffset(map, element);
            return new Root(
                    BucketHeader.root(map, value),
                    page,
                    value + BucketHeader.SIZE,
                    (long) valueSize - BucketHeader.SIZE);
        }
    }

    /** Visits the elements of one bucket. */
    void entries(Root root, Consumer<Entry> visitor) {
        pages(
                root,
                (page, offset, depth) ->
                        entriesOf(root.isInline() ? root.holder : page, offset, visitor));
    }

    /** Visits the elements of a page that a walk has just visited. */
    void entriesOf(long page, long offset, Consumer<Entry> visitor) {
        if (PageHeader.isLeaf(map, offset)) {
            int count = PageHeader.count(map, offset);
            for (int i = 0; i < count; i++) {
                visitor.accept(new Entry(page, LeafPage.element(offset, i)));
            }
        }
    }
}
