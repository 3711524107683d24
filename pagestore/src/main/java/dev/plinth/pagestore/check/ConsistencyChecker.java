package dev.plinth.pagestore.check;

import dev.plinth.pagestore.DatabaseException.Corrupted;
import dev.plinth.pagestore.check.Finding.Kind;
import dev.plinth.pagestore.file.Pages;
import dev.plinth.pagestore.format.BranchPage;
import dev.plinth.pagestore.format.BucketHeader;
import dev.plinth.pagestore.format.LeafPage;
import dev.plinth.pagestore.format.Meta;
import dev.plinth.pagestore.format.PageHeader;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/**
 * Checks one state of a file. First the list of free pages, then bucket by bucket, parents before
 * children: that each page is reached once and is not free, then the order of its keys. Last, that
 * no page is neither reached nor free; this is left out when a part of the tree could not be read,
 * because then the pages below that part are not known.
 *
 * <p>Keeps some bits for each page of the file. Branches that are reached again are not entered
 * again, so that a file made to lead in circles, or to many places many times, is checked in the
 * time that its size asks for. Single use, one thread.
 */
public final class ConsistencyChecker {
    private final Pages pages;
    private final Meta meta;
    private final MemorySegment map;
    private final long[] freePages;
    private final CheckOptions options;
    private final PageBits freed;
    private final PageBits reached;
    private final PageBits unreadable;
    private final CheckReport report;
    private boolean hasUnreadable;

    /**
     * A check of the state that {@code meta} describes.
     *
     * @param freePages ids of free and pending pages, ascending, duplicates kept
     * @param findings called for each finding, in order
     */
    public ConsistencyChecker(
            Pages pages,
            Meta meta,
            long[] freePages,
            CheckOptions options,
            Consumer<Finding> findings) {
        this.pages = pages;
        this.meta = meta;
        this.map = pages.map();
        this.freePages = freePages;
        this.options = options;
        this.freed = new PageBits(pages.readableEnd());
        this.reached = new PageBits(pages.readableEnd());
        this.unreadable = new PageBits(pages.readableEnd());
        this.report = new CheckReport(findings, options.printableKeys());
    }

    /** Runs the check. */
    public void run() {
        checkFreePages();
        markFixedPages();
        if (options.startPage() == 0) {
            bucket(meta.root(), 0);
            if (!hasUnreadable) {
                checkUnreached();
            }
        } else if (options.startPage() < 2
                || Long.compareUnsigned(options.startPage(), meta.highWaterMark()) >= 0) {
            report.add(
                    Kind.OUT_OF_BOUNDS,
                    options.startPage(),
                    String.format(
                            "page ID (%s) out of range [%d, %d)",
                            Long.toUnsignedString(options.startPage()), 2, meta.highWaterMark()));
        } else {
            bucket(options.startPage(), 0);
        }
    }

    private void checkFreePages() {
        for (int i = 0; i < freePages.length; i++) {
            long page = freePages[i];
            if (page < 2 || page >= meta.highWaterMark()) {
                report.add(
                        Kind.FREE_OUT_OF_RANGE,
                        page,
                        String.format(
                                "page %s: free but out of range [2, %d)",
                                Long.toUnsignedString(page), meta.highWaterMark()));
            } else if (!freed.add(page) && i > 0 && freePages[i - 1] == page) {
                report.add(Kind.FREED_TWICE, page, String.format("page %d: already freed", page));
            }
        }
    }

    private void markFixedPages() {
        for (long page = 0; page < 2; page++) {
            reached.add(page);
            readable(page);
        }
        if (meta.isFreelistPersisted()) {
            try {
                long offset = pages.validateRun(meta.freelist());
                for (long i = 0; i < pages.runLength(offset); i++) {
                    reached.add(meta.freelist() + i);
                }
            } catch (Corrupted e) {
                unreadable(e);
            }
        }
    }

    private void checkUnreached() {
        long end = Math.min(meta.highWaterMark(), pages.readableEnd());
        for (long page = 0; page < end; page++) {
            if (!reached.contains(page) && !freed.contains(page)) {
                report.add(
                        Kind.UNREACHABLE,
                        page,
                        String.format("page %d: unreachable unfreed", page));
            }
        }
        if (end < meta.highWaterMark()) {
            report.add(
                    Kind.OUT_OF_BOUNDS,
                    end,
                    String.format(
                            "page %d: the file ends before the high water mark %s",
                            end, Long.toUnsignedString(meta.highWaterMark())));
        }
    }

    // ---------------------------------------------------------------- buckets

