package dev.plinth.pagestore.freelist;

import dev.plinth.pagestore.DatabaseException;
import dev.plinth.pagestore.file.Pages;
import dev.plinth.pagestore.format.BranchPage;
import dev.plinth.pagestore.format.BucketHeader;
import dev.plinth.pagestore.format.Bytes;
import dev.plinth.pagestore.format.FreelistPage;
import dev.plinth.pagestore.format.LeafPage;
import dev.plinth.pagestore.format.Meta;
import dev.plinth.pagestore.format.PageHeader;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;

/**
 * The free pages of a state: as the file lists them, or else by a walk over the tree, where they
 * are those that nothing leads to. The walk keeps one bit for each page of the file.
 */
public final class FreePages {
    private final Pages pages;
    private final MemorySegment map;
    private final long[] reached;
    private long reachedCount;

    private FreePages(Pages pages) {
        this.pages = pages;
        this.map = pages.map();
        this.reached = new long[Math.toIntExact((pages.readableEnd() >>> 6) + 1)];
    }

    /** Ids in ascending order. */
    public static long[] of(Meta meta, Pages pages) {
        return meta.isFreelistPersisted()
                ? sortedWithoutDuplicates(meta, pages)
                : unreachable(meta, pages);
    }

    /** As {@link #of}, without what cannot be right: for reading files that are damaged. */
    public static long[] plausible(Meta meta, Pages pages) {
        return Arrays.stream(forCheck(meta, pages))
                .filter(page -> page >= 2 && page < meta.highWaterMark())
                .distinct()
                .toArray();
    }

    /** As {@link #of}, but with whatever a persisted list says, duplicates and all; ascending. */
    public static long[] forCheck(Meta meta, Pages pages) {
        if (!meta.isFreelistPersisted()) {
            return unreachable(meta, pages);
        }
        long[] ids = persisted(meta, pages);
        Arrays.sort(ids);
        return ids;
    }

    /**
     * The list as it stands in the file.
     *
     * @throws DatabaseException.Corrupted if the page is not a freelist or claims more than it
     *     holds
     */
    public static long[] persisted(Meta meta, Pages pages) {
        long page = meta.freelist();
        long offset = pages.validateRun(page);
        MemorySegment map = pages.map();
        int flags = PageHeader.flags(map, offset);
        if (flags != PageHeader.FREELIST) {
            throw pages.corrupted(
                    page,
                    "invalid freelist page: "
                            + page
                            + ", page type is "
                            + PageHeader.typeName(flags));
        }
        long count = FreelistPage.count(map, offset);
        long room = pages.runLength(offset) * pages.pageSize();
        if (count < 0 || count > room / Long.BYTES || FreelistPage.sizeOf(count) > room) {
            throw pages.corrupted(
                    page, "freelist claims " + Long.toUnsignedString(count) + " pages");
        }
        long[] ids = new long[(int) count];
        MemorySegment.copy(map, Bytes.LONG, FreelistPage.ids(map, offset), ids, 0, ids.length);
        return ids;
    }

    private static long[] sortedWithoutDuplicates(Meta meta, Pages pages) {
        long[] ids = persisted(meta, pages);
        Arrays.sort(ids);
        for (int i = 0; i < ids.length; i++) {
            if (ids[i] < 2 || ids[i] >= meta.highWaterMark()) {
                throw pages.corrupted(
                        meta.freelist(),
                        "free page " + Long.toUnsignedString(ids[i]) + " is out of range");
            }
            if (i > 0 && ids[i] == ids[i - 1]) {
                throw pages.corrupted(meta.freelist(), "page " + ids[i] + ": already freed");
            }
        }
        return ids;
    }

    private static long[] unreachable(Meta meta, Pages pages) {
        if (pages.readableEnd() != meta.highWaterMark()) {
            throw pages.corrupted(pages.readableEnd(), "page beyond the end of the file");
        }
        FreePages walk = new FreePages(pages);
        walk.tree(meta.root(), 0);
        long total = meta.highWaterMark() - 2 - walk.reachedCount;
        long[] free = new long[Math.toIntExact(total)];
        int at = 0;
        for (long page = 2; page < meta.highWaterMark(); page++) {
            if (!walk.isReached(page)) {
                free[at++] = page;
            }
        }
        return free;
    }

    private boolean isReached(long page) {
        return (reached[(int) (page >>> 6)] & 1L << page) != 0;
    }

    private void tree(long page, int depth) {
        long offset = pages.locate(page);
        if (depth > Pages.PATH_MAX) {
            throw pages.corrupted(page, "tree too deep: its pages form a cycle");
        }
        mark(page, pages.runLength(offset));
        int count = PageHeader.count(map, offset);
        if (PageHeader.isLeaf(map, offset)) {
            for (int i = 0; i < count; i++) {
                long element = LeafPage.element(offset, i);
                if (LeafPage.isBucket(map, element)) {
                    bucket(page, element, depth);
                }
            }
        } else {
            for (int i = 0; i < count; i++) {
                tree(BranchPage.child(map, BranchPage.element(offset, i)), depth + 1);
            }
        }
    }

    private void bucket(long page, long element, int depth) {
        if (LeafPage.valueSize(map, element) < BucketHeader.SIZE) {
            throw pages.corrupted(page, "bucket value is shorter than its header");
        }
        long root = BucketHeader.root(map, LeafPage.valueOffset(map, element));
        if (root != 0) {
            tree(root, depth + 1);
        }
    }

    private void mark(long first, long runLength) {
        for (long page = first; page < first + runLength; page++) {
            if (page < 2 || isReached(page)) {
                throw pages.corrupted(page, "page " + page + ": multiple references");
            }
            reached[(int) (page >>> 6)] |= 1L << page;
        }
        reachedCount += runLength;
    }
}
