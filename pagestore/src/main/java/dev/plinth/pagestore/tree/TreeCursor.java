package dev.plinth.pagestore.tree;

import dev.plinth.pagestore.file.Pages;
import dev.plinth.pagestore.format.BranchPage;
import dev.plinth.pagestore.format.Bytes;
import dev.plinth.pagestore.format.LeafPage;
import dev.plinth.pagestore.format.PageHeader;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * A place in a bucket's tree: the path from the root to a leaf element. Reused without allocation;
 * owned by one thread.
 *
 * <p>Stepping is the reference's: at the end {@link #next} fails and the cursor stays on the last
 * element; at the start {@link #previous} fails and it stays on the first; a seek beyond the last
 * key leaves it behind the last element. Unlike the reference, a change to the tree never confuses
 * the cursor: it remembers its key and finds its place anew before the next step, so that after a
 * deletion next is the successor and previous the predecessor of the deleted key in all cases.
 */
public final class TreeCursor {
    private final BucketTree tree;
    private final Pages pages;
    private final MemorySegment map;

    private @Nullable Node[] nodes = new @Nullable Node[6];
    private long[] offsets = new long[6];
    private int[] indexes = new int[6];
    private int depth;

    /** Whether the top of the path is an element that can be read. */
    private boolean onElement;

    /** The element in the mapping, when the top of the path is a page. */
    private long element;

    /**
     * How many elements follow in this leaf, in a tree that does not change: steps to them are one
     * addition. 0 sends the step the long way.
     */
    private int stepsInLeaf;

    /** Whether the last seek found its very key. */
    private boolean exact;

    /** The key of the place, kept in trees that change, to find it again. */
    private byte[] key = new byte[0];

    private int keyLength = -1;
    private int changesSeen;

    /** A cursor without a place. */
    public TreeCursor(BucketTree tree) {
        this.tree = tree;
        this.pages = tree.pages;
        this.map = tree.pages.map();
        if (tree.space != null) {
            tree.space.counters.cursors++;
        }
    }

    /** Goes to the first element. */
    public boolean first() {
        pushRoot();
        descendFirst();
        return count(depth - 1) > 0 ? arrive() : stepForward();
    }

    /** Goes to the last element. */
    public boolean last() {
        pushRoot();
        indexes[0] = count(0) - 1;
        descendLast();
        return count(depth - 1) > 0 ? arrive() : stepBack();
    }

    /** Goes to the first element whose key is not below the key given. */
    public boolean seek(byte[] target, int length) {
        pushRoot();
        while (!isLeaf(depth - 1)) {
            int top = depth - 1;
            Node node = nodes[top];
            indexes[top] =
                    node != null
                            ? node.searchChild(target, length)
                            : BranchPage.search(map, offsets[top], target, length);
            pushChild();
        }
        int top = depth - 1;
        Node node = nodes[top];
        int index =
                node != null
                        ? node.search(target, length)
                        : LeafPage.search(map, offsets[top], target, length);
        exact = index >= 0;
        indexes[top] = exact ? index : -index - 1;
        if (indexes[top] < count(top)) {
            return arrive();
        }
        int behind = indexes[top];
        if (stepForward()) {
            return true;
        }
        indexes[depth - 1] = Math.max(behind, count(depth - 1));
        keep(target, length);
        return false;
    }

    /** Goes to the next element. */
    public boolean next() {
        int steps = stepsInLeaf;
        if (steps > 0) {
            stepsInLeaf = steps - 1;
            indexes[depth - 1]++;
            element += LeafPage.ELEMENT_SIZE;
            return true;
        }
        return nextSlow();
    }

    private boolean nextSlow() {
        if (depth == 0) {
            return false;
        }
        if (isStale()) {
            boolean found = seek(key, keyLength);
            if (!found || !exact) {
                return found;
            }
        }
        return stepForward();
    }

    /** Goes to the previous element. */
    public boolean previous() {
        if (depth == 0) {
            return false;
        }
        if (isStale()) {
            seek(key, keyLength);
        }
        return stepBack();
    }

    private boolean isStale() {
        return tree.space != null && changesSeen != tree.changes() && keyLength >= 0;
    }

    private boolean stepForward() {
        while (true) {
            int level = depth - 1;
            while (level >= 0 && indexes[level] >= count(level) - 1) {
                level--;
            }
            if (level < 0) {
                onElement = false;
                return false;
            }
            depth = level + 1;
            indexes[level]++;
            descendFirst();
            if (count(depth - 1) > 0) {
                return arrive();
            }
        }
    }

    private boolean stepBack() {
        stepsInLeaf = 0;
        while (true) {
            int level = depth - 1;
            while (level >= 0 && indexes[level] <= 0) {
                level--;
            }
            if (level < 0) {
                first();
                stepsInLeaf = 0;
                onElement = false;
                return false;
            }
            depth = level + 1;
            indexes[level]--;
            descendLast();
            if (count(depth - 1) > 0) {
                return arrive();
            }
        }
    }

    private boolean arrive() {
        onElement = true;
        int top = depth - 1;
        if (nodes[top] == null) {
            element = LeafPage.element(offsets[top], indexes[top]);
        }
        if (tree.space == null) {
            stepsInLeaf = PageHeader.count(map, offsets[top]) - 1 - indexes[top];
        } else {
            keepCurrent();
        }
        return true;
    }

    private void keepCurrent() {
        int length = keySize();
        if (key.length < length) {
            key = new byte[Math.max(length, 64)];
        }
        MemorySegment.copy(segment(), ValueLayout.JAVA_BYTE, keyOffset(), key, 0, length);
        keyLength = length;
        changesSeen = tree.changes();
    }

    private void keep(byte[] target, int length) {
        if (tree.space != null) {
            key = Arrays.copyOf(target, Math.max(length, 64));
            keyLength = length;
            changesSeen = tree.changes();
        }
    }

    private void pushRoot() {
        depth = 0;
        stepsInLeaf = 0;
        onElement = false;
        Node root = tree.root();
        push(root, root == null ? tree.rootOffset() : 0);
    }

    private void push(@Nullable Node node, long offset) {
        if (depth == offsets.length) {
            if (depth >= Pages.DEPTH_MAX) {
                throw TreeSearch.tooDeep(pages, offset);
            }
            nodes = Arrays.copyOf(nodes, depth * 2);
            offsets = Arrays.copyOf(offsets, depth * 2);
            indexes = Arrays.copyOf(indexes, depth * 2);
        }
        nodes[depth] = node;
        offsets[depth] = offset;
        indexes[depth] = 0;
        depth++;
    }

    private void pushChild() {
        int top = depth - 1;
        Node node = nodes[top];
        if (node == null) {
            long element = BranchPage.element(offsets[top], indexes[top]);
            push(null, pages.locate(BranchPage.child(map, element)));
            return;
        }
        Node child = node.childNode(indexes[top]);
        push(child, child != null ? 0 : pages.locate(node.child(indexes[top])));
    }

    private void descendFirst() {
        while (!isLeaf(depth - 1) && count(depth - 1) > 0) {
            pushChild();
        }
    }

    private void descendLast() {
        while (!isLeaf(depth - 1) && count(depth - 1) > 0) {
            pushChild();
            indexes[depth - 1] = count(depth - 1) - 1;
        }
    }

    private boolean isLeaf(int level) {
        Node node = nodes[level];
        return node != null ? node.isLeaf() : PageHeader.isLeaf(map, offsets[level]);
    }

    private int count(int level) {
        Node node = nodes[level];
        return node != null ? node.count() : PageHeader.count(map, offsets[level]);
    }

    // ---------------------------------------------------------------- the element

    /** Whether the cursor stands on an element, and the tree has not changed since. */
    public boolean isOnElement() {
        return onElement && !isStale();
    }

    /** Whether the cursor was ever positioned. */
    public boolean isPositioned() {
        return depth > 0;
    }

    /** The memory that holds key and value. */
    public MemorySegment segment() {
        Node node = nodes[depth - 1];
        return node != null ? node.space.segment(node.place(indexes[depth - 1])) : map;
    }

    public long keyOffset() {
        int top = depth - 1;
        Node node = nodes[top];
        return node != null
                ? NodeSpace.offset(node.place(indexes[top]))
                : LeafPage.keyOffset(map, element);
    }

    public int keySize() {
        int top = depth - 1;
        Node node = nodes[top];
        return node != null ? node.keySize(indexes[top]) : LeafPage.keySize(map, element);
    }

    public long valueOffset() {
        return keyOffset() + keySize();
    }

    public int valueSize() {
        int top = depth - 1;
        Node node = nodes[top];
        return node != null ? node.valueSize(indexes[top]) : LeafPage.valueSize(map, element);
    }

    public boolean isBucket() {
        int top = depth - 1;
        Node node = nodes[top];
        return node != null ? node.isBucket(indexes[top]) : LeafPage.isBucket(map, element);
    }

    /** A heap copy of the key. */
    public byte[] keyBytes() {
        return Bytes.copy(segment(), keyOffset(), keySize());
    }
}
