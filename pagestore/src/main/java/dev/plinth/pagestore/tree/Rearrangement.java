package dev.plinth.pagestore.tree;

import dev.plinth.pagestore.file.Pages;
import dev.plinth.pagestore.format.BranchPage;
import dev.plinth.pagestore.format.PageHeader;
import java.lang.foreign.MemorySegment;
import java.util.function.LongPredicate;

/**
 * Changes of where and how a tree's content lies in pages, without a change of the content. Within
 * a write transaction, by its thread.
 */
public final class Rearrangement {
    private final BucketTree tree;
    private final Pages pages;

    /** For a tree of an open write transaction. */
    public Rearrangement(BucketTree tree) {
        this.tree = tree;
        this.pages = tree.pages;
    }

    /**
     * Has the pages from {@code cut} on that lie on the path to a key written anew by the commit,
     * that is, elsewhere.
     *
     * @param placeable whether a run of some length can be had below the cut
     * @return number of pages that will move
     */
    public long relocate(byte[] key, long cut, LongPredicate placeable) {
        if (tree.isInline()) {
            return 0;
        }
        int depth = deepestFrom(cut, key);
        if (depth < 0) {
            return 0;
        }
        long moved = 0;
        Node node = tree.root();
        if (node == null) {
            if (!placeable.test(pages.runLength(pages.locate(tree.rootPage())))) {
                return 0;
            }
            node = tree.rootNode();
            moved += node.page >= cut ? node.pages : 0;
        }
        for (int level = 0; level < depth && !node.isLeaf(); level++) {
            int index = node.searchChild(key, key.length);
            boolean known = node.childNode(index) != null;
            if (!known && !placeable.test(pages.runLength(pages.locate(node.child(index))))) {
                break;
            }
            node = node.readChild(index);
            moved += !known && node.page >= cut ? node.pages : 0;
        }
        tree.setChanged();
        return moved;
    }

    /**
     * Has neighbouring leaves written anew by the commit, as one that is cut into pages by the fill
     * percent. Does nothing if they are not there any more, or are being changed already.
     *
     * @param key leads to the first of them
     * @param leaves how many; at least 2
     * @return number of leaves that will be written anew
     */
    public long join(byte[] key, int leaves, PageSink sink) {
        if (tree.isInline() || tree.rootNode().isLeaf()) {
            return 0;
        }
        Node parent = tree.rootNode();
        int index = parent.searchChild(key, key.length);
        for (int depth = 0; !isUnchangedLeaf(parent, index); depth++) {
            Node child = parent.childNode(index);
            if (child != null && child.isLeaf()) {
                return 0;
            }
            if (depth > Pages.DEPTH_MAX) {
                throw TreeSearch.tooDeep(pages, parent.page * pages.pageSize());
            }
            parent = parent.readChild(index);
            index = parent.searchChild(key, key.length);
        }
        for (int i = index; i < index + leaves; i++) {
            if (i >= parent.count() || !isUnchangedLeaf(parent, i)) {
                return 0;
            }
        }
        Node left = parent.readChild(index);
        for (int i = 1; i < leaves; i++) {
            Node right = parent.readChild(index + 1);
            left.takeOver(right);
            parent.remove(index + 1);
            Rebalance.drop(right, sink);
        }
        tree.setUnbalanced(parent);
        tree.setChanged();
        return leaves;
    }

    private boolean isUnchangedLeaf(Node parent, int index) {
        return parent.childNode(index) == null
                && PageHeader.isLeaf(pages.map(), pages.locate(parent.child(index)));
    }

    /** The level of the lowest page from {@code cut} on that lies on the path; -1 for none. */
    private int deepestFrom(long cut, byte[] key) {
        MemorySegment map = pages.map();
        int deepest = -1;
        long page = tree.rootPage();
        for (int level = 0; level <= Pages.DEPTH_MAX; level++) {
            if (page >= cut) {
                deepest = level;
            }
            long offset = pages.locate(page);
            if (PageHeader.isLeaf(map, offset)) {
                return deepest;
            }
            int index = BranchPage.search(map, offset, key, key.length);
            page = BranchPage.child(map, BranchPage.element(offset, index));
        }
        throw TreeSearch.tooDeep(pages, page * pages.pageSize());
    }
}
