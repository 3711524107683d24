package dev.plinth.pagestore.tree;

import dev.plinth.pagestore.format.BranchPage;
import dev.plinth.pagestore.format.Bytes;
import dev.plinth.pagestore.format.LeafPage;
import dev.plinth.pagestore.format.PageHeader;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * A page under change. Elements are kept in parallel arrays; keys and values stay where they are:
 * in the mapping for what was read, in the transaction's {@link ByteArena} for what was put. So
 * reading a page into a node copies no bytes, and one put copies its bytes once.
 *
 * <pre>
 *  element i     leaf                                branch
 *  places[i]     key, directly followed by value     key
 *  sizes[i]      bucket flag | key size | value size key size
 *  children[i]   -                                   page id of the child
 *  nodes[i]      -                                   the child as a node, if it was read into one
 * </pre>
 */
final class Node {
    private static final int SIZE_BITS = 31;
    private static final long SIZE_MASK = (1L << SIZE_BITS) - 1;
    private static final long BUCKET_BIT = 1L << (2 * SIZE_BITS);
    private static final long[] NO_CHILDREN = new long[0];
    private static final @Nullable Node[] NO_NODES = new @Nullable Node[0];
    private static final int FIRST_CAPACITY = 8;

    final NodeSpace space;
    @Nullable Node parent;
    private boolean leaf;
    private int count;
    private long[] places;
    private long[] sizes;
    private long[] children;
    private @Nullable Node[] nodes;
    private long dataBytes;

    /** The committed run that this node replaces; 0 for none. */
    long page;

    long pages;

    /** Under which key the parent lists this node: the first key when it was read. */
    private long nameInParent;

    private int nameInParentSize;

    /** An element was removed: the commit has to look whether the node is too small now. */
    boolean unbalanced;

    /** Merged into a sibling or removed from its parent. */
    boolean dropped;

    private Node(NodeSpace space, boolean leaf, int capacity) {
        this.space = space;
        this.leaf = leaf;
        this.places = new long[capacity];
        this.sizes = new long[capacity];
        this.children = leaf ? NO_CHILDREN : new long[capacity];
        this.nodes = leaf ? NO_NODES : new @Nullable Node[capacity];
    }

    static Node empty(NodeSpace space, boolean leaf) {
        return new Node(space, leaf, FIRST_CAPACITY);
    }

    /**
     * Reads the page at an offset of the mapping.
     *
     * @param page its id; 0 for the image of an inline bucket
     */
    static Node read(NodeSpace space, long page, long offset, @Nullable Node parent) {
        MemorySegment map = space.pages.map();
        boolean leaf = PageHeader.isLeaf(map, offset);
        int count = PageHeader.count(map, offset);
        Node node = new Node(space, leaf, count + 2);
        node.parent = parent;
        node.page = page;
        node.pages = page == 0 ? 0 : PageHeader.overflow(map, offset) + 1;
        node.count = count;
        for (int i = 0; i < count; i++) {
            if (leaf) {
                long element = LeafPage.element(offset, i);
                int keySize = LeafPage.keySize(map, element);
                int valueSize = LeafPage.valueSize(map, element);
                node.places[i] = LeafPage.keyOffset(map, element);
                node.sizes[i] = pack(LeafPage.isBucket(map, element), keySize, valueSize);
                node.dataBytes += (long) keySize + valueSize;
            } else {
                long element = BranchPage.element(offset, i);
                int keySize = BranchPage.keySize(map, element);
                node.places[i] = BranchPage.keyOffset(map, element);
                node.sizes[i] = pack(false, keySize, 0);
                node.children[i] = BranchPage.child(map, element);
                node.dataBytes += keySize;
            }
        }
        if (count > 0) {
            node.nameInParent = node.places[0];
            node.nameInParentSize = node.keySize(0);
        }
        space.counters.nodes++;
        return node;
    }

    private static long pack(boolean bucket, int keySize, int valueSize) {
        return (bucket ? BUCKET_BIT : 0) | (long) keySize << SIZE_BITS | valueSize;
    }

    boolean isLeaf() {
        return leaf;
    }

    int count() {
        return count;
    }

    long place(int index) {
        return places[index];
    }

