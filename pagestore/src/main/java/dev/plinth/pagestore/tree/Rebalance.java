package dev.plinth.pagestore.tree;

import java.util.List;

/**
 * Merges nodes that deletions have left too small. The rules are the reference's, so that the same
 * deletions give the same tree: a node of at most a quarter of a page (with the default fill), or
 * with too few keys, is joined with its left sibling, or with its right one if it is the first; the
 * outcome is not measured, the spill splits it again if needed. An empty node is removed. A root
 * branch with one child becomes that child.
 *
 * <p>Leaves are visited in key order. The reference goes through a hash map, so that with several
 * deletions in one transaction the shape of its tree varies from run to run; ours does not.
 */
final class Rebalance {
    private final BucketTree tree;
    private final PageSink sink;
    private final long thresholdBytes;

    private Rebalance(BucketTree tree, PageSink sink) {
        this.tree = tree;
        this.sink = sink;
        this.thresholdBytes = (long) (tree.pages.pageSize() * tree.fillPercent()) / 2;
    }

    static void run(BucketTree tree, PageSink sink) {
        List<Node> leaves = tree.takeUnbalanced();
        if (leaves.isEmpty()) {
            return;
        }
        leaves.sort(Node::compareNames);
        Rebalance rebalance = new Rebalance(tree, sink);
        for (Node leaf : leaves) {
            if (!leaf.dropped) {
                rebalance.visit(leaf);
            }
        }
    }

    private void visit(Node node) {
        if (!node.unbalanced) {
            return;
        }
        node.unbalanced = false;
        node.space.counters.rebalances++;
        int keysMin = node.isLeaf() ? 1 : 2;
        if (node.serializedBytes() > thresholdBytes && node.count() > keysMin) {
            return;
        }
        Node parent = node.parent;
        if (parent == null) {
            collapseRoot(node);
        } else if (node.count() == 0) {
            int index = parent.indexOf(node);
            removeFrom(parent, index, node);
            visit(parent);
        } else if (parent.count() > 1) {
            mergeWithSibling(parent, node);
            visit(parent);
        }
    }

    private void collapseRoot(Node node) {
        if (!node.isLeaf() && node.count() == 1) {
            Node child = node.readChild(0);
            node.becomeOnlyChild(child);
            drop(child, sink);
        }
    }

    private void mergeWithSibling(Node parent, Node node) {
        int index = parent.indexOf(node);
        int leftIndex = index == 0 ? 0 : index - 1;
        Node left = parent.readChild(leftIndex);
        Node right = parent.readChild(leftIndex + 1);
        if (left.isLeaf() != right.isLeaf()) {
            throw tree.pages.corrupted(right.page, "leaf and branch are siblings");
        }
        left.takeOver(right);
        removeFrom(parent, leftIndex + 1, right);
    }

    private void removeFrom(Node parent, int index, Node child) {
        parent.remove(index);
        parent.unbalanced = true;
        drop(child, sink);
    }

    /** A node whose elements are another's now, or that has none. */
    static void drop(Node node, PageSink sink) {
        node.dropped = true;
        if (node.page != 0) {
            sink.free(node.page, node.pages);
            node.page = 0;
        }
    }
}
