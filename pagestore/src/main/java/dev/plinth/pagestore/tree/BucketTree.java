package dev.plinth.pagestore.tree;

import dev.plinth.pagestore.DatabaseException;
import dev.plinth.pagestore.file.Pages;
import dev.plinth.pagestore.format.BranchPage;
import dev.plinth.pagestore.format.BucketHeader;
import dev.plinth.pagestore.format.Bytes;
import dev.plinth.pagestore.format.LeafPage;
import dev.plinth.pagestore.format.PageHeader;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * The tree of one bucket as one transaction sees it. In a read transaction it is the committed
 * pages and nothing else, and any thread may search it. In a write transaction pages on the path to
 * a change are read into {@link Node}s; the rest stays in the mapping, and only the transaction's
 * thread may touch the tree.
 *
 * <p>Keys to search for are heap arrays with a length, so that they can stand in a reused buffer.
 */
public final class BucketTree {
    /** The reference's default fill of a page after a split. */
    public static final double DEFAULT_FILL_PERCENT = 0.5;

    /** Page 0 is a meta page, so it stands for "the image within the parent's value". */
    private static final long INLINE = 0;

    final Pages pages;
    final @Nullable NodeSpace space;

    private long rootPage;
    private long inlineOffset;
    private long sequence;
    private double fillPercent = DEFAULT_FILL_PERCENT;
    private @Nullable Node root;

    /** Opened sub-buckets by name: a commit visits them in this order. */
    private final TreeMap<byte[], BucketTree> openChildren = new TreeMap<>(Arrays::compareUnsigned);

    /** Leaves from which something was removed, and branches that have lost children. */
    private final List<Node> unbalanced = new ArrayList<>();

    /** The right-most leaf, once a put has been there: appending needs no search from the root. */
    private @Nullable Node rightmost;

    /** Counts changes: cursors find their place anew after one. */
    private int changes;

    private BucketTree(
            Pages pages,
            @Nullable NodeSpace space,
            long rootPage,
            long inlineOffset,
            long sequence) {
        this.pages = pages;
        this.space = space;
        this.rootPage = rootPage;
        this.inlineOffset = inlineOffset;
        this.sequence = sequence;
    }

    /**
     * The tree at a root page.
     *
     * @throws DatabaseException.Corrupted for page 0, which is a meta page
     */
    public static BucketTree at(
            Pages pages, @Nullable NodeSpace space, long rootPage, long sequence) {
        if (rootPage == INLINE) {
            throw pages.corrupted(rootPage, "a meta page is named as the root of a tree");
        }
        return new BucketTree(pages, space, rootPage, 0, sequence);
    }

    /**
     * The bucket whose header is the value of a committed leaf element.
     *
     * @param page the page to name when the header is damaged
     */
    public static BucketTree ofValue(
            Pages pages, @Nullable NodeSpace space, long page, long value, int valueSize) {
        if (valueSize < BucketHeader.SIZE) {
            throw pages.corrupted(page, "bucket header of " + valueSize + " bytes");
        }
        MemorySegment map = pages.map();
        long root = BucketHeader.root(map, value);
        long sequence = BucketHeader.sequence(map, value);
        if (root != INLINE) {
            return new BucketTree(pages, space, root, 0, sequence);
        }
        long image = value + BucketHeader.SIZE;
        pages.validateInline(page, image, valueSize - BucketHeader.SIZE);
        return new BucketTree(pages, space, INLINE, image, sequence);
    }

    private static BucketTree created(Pages pages, NodeSpace space) {
        BucketTree tree = new BucketTree(pages, space, INLINE, 0, 0);
        tree.root = Node.empty(space, true);
        return tree;
    }

    public boolean isWritable() {
        return space != null;
    }

    /** Page of the tree's root in the committed state; 0 for an inline bucket. */
    public long rootPage() {
        return rootPage;
    }

    public boolean isInline() {
        return rootPage == INLINE;
    }

    public long sequence() {
        return sequence;
    }

    /** Sets the sequence; the header is written with the commit. */
    public void setSequence(long value) {
        rootNode();
        sequence = value;
    }

    public double fillPercent() {
        return fillPercent;
    }

    public void setFillPercent(double value) {
        fillPercent = value;
    }

    int changes() {
        return changes;
    }