    int keySize(int index) {
        return (int) (sizes[index] >>> SIZE_BITS & SIZE_MASK);
    }

    int valueSize(int index) {
        return (int) (sizes[index] & SIZE_MASK);
    }

    boolean isBucket(int index) {
        return (sizes[index] & BUCKET_BIT) != 0;
    }

    long child(int index) {
        return children[index];
    }

    @Nullable Node childNode(int index) {
        return nodes[index];
    }

    /** Bytes of the element and its data in a page. */
    long elementBytes(int index) {
        return (long) LeafPage.ELEMENT_SIZE + keySize(index) + valueSize(index);
    }

    /** Bytes of the whole node as one page, header included. */
    long serializedBytes() {
        return PageHeader.SIZE + (long) LeafPage.ELEMENT_SIZE * count + dataBytes;
    }

    /** About as many pages as this node and the nodes below it take. */
    long estimatePages(double fillPercent) {
        long bytes = serializedBytes();
        int pageSize = space.pages.pageSize();
        long result = bytes < pageSize ? 1 : 1 + (long) (bytes / (pageSize * fillPercent));
        if (!leaf) {
            for (int i = 0; i < count; i++) {
                Node child = nodes[i];
                if (child != null) {
                    result += child.estimatePages(fillPercent);
                }
            }
        }
        return result;
    }

    /** The first element not below the key; {@code -(insertion point) - 1} if none equals it. */
    int search(byte[] key, int keyLength) {
        int low = 0;
        int high = count - 1;
        while (low <= high) {
            int middle = (low + high) >>> 1;
            int order = compareKey(middle, key, keyLength);
            if (order < 0) {
                low = middle + 1;
            } else if (order > 0) {
                high = middle - 1;
            } else {
                return middle;
            }
        }
        return -(low + 1);
    }

    /** The child that a search for the key descends to. */
    int searchChild(byte[] key, int keyLength) {
        int index = search(key, keyLength);
        return index >= 0 ? index : Math.max(0, -index - 2);
    }

    int compareKey(int index, byte[] key, int keyLength) {
        long place = places[index];
        return Bytes.compare(
                space.segment(place), NodeSpace.offset(place), keySize(index), key, keyLength);
    }

    private int compareKey(int index, long place, int keySize) {
        long own = places[index];
        return Bytes.compare(
                space.segment(own),
                NodeSpace.offset(own),
                keySize(index),
                space.segment(place),
                NodeSpace.offset(place),
                keySize);
    }

    /** Where this branch lists the child node. */
    int indexOf(Node child) {
        int low = 0;
        int high = count - 1;
        while (low <= high) {
            int middle = (low + high) >>> 1;
            if (nodes[middle] == child) {
                return middle;
            }
            int order = compareKey(middle, child.nameInParent, child.nameInParentSize);
            if (order < 0) {
                low = middle + 1;
            } else {
                high = middle - 1;
            }
        }
        // Only a damaged parent has keys that are not the first keys of its children.
        for (int i = 0; i < count; i++) {
            if (nodes[i] == child) {
                return i;
            }
        }
        throw new IllegalStateException("node of page " + child.page + " is not in its parent");
    }

    /** Orders nodes of one level by their first keys at reading. */
    static int compareNames(Node left, Node right) {
        return Bytes.compare(
                left.space.segment(left.nameInParent),
                NodeSpace.offset(left.nameInParent),
                left.nameInParentSize,
                right.space.segment(right.nameInParent),
                NodeSpace.offset(right.nameInParent),
                right.nameInParentSize);
    }

    /** The child as a node, read on first use. */
    Node readChild(int index) {
        Node child = nodes[index];
        if (child == null) {
            long childPage = children[index];
            child = read(space, childPage, space.pages.locate(childPage), this);
            nodes[index] = child;
        }
        return child;
    }

    void putLeaf(
            int index, boolean replace, long place, int keySize, int valueSize, boolean bucket) {
        assert leaf;
        if (replace) {
            dataBytes -= keySize(index) + (long) valueSize(index);
        } else {
            openGap(index, 1);
        }
        places[index] = place;
        sizes[index] = pack(bucket, keySize, valueSize);
        dataBytes += (long) keySize + valueSize;
    }