    private void bucket(long root, int depth) {
        if (depth > Pages.PATH_MAX) {
            unreadable(pages.corrupted(root, "buckets nested too deep"));
            return;
        }
        reach(root);
        new KeyOrderCheck(pages, report, unreadable).check(root, null, null);
        List<Long> roots = new ArrayList<>();
        collectBuckets(root, roots, 0);
        for (long child : roots) {
            bucket(child, depth + 1);
        }
    }

    private void collectBuckets(long page, List<Long> roots, int depth) {
        if (unreadable.contains(page) || depth > Pages.DEPTH_MAX || !readable(page)) {
            return;
        }
        long offset = page * pages.pageSize();
        int count = PageHeader.count(map, offset);
        switch (PageHeader.flags(map, offset)) {
            case PageHeader.BRANCH -> {
                for (int i = 0; i < count; i++) {
                    long child = BranchPage.child(map, BranchPage.element(offset, i));
                    if (!report.isWithin(child)) {
                        report.enter(page);
                        collectBuckets(child, roots, depth + 1);
                        report.leave();
                    }
                }
            }
            case PageHeader.LEAF -> {
                for (int i = 0; i < count; i++) {
                    long element = LeafPage.element(offset, i);
                    if (LeafPage.isBucket(map, element)) {
                        collectBucket(page, element, roots);
                    }
                }
            }
            default -> {}
        }
    }

    private void collectBucket(long page, long element, List<Long> roots) {
        int valueSize = LeafPage.valueSize(map, element);
        long value = LeafPage.valueOffset(map, element);
        try {
            if (valueSize < BucketHeader.SIZE) {
                throw pages.corrupted(page, "bucket value is shorter than its header");
            }
            long root = BucketHeader.root(map, value);
            if (root != 0) {
                roots.add(root);
            } else {
                pages.validateInline(
                        page, value + BucketHeader.SIZE, (long) valueSize - BucketHeader.SIZE);
            }
        } catch (Corrupted e) {
            unreadable(e);
        }
    }

    // ---------------------------------------------------------------- pages

    private void reach(long page) {
        if (!readable(page)) {
            return;
        }
        long offset = page * pages.pageSize();
        boolean cycle = report.isWithin(page);
        report.enter(page);
        boolean seen = markRun(page, pages.runLength(offset));
        int flags = PageHeader.flags(map, offset);
        if (freed.contains(page)) {
            report.add(Kind.REACHABLE_FREED, page, String.format("page %d: reachable freed", page));
        } else if (flags != PageHeader.BRANCH && flags != PageHeader.LEAF) {
            report.add(
                    Kind.WRONG_TYPE,
                    page,
                    String.format(
                            "page %d: invalid type: %s (stack: %s)",
                            page, PageHeader.typeName(flags), report.stack()));
        }
        if (flags == PageHeader.BRANCH && !cycle && !seen) {
            int count = PageHeader.count(map, offset);
            for (int i = 0; i < count; i++) {
                reach(BranchPage.child(map, BranchPage.element(offset, i)));
            }
        }
        report.leave();
    }

    /** Marks a run as reached; true if its first page was before. */
    private boolean markRun(long first, long length) {
        boolean seen = reached.contains(first);
        for (long page = first; page < first + length; page++) {
            if (!reached.add(page)) {
                report.add(
                        Kind.REFERENCED_TWICE,
                        page,
                        String.format(
                                "page %d: multiple references (stack: %s)", page, report.stack()));
            }
            if (page > first && freed.contains(page)) {
                report.add(
                        Kind.REACHABLE_FREED,
                        page,
                        String.format("page %d: reachable freed", page));
            }
        }
        return seen;
    }

    /** Whether the page can be read; reports it once if it cannot. */
    private boolean readable(long page) {
        if (unreadable.contains(page)) {
            return false;
        }
        try {
            long offset = pages.validateRun(page);
            int flags = PageHeader.flags(map, offset);
            switch (flags) {
                case PageHeader.BRANCH, PageHeader.LEAF -> pages.locate(page);
                case PageHeader.META, PageHeader.FREELIST -> {}
                default ->
                        throw pages.corrupted(
                                page,
                                String.format(
                                        "assertion failed: page %d: has unexpected type/flags: %x",
                                        page, flags));
            }
            return true;
        } catch (Corrupted e) {
            unreadable(e);
            return false;
        }
    }

    private void unreadable(Corrupted e) {
        hasUnreadable = true;
        if (unreadable.add(e.page()) || e.page() >= pages.readableEnd() || e.page() < 0) {
            report.add(Kind.UNREADABLE, e.page(), "panic: " + e.reason());
        }
    }
}