    @Nullable Node root() {
        return root;
    }

    /** The offset of the root page in the mapping; only while the root is not a node. */
    long rootOffset() {
        return rootPage == INLINE ? inlineOffset : pages.locate(rootPage);
    }

    /** Where the root page of the committed tree starts in the mapping. */
    public long committedRootOffset() {
        return rootOffset();
    }

    NodeSpace space() {
        if (space == null) {
            throw new IllegalStateException("the tree of a read transaction has no nodes");
        }
        return space;
    }

    Node rootNode() {
        Node node = root;
        if (node == null) {
            node = Node.read(space(), rootPage, rootOffset(), null);
            root = node;
        }
        return node;
    }

    // ---------------------------------------------------------------- reading

    /**
     * Finds a key in committed pages.
     *
     * @return the offset of its leaf element in the mapping or {@link TreeSearch#NOT_FOUND}
     */
    public long findElement(byte[] key, int keyLength) {
        assert root == null;
        return TreeSearch.find(pages, rootOffset(), key, keyLength);
    }

    /** Finds a key in a tree that may have nodes; null if it is not there. */
    public @Nullable Entry find(byte[] key, int keyLength) {
        Node node = root;
        if (node == null) {
            return committedEntry(findElement(key, keyLength));
        }
        while (!node.isLeaf()) {
            int index = node.searchChild(key, keyLength);
            Node child = node.childNode(index);
            if (child == null) {
                long page = pages.locate(node.child(index));
                return committedEntry(TreeSearch.find(pages, page, key, keyLength));
            }
            node = child;
        }
        int index = node.search(key, keyLength);
        return index < 0 ? null : entry(node, index);
    }

    private @Nullable Entry committedEntry(long element) {
        if (element == TreeSearch.NOT_FOUND) {
            return null;
        }
        MemorySegment map = pages.map();
        return new Entry(
                map,
                LeafPage.keyOffset(map, element),
                LeafPage.keySize(map, element),
                LeafPage.valueSize(map, element),
                LeafPage.isBucket(map, element));
    }

    private static Entry entry(Node node, int index) {
        long place = node.place(index);
        return new Entry(
                node.space.segment(place),
                NodeSpace.offset(place),
                node.keySize(index),
                node.valueSize(index),
                node.isBucket(index));
    }

    /** A key with its value, which follows it directly. */
    public record Entry(
            MemorySegment segment, long offset, int keySize, int valueSize, boolean isBucket) {
        public long valueOffset() {
            return offset + keySize;
        }

        public byte[] value() {
            return Bytes.copy(segment, valueOffset(), valueSize);
        }
    }

    // ---------------------------------------------------------------- changing

    /** Inserts or replaces. The bytes are copied. The caller has checked sizes and flags. */
    public void put(byte[] key, int keyLength, MemorySegment value, boolean isBucket) {
        Node leaf = leafFor(key, keyLength);
        int valueSize = (int) value.byteSize();
        long place = space().arena.reserve((long) keyLength + valueSize);
        MemorySegment target = space().arena.segment(place);
        long offset = ByteArena.offset(place);
        MemorySegment.copy(key, 0, target, ValueLayout.JAVA_BYTE, offset, keyLength);
        MemorySegment.copy(value, 0, target, offset + keyLength, valueSize);
        place(leaf, key, keyLength, place, valueSize, isBucket);
    }

    /** As above, from an array. */
    public void put(byte[] key, int keyLength, byte[] value, boolean isBucket) {
        Node leaf = leafFor(key, keyLength);
        long place = space().arena.reserve((long) keyLength + value.length);
        MemorySegment target = space().arena.segment(place);
        long offset = ByteArena.offset(place);
        MemorySegment.copy(key, 0, target, ValueLayout.JAVA_BYTE, offset, keyLength);
        MemorySegment.copy(
                value, 0, target, ValueLayout.JAVA_BYTE, offset + keyLength, value.length);
        place(leaf, key, keyLength, place, value.length, isBucket);
    }

    private void place(
            Node leaf, byte[] key, int keyLength, long place, int valueSize, boolean isBucket) {
        int last = leaf.count() - 1;
        int index =
                last >= 0 && leaf.compareKey(last, key, keyLength) < 0
                        ? -(last + 1) - 1
                        : leaf.search(key, keyLength);
        boolean replace = index >= 0;
        leaf.putLeaf(replace ? index : -index - 1, replace, place, keyLength, valueSize, isBucket);
        changes++;
    }