    /** Names a child by its first key and page; {@code replace} keeps the number of elements. */
    void putChild(int index, boolean replace, long place, int keySize, long child) {
        assert !leaf;
        if (replace) {
            dataBytes -= keySize(index);
        }
        places[index] = place;
        sizes[index] = pack(false, keySize, 0);
        children[index] = child;
        nodes[index] = null;
        dataBytes += keySize;
    }

    /** Makes room for elements that the caller sets next. */
    void openGap(int index, int width) {
        ensureCapacity(count + width);
        int tail = count - index;
        System.arraycopy(places, index, places, index + width, tail);
        System.arraycopy(sizes, index, sizes, index + width, tail);
        if (!leaf) {
            System.arraycopy(children, index, children, index + width, tail);
            System.arraycopy(nodes, index, nodes, index + width, tail);
        }
        Arrays.fill(sizes, index, index + width, 0);
        count += width;
    }

    private void ensureCapacity(int needed) {
        if (needed > places.length) {
            int capacity = Math.max(needed, places.length * 2);
            places = Arrays.copyOf(places, capacity);
            sizes = Arrays.copyOf(sizes, capacity);
            if (!leaf) {
                children = Arrays.copyOf(children, capacity);
                nodes = Arrays.copyOf(nodes, capacity);
            }
        }
    }

    void remove(int index) {
        dataBytes -= keySize(index) + (long) valueSize(index);
        int tail = count - index - 1;
        System.arraycopy(places, index + 1, places, index, tail);
        System.arraycopy(sizes, index + 1, sizes, index, tail);
        if (!leaf) {
            System.arraycopy(children, index + 1, children, index, tail);
            System.arraycopy(nodes, index + 1, nodes, index, tail);
            nodes[count - 1] = null;
        }
        count--;
    }

    /** Appends all elements of the right sibling, whose children become this node's. */
    void takeOver(Node right) {
        assert leaf == right.leaf;
        ensureCapacity(count + right.count);
        System.arraycopy(right.places, 0, places, count, right.count);
        System.arraycopy(right.sizes, 0, sizes, count, right.count);
        if (!leaf) {
            System.arraycopy(right.children, 0, children, count, right.count);
            System.arraycopy(right.nodes, 0, nodes, count, right.count);
            adopt(count, count + right.count);
        }
        count += right.count;
        dataBytes += right.dataBytes;
    }

    /** Becomes what its only child is. */
    void becomeOnlyChild(Node child) {
        leaf = child.leaf;
        count = child.count;
        places = child.places;
        sizes = child.sizes;
        children = child.children;
        nodes = child.nodes;
        dataBytes = child.dataBytes;
        if (!leaf) {
            adopt(0, count);
        }
    }

    private void adopt(int from, int to) {
        for (int i = from; i < to; i++) {
            Node child = nodes[i];
            if (child != null) {
                child.parent = this;
            }
        }
    }

    /** Writes the elements {@code [from, to)} as one page. */
    void write(MemorySegment target, long offset, int from, int to, long id, long overflow) {
        int width = to - from;
        PageHeader.write(
                target, offset, id, leaf ? PageHeader.LEAF : PageHeader.BRANCH, width, overflow);
        long data = offset + PageHeader.SIZE + (long) LeafPage.ELEMENT_SIZE * width;
        for (int i = from; i < to; i++) {
            long element = LeafPage.element(offset, i - from);
            int keySize = keySize(i);
            long place = places[i];
            long length = keySize;
            if (leaf) {
                int valueSize = valueSize(i);
                length += valueSize;
                LeafPage.writeElement(
                        target,
                        element,
                        isBucket(i) ? LeafPage.BUCKET_FLAG : 0,
                        (int) (data - element),
                        keySize,
                        valueSize);
            } else {
                BranchPage.writeElement(
                        target, element, (int) (data - element), keySize, children[i]);
            }
            MemorySegment.copy(space.segment(place), NodeSpace.offset(place), target, data, length);
            data += length;
        }
    }

    @Override
    public String toString() {
        return (leaf ? "leaf" : "branch") + " node of page " + page + ", " + count + " elements";
    }
}
