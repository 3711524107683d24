package dev.plinth.pagestore.tree;

import dev.plinth.pagestore.file.Pages;
import dev.plinth.pagestore.format.BranchPage;
import dev.plinth.pagestore.format.LeafPage;
import dev.plinth.pagestore.format.PageHeader;
import java.lang.foreign.MemorySegment;

/**
 * Point search in the committed pages of a tree. Allocates nothing; any thread.
 *
 * <p>Cost: one bit test, one binary search and no validation for each level once the pages of the
 * path have been seen.
 */
public final class TreeSearch {
    public static final long NOT_FOUND = -1;

    private TreeSearch() {}

    /**
     * Finds a key.
     *
     * @param offset where the root page starts in the mapping
     * @return the offset of the leaf element with that key, or {@link #NOT_FOUND}
     */
    public static long find(Pages pages, long offset, byte[] key, int keyLength) {
        MemorySegment map = pages.map();
        long page = offset;
        for (int depth = 0; depth < Pages.DEPTH_MAX; depth++) {
            if (PageHeader.isLeaf(map, page)) {
                int index = LeafPage.search(map, page, key, keyLength);
                return index < 0 ? NOT_FOUND : LeafPage.element(page, index);
            }
            int index = BranchPage.search(map, page, key, keyLength);
            page = pages.locate(BranchPage.child(map, BranchPage.element(page, index)));
        }
        throw tooDeep(pages, page);
    }

    static RuntimeException tooDeep(Pages pages, long offset) {
        return pages.corrupted(
                offset / pages.pageSize(),
                "tree of more than " + Pages.DEPTH_MAX + " levels: its pages form a cycle");
    }
}