    /** Whether the key is there as a bucket, as a value, or not at all. */
    public Kind kindOf(byte[] key, int keyLength) {
        Node hint = rightmost;
        if (hint != null
                && hint.count() > 0
                && hint.compareKey(hint.count() - 1, key, keyLength) < 0) {
            return Kind.MISSING;
        }
        Node node = root;
        if (node == null) {
            return kindOfElement(findElement(key, keyLength));
        }
        while (!node.isLeaf()) {
            int index = node.searchChild(key, keyLength);
            Node child = node.childNode(index);
            if (child == null) {
                long page = pages.locate(node.child(index));
                return kindOfElement(TreeSearch.find(pages, page, key, keyLength));
            }
            node = child;
        }
        int index = node.search(key, keyLength);
        if (index < 0) {
            return Kind.MISSING;
        }
        return node.isBucket(index) ? Kind.BUCKET : Kind.VALUE;
    }

    private Kind kindOfElement(long element) {
        if (element == TreeSearch.NOT_FOUND) {
            return Kind.MISSING;
        }
        return LeafPage.isBucket(pages.map(), element) ? Kind.BUCKET : Kind.VALUE;
    }

    /** What stands under a key. */
    public enum Kind {
        MISSING,
        VALUE,
        BUCKET
    }

    /** Removes a key; a missing one changes nothing. */
    public void delete(byte[] key, int keyLength) {
        if (kindOf(key, keyLength) == Kind.MISSING) {
            return;
        }
        Node leaf = leafFor(key, keyLength);
        int index = leaf.search(key, keyLength);
        if (index < 0) {
            throw pages.corrupted(leaf.page, "keys are out of order across pages");
        }
        leaf.remove(index);
        setUnbalanced(leaf);
        changes++;
    }

    private Node leafFor(byte[] key, int keyLength) {
        Node hint = rightmost;
        if (hint != null
                && hint.count() > 0
                && hint.compareKey(hint.count() - 1, key, keyLength) <= 0) {
            return hint;
        }
        Node node = rootNode();
        boolean right = true;
        int depth = 0;
        while (!node.isLeaf()) {
            int index = node.searchChild(key, keyLength);
            right &= index == node.count() - 1;
            node = node.readChild(index);
            if (++depth > Pages.DEPTH_MAX) {
                throw TreeSearch.tooDeep(pages, node.page * pages.pageSize());
            }
        }
        if (right) {
            rightmost = node;
        }
        return node;
    }

    /** The commit has to look whether the node is too small now. */
    void setUnbalanced(Node node) {
        if (!node.unbalanced) {
            node.unbalanced = true;
            unbalanced.add(node);
        }
    }

    /** Cursors have to find their place anew. */
    void setChanged() {
        changes++;
    }

    List<Node> takeUnbalanced() {
        List<Node> taken = new ArrayList<>(unbalanced);
        unbalanced.clear();
        rightmost = null;
        return taken;
    }

    // ---------------------------------------------------------------- sub-buckets

    /** Opens a sub-bucket; null when there is none of that name. */
    public @Nullable BucketTree openChild(byte[] name) {
        BucketTree open = openChildren.get(name);
        if (open != null) {
            return open;
        }
        Entry entry = find(name, name.length);
        if (entry == null || !entry.isBucket()) {
            return null;
        }
        if (!entry.segment().equals(pages.map())) {
            throw new IllegalStateException("a bucket put in this transaction is always open");
        }
        BucketTree child =
                ofValue(
                        pages,
                        space,
                        entry.offset() / pages.pageSize(),
                        entry.valueOffset(),
                        entry.valueSize());
        if (space != null) {
            openChildren.put(name.clone(), child);
        }
        return child;
    }

    /** Makes an empty inline sub-bucket; the caller has checked that the name is free. */
    public BucketTree createChild(byte[] name) {
        byte[] header = new byte[BucketHeader.SIZE + PageHeader.SIZE];
        header[BucketHeader.SIZE + 8] = PageHeader.LEAF;
        put(name, name.length, header, true);
        BucketTree child = created(pages, space());
        openChildren.put(name.clone(), child);
        return child;
    }

