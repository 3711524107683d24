package dev.plinth.pagestore.tree;

import dev.plinth.pagestore.format.BucketHeader;
import dev.plinth.pagestore.format.PageHeader;
import java.lang.foreign.MemorySegment;
import java.util.Map;

/**
 * Writes the changed nodes of a bucket to new pages, children before parents, left before right,
 * sub-buckets (in name order) before the bucket. A node is cut into pieces of about the fill
 * percent of a page by {@link Split}; each piece gets a run of pages of its own, and the parent
 * lists the pieces in place of the old page. When the root is cut, a new root is put above it.
 *
 * <p>The order of page allocations is the reference's, so with the array freelist the files are
 * equal, byte for byte.
 */
final class Spill {
    private final BucketTree tree;
    private final NodeSpace space;
    private final PageSink sink;
    private final Split split;

    private Spill(BucketTree tree, NodeSpace space, PageSink sink) {
        this.tree = tree;
        this.space = space;
        this.sink = sink;
        this.split = new Split(tree.pages.pageSize(), tree.fillPercent());
    }

    static void run(BucketTree tree, PageSink sink) {
        for (Map.Entry<byte[], BucketTree> child : tree.openChildren().entrySet()) {
            spillChild(tree, child.getKey(), child.getValue(), sink);
        }
        Node root = tree.root();
        if (root != null) {
            tree.setRoot(new Spill(tree, tree.space(), sink).spillRoot(root));
        }
    }

    private static void spillChild(
            BucketTree parent, byte[] name, BucketTree child, PageSink sink) {
        if (isInlineable(child)) {
            child.freePages(sink);
            parent.put(name, name.length, inlineValue(child), true);
            return;
        }
        run(child, sink);
        if (child.root() != null) {
            byte[] header = new byte[BucketHeader.SIZE];
            MemorySegment segment = MemorySegment.ofArray(header);
            BucketHeader.write(segment, 0, child.rootPage(), child.sequence());
            parent.put(name, name.length, header, true);
        }
    }

    /** One leaf without sub-buckets, of at most a quarter of a page. */
    private static boolean isInlineable(BucketTree tree) {
        Node root = tree.root();
        if (root == null || !root.isLeaf()) {
            return false;
        }
        if (root.serializedBytes() > tree.pages.pageSize() / 4) {
            return false;
        }
        for (int i = 0; i < root.count(); i++) {
            if (root.isBucket(i)) {
                return false;
            }
        }
        return true;
    }

    private static MemorySegment inlineValue(BucketTree tree) {
        Node root = tree.rootNode();
        long bytes = BucketHeader.SIZE + root.serializedBytes();
        ByteArena arena = tree.space().arena;
        long place = arena.reserve(bytes);
        MemorySegment value = arena.segment(place).asSlice(ByteArena.offset(place), bytes);
        BucketHeader.write(value, 0, 0, tree.sequence());
        root.write(value, BucketHeader.SIZE, 0, root.count(), 0, 0);
        return value;
    }

    private long spillRoot(Node root) {
        Node top = root;
        while (true) {
            spillChildren(top);
            int[] ends = split.pieces(top);
            if (ends.length == 1) {
                release(top);
                return write(top, 0, top.count());
            }
            Node newRoot = Node.empty(space, false);
            newRoot.openGap(0, ends.length);
            writePieces(top, ends, newRoot, 0);
            top = newRoot;
        }
    }

    private void spillChildren(Node node) {
        if (node.isLeaf()) {
            return;
        }
        for (int i = 0; i < node.count(); i++) {
            Node child = node.childNode(i);
            if (child != null) {
                i += spillInto(node, i, child) - 1;
            }
        }
    }

    /**
     * Spills a child and lists its pieces in the parent.
     *
     * @return number of pieces
     */
    private int spillInto(Node parent, int index, Node child) {
        spillChildren(child);
        int[] ends = split.pieces(child);
        if (ends.length > 1) {
            parent.openGap(index + 1, ends.length - 1);
        }
        writePieces(child, ends, parent, index);
        return ends.length;
    }

    private void writePieces(Node node, int[] ends, Node parent, int index) {
        release(node);
        if (ends.length > 1) {
            space.counters.splits += ends.length - 1;
        }
        int from = 0;
        for (int piece = 0; piece < ends.length; piece++) {
            int to = ends[piece];
            long page = write(node, from, to);
            parent.putChild(
                    index + piece,
                    true,
                    from < node.count() ? node.place(from) : 0,
                    from < node.count() ? node.keySize(from) : 0,
                    page);
            from = to;
        }
    }

    private void release(Node node) {
        if (node.page != 0) {
            sink.free(node.page, node.pages);
            node.page = 0;
        }
    }

    private long write(Node node, int from, int to) {
        long bytes = split.serializedBytes(node, from, to);
        if (to - from >= PageHeader.COUNT_MAX) {
            throw new IllegalStateException("inode overflow: " + (to - from));
        }
        int pageSize = tree.pages.pageSize();
        long runLength = (bytes + pageSize - 1) / pageSize;
        long page = sink.allocate(runLength);
        MemorySegment buffer = sink.buffer();
        long offset = sink.bufferOffset();
        node.write(buffer, offset, from, to, page, runLength - 1);
        buffer.asSlice(offset + bytes, runLength * pageSize - bytes).fill((byte) 0);
        space.counters.spills++;
        return page;
    }
}
