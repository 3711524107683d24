package dev.plinth.mvcc.watch;

import java.util.Arrays;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Distinct intervals [low, high) with a group each; an empty high is open-ended.
 *
 * <p>A treap: a search tree by (low, high) that is a heap by priorities, which makes it balanced
 * whatever the order of insertion. Each node knows the greatest high below it, so a search for the
 * intervals around a key leaves out what ends before it: O(log n + found). The priorities come from
 * a fixed sequence; the shape of the tree has no effect on results. Guarded by the hub's lock.
 */
final class IntervalTree {

    private static final class Node {
        final byte[] low;
        final byte[] high;
        final int priority;
        WatcherGroup group;
        byte[] greatestHigh;
        @Nullable Node left;
        @Nullable Node right;

        Node(WatcherGroup group, byte[] high, int priority) {
            this.low = group.key;
            this.high = high;
            this.group = group;
            this.priority = priority;
            this.greatestHigh = high;
        }

        void update() {
            byte[] greatest = high;
            Node l = left;
            if (l != null && compareHigh(l.greatestHigh, greatest) > 0) {
                greatest = l.greatestHigh;
            }
            Node r = right;
            if (r != null && compareHigh(r.greatestHigh, greatest) > 0) {
                greatest = r.greatestHigh;
            }
            greatestHigh = greatest;
        }
    }

    private @Nullable Node root;
    private int priorityState = 0x9E3779B9;

    void add(WatcherGroup group, byte[] high) {
        // A fixed xorshift sequence.
        priorityState ^= priorityState << 13;
        priorityState ^= priorityState >>> 17;
        priorityState ^= priorityState << 5;
        root = insert(root, new Node(group, high, priorityState));
    }

    void remove(byte[] low, byte[] high) {
        root = remove(root, low, high);
    }

    @Nullable WatcherGroup find(byte[] low, byte[] high) {
        Node node = root;
        while (node != null) {
            int order = compare(low, high, node);
            if (order == 0) {
                return node.group;
            }
            node = order < 0 ? node.left : node.right;
        }
        return null;
    }

    void visit(byte[] key, Consumer<WatcherGroup> visitor) {
        visit(root, key, visitor);
    }

    void forEach(Consumer<WatcherGroup> visitor) {
        forEach(root, visitor);
    }

    private static void forEach(@Nullable Node node, Consumer<WatcherGroup> visitor) {
        if (node != null) {
            forEach(node.left, visitor);
            visitor.accept(node.group);
            forEach(node.right, visitor);
        }
    }

    boolean contains(byte[] key) {
        return contains(root, key);
    }

    private static void visit(@Nullable Node node, byte[] key, Consumer<WatcherGroup> visitor) {
        if (node == null || endsBefore(node.greatestHigh, key)) {
            return;
        }
        visit(node.left, key, visitor);
        if (Arrays.compareUnsigned(node.low, key) <= 0) {
            if (!endsBefore(node.high, key)) {
                visitor.accept(node.group);
            }
            visit(node.right, key, visitor);
        }
    }

    private static boolean contains(@Nullable Node node, byte[] key) {
        if (node == null || endsBefore(node.greatestHigh, key)) {
            return false;
        }
        if (contains(node.left, key)) {
            return true;
        }
        return Arrays.compareUnsigned(node.low, key) <= 0
                && (!endsBefore(node.high, key) || contains(node.right, key));
    }

    private static Node insert(@Nullable Node node, Node added) {
        if (node == null) {
            return added;
        }
        if (compare(added.low, added.high, node) < 0) {
            Node left = insert(node.left, added);
            node.left = left;
            if (left.priority < node.priority) {
                return rotateRight(node, left);
            }
        } else {
            Node right = insert(node.right, added);
            node.right = right;
            if (right.priority < node.priority) {
                return rotateLeft(node, right);
            }
        }
        node.update();
        return node;
    }

    private static @Nullable Node remove(@Nullable Node node, byte[] low, byte[] high) {
        if (node == null) {
            return null;
        }
        int order = compare(low, high, node);
        if (order == 0) {
            return merge(node.left, node.right);
        }
        if (order < 0) {
            node.left = remove(node.left, low, high);
        } else {
            node.right = remove(node.right, low, high);
        }
        node.update();
        return node;
    }

    private static @Nullable Node merge(@Nullable Node left, @Nullable Node right) {
        if (left == null) {
            return right;
        }
        if (right == null) {
            return left;
        }
        if (left.priority < right.priority) {
            left.right = merge(left.right, right);
            left.update();
            return left;
        }
        right.left = merge(left, right.left);
        right.update();
        return right;
    }

    private static Node rotateRight(Node node, Node left) {
        node.left = left.right;
        left.right = node;
        node.update();
        left.update();
        return left;
    }

    private static Node rotateLeft(Node node, Node right) {
        node.right = right.left;
        right.left = node;
        node.update();
        right.update();
        return right;
    }

    private static int compare(byte[] low, byte[] high, Node node) {
        int byLow = Arrays.compareUnsigned(low, node.low);
        return byLow != 0 ? byLow : compareHigh(high, node.high);
    }

    private static int compareHigh(byte[] a, byte[] b) {
        if (a.length == 0 || b.length == 0) {
            return Boolean.compare(a.length == 0, b.length == 0);
        }
        return Arrays.compareUnsigned(a, b);
    }

    private static boolean endsBefore(byte[] high, byte[] key) {
        return high.length != 0 && Arrays.compareUnsigned(high, key) <= 0;
    }
}