    /** Takes a sub-bucket out with the changes made to it, to be attached elsewhere. */
    public BucketTree detachChild(byte[] name) {
        BucketTree child = openChild(name);
        if (child == null) {
            throw new IllegalStateException("no such bucket");
        }
        openChildren.remove(name);
        delete(name, name.length);
        // The header is written anew in the new parent, whether the content changed or not.
        child.rootNode();
        return child;
    }

    /** Puts a detached tree under a name. */
    public void attachChild(byte[] name, BucketTree child) {
        byte[] header = new byte[BucketHeader.SIZE + PageHeader.SIZE];
        header[BucketHeader.SIZE + 8] = PageHeader.LEAF;
        put(name, name.length, header, true);
        openChildren.put(name.clone(), child);
    }

    /** Removes a sub-bucket with all that is in it, and frees its pages. */
    public void deleteChild(byte[] name, PageSink sink) {
        BucketTree child = openChild(name);
        if (child == null) {
            throw new IllegalStateException("no such bucket");
        }
        child.freeAll(sink, 0);
        openChildren.remove(name);
        delete(name, name.length);
    }

    private void freeAll(PageSink sink, int nesting) {
        if (nesting > Pages.PATH_MAX) {
            throw pages.corrupted(rootPage, "buckets nested in a circle");
        }
        TreeCursor cursor = new TreeCursor(this);
        List<byte[]> names = new ArrayList<>();
        for (boolean more = cursor.first(); more; more = cursor.next()) {
            if (cursor.isBucket()) {
                names.add(cursor.keyBytes());
            }
        }
        for (byte[] name : names) {
            BucketTree child = openChild(name);
            if (child != null) {
                child.freeAll(sink, nesting + 1);
            }
        }
        freePages(sink);
    }

    /** Frees the pages that the committed tree had and no merge has freed yet. */
    void freePages(PageSink sink) {
        Node node = root;
        if (node != null) {
            freeNode(node, sink, 0);
        } else if (rootPage != INLINE) {
            freePage(rootPage, sink, 0);
        }
        rootPage = INLINE;
    }

    private void freeNode(Node node, PageSink sink, int depth) {
        if (depth > Pages.DEPTH_MAX) {
            throw TreeSearch.tooDeep(pages, node.page * pages.pageSize());
        }
        if (node.page != 0) {
            sink.free(node.page, node.pages);
            node.page = 0;
        }
        if (!node.isLeaf()) {
            for (int i = 0; i < node.count(); i++) {
                Node child = node.childNode(i);
                if (child != null) {
                    freeNode(child, sink, depth + 1);
                } else {
                    freePage(node.child(i), sink, depth + 1);
                }
            }
        }
    }

    private void freePage(long page, PageSink sink, int depth) {
        long offset = pages.locate(page);
        if (depth > Pages.DEPTH_MAX) {
            throw TreeSearch.tooDeep(pages, offset);
        }
        MemorySegment map = pages.map();
        sink.free(page, pages.runLength(offset));
        if (!PageHeader.isLeaf(map, offset)) {
            int count = PageHeader.count(map, offset);
            for (int i = 0; i < count; i++) {
                freePage(BranchPage.child(map, BranchPage.element(offset, i)), sink, depth + 1);
            }
        }
    }

    /** Sub-buckets that this transaction has opened, by name. */
    Map<byte[], BucketTree> openChildren() {
        return openChildren;
    }

    // ---------------------------------------------------------------- commit

    /** Merges nodes that have become too small, in this bucket and all opened below it. */
    public void rebalance(PageSink sink) {
        Rebalance.run(this, sink);
        for (BucketTree child : openChildren.values()) {
            child.rebalance(sink);
        }
    }

    /** Writes all changed pages of this bucket and of all opened below it. */
    public void spill(PageSink sink) {
        Spill.run(this, sink);
    }

    /** About as many pages as {@link #spill} will allocate. */
    public long estimatePages() {
        long pages = root == null ? 0 : root.estimatePages(fillPercent);
        for (BucketTree child : openChildren.values()) {
            pages += child.estimatePages();
        }
        return pages;
    }

    void setRoot(long page) {
        rootPage = page;
    }
}
