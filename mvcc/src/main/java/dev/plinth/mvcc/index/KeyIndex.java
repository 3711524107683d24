package dev.plinth.mvcc.index;

import dev.plinth.mvcc.reclaim.Epochs;
import java.lang.foreign.MemorySegment;
import org.jspecify.annotations.Nullable;

/**
 * From key to revisions: an ordered tree in native memory with one writer and any number of readers
 * that never wait.
 *
 * <p><b>Shape.</b> A B+tree whose nodes are blocks of up to {@value TreeNodes#NODE_MAX_BYTES} bytes
 * (more only for huge keys). Leaves hold keys without their common prefix, each with a record of
 * its revisions as deltas, the newest first and complete, so that a read of the present decodes
 * five small numbers ({@link RecordCursor} draws the bytes). Branches hold shortened separators
 * and, for each child, how many keys below it are alive: {@link IndexReader#countNewest} adds up
 * those along two paths. A record that grows beyond {@value RecordWriter#INLINE_MAX_BYTES} bytes
 * moves its past into blocks of its own, linked newest to oldest.
 *
 * <p><b>Versions.</b> The writer never changes what a published root can reach: it copies the path
 * from leaf to root (or changes nodes in place that it made itself since the last publication, told
 * by their stamp). {@link #publish} makes the new root known; the nodes it replaced are reused once
 * {@link Epochs} says that no reader of an older root is left.
 *
 * <p><b>Cost.</b> With 1 000 000 keys: 3 or 4 levels; a read touches one node a level. A put copies
 * one node a level, about 4 KiB in all, and allocates nothing on the heap unless a node splits. The
 * state per key with a single revision is the key without its prefix plus about 13 bytes, in leaves
 * that are 55 % to 100 % full; {@link #memoryBytes} counts. Reading a revision in a history of n
 * passes over n / 80 blocks.
 *
 * <p>All methods but {@link #newReader} belong to the writer; the caller sees to it that there is
 * one at a time.
 */
public final class KeyIndex implements AutoCloseable {

    private final Epochs epochs;
    private final IndexMemory memory = new IndexMemory();
    private final RetiredBlocks retired = new RetiredBlocks();
    private final TreeNodes nodes = new TreeNodes(memory, retired);
    private final RecordWriter record = new RecordWriter(memory);
    private final IndexReader reader = new IndexReader(memory);
    private final LeafEntries leafEntries = new LeafEntries();
    private final BranchEntries branchEntries = new BranchEntries();
    private final IndexCompaction compaction = new IndexCompaction(nodes, retired);
    private final Change change = new Change();

    private int root;

    /** What is to be done to one key, and what came of it. */
    private static final class Change {
        private byte[] key = new byte[0];
        private long main;
        private int sub;
        private boolean tombstone;
        // For a key that is not known yet.
        private long create;
        private long version;
        // A node that had to be split in two: the right part and the separator before it.
        private int splitRef;
        private byte[] splitKey = new byte[0];
    }

    public KeyIndex(Epochs epochs) {
        this.epochs = epochs;
    }

    /** A reader of any root of this index, for one thread. */
    public IndexReader newReader() {
        return new IndexReader(memory);
    }

    /** The writer's own root, which holds changes not yet published. */
    public int root() {
        return root;
    }

    /**
     * Records a put.
     *
     * @param out is set to what the key is now
     */
    public void put(byte[] key, long main, int sub, KeyState out) {
        change.create = main;
        change.version = 1;
        apply(key, main, sub, false);
        out.mod = main;
        out.sub = sub;
        out.create = record.create;
        out.version = record.version;
    }

    /** Records a deletion; false (and no change) when the key is not alive. */
    public boolean tombstone(byte[] key, long main, int sub, KeyState scratch) {
        if (!reader.find(root, key, Long.MAX_VALUE, scratch)) {
            return false;
        }
        apply(key, main, sub, true);
        return true;
    }

    /**
     * Records a revision read from the database. The first one seen of a key may be in the middle
     * of a life, or a tombstone; a tombstone on a dead key is passed over.
     */
    public void restore(
            byte[] key, long main, int sub, boolean tombstone, long create, long version) {
        if (tombstone && isKnown(key) && !isAliveNow(key)) {
            return;
        }
        change.create = create;
        change.version = version;
        apply(key, main, sub, tombstone);
    }

    /**
     * Makes all changes so far known: the caller stores the returned root where readers load it,
     * then calls {@link #published}.
     */
    public int publish() {
        nodes.publish();
        return root;
    }

    /** The root returned by {@link #publish} is what readers of {@code epoch} find. */
    public void published(long epoch) {
        retired.seal(epoch);
        if (retired.waiting() > 64) {
            retired.free(epochs.minimumPinned(), memory);
        }
    }

    /**
     * Compacts the leaf that {@code from} belongs to: forgets what a compaction at {@code at}
     * drops. To be repeated with the returned key, then published.
     *
     * @return where to go on; null at the end
     */
    public byte @Nullable [] compact(byte[] from, long at) {
        root = compaction.compact(root, from, at);
        return compaction.next();
    }

    /** Whether HashKV at {@code at} keeps anything at all. */
    public static boolean keepsAnything(IndexReader reader, int root, long at) {
        boolean[] found = {false};
        reader.scan(
                root,
                new byte[0],
                new byte[0],
                at,
                (r, state) -> {
                    found[0] = r.keeps(root, r.currentKey(), state.mod, state.sub, at);
                    return !found[0];
                });
        return found[0];
    }

    /** Whether no revision was entered yet. */
    boolean isEmpty() {
        return root == 0;
    }

    /** Makes the tree of an empty index from keys that come in order. */
    TreeBuilder newBuilder() {
        return new TreeBuilder(nodes);
    }

    RecordWriter newRecordWriter() {
        return new RecordWriter(memory);
    }

    /** Takes over what a builder has made. */
    void adopt(int builtRoot) {
        if (root != 0) {
            throw new IllegalStateException("the index is not empty");
        }
        root = builtRoot;
    }

    /** Native bytes that the index holds. */
    public long memoryBytes() {
        return memory.reservedBytes();
    }

    /** Native bytes in nodes and blocks, those that wait for their last reader included. */
    public long usedBytes() {
        return memory.usedBytes();
    }

    /** Frees the memory; no reader may be left. */
    @Override
    public void close() {
        memory.close();
    }

    // --- changing a key ---

    private void apply(byte[] key, long main, int sub, boolean tombstone) {
        change.key = key;
        change.main = main;
        change.sub = sub;
        change.tombstone = tombstone;
        change.splitRef = 0;
        if (root == 0) {
            writeFirst();
            leafEntries.clear();
            leafEntries.add(key, record.copy());
            root = leafEntries.build(0, 1, memory, nodes.stamp());
            return;
        }
        int left = changeNode(root);
        root = left;
        if (change.splitRef != 0) {
            branchEntries.clear();
            branchEntries.add(new byte[0], left, nodes.liveOf(left));
            branchEntries.add(change.splitKey, change.splitRef, nodes.liveOf(change.splitRef));
            root = branchEntries.build(0, 2, memory, nodes.stamp());
        }
    }

    /** Returns the node that takes the place of {@code ref}. */
    private int changeNode(int ref) {
        MemorySegment s = memory.slab(ref);
        long o = IndexMemory.offset(ref);
        if (Node.isLeaf(s, o)) {
            return changeLeaf(ref, s, o);
        }
        int i = Node.childIndex(s, o, change.key);
        int child = changeNode(Node.child(s, o, i));
        if (change.splitRef == 0) {
            return nodes.patchBranch(ref, s, o, i, child);
        }
        branchEntries.clear();
        branchEntries.addAll(s, o, new byte[0]);
        branchEntries.set(i, child, nodes.liveOf(child));
        branchEntries.insert(
                i + 1, change.splitKey, change.splitRef, nodes.liveOf(change.splitRef));
        nodes.release(ref);
        return buildBranches(i + 1 == branchEntries.count() - 1);
    }

    private int buildBranches(boolean grewAtTheEnd) {
        int count = branchEntries.count();
        if (branchEntries.branchBytes(0, count) <= TreeNodes.NODE_MAX_BYTES || count < 4) {
            change.splitRef = 0;
            return branchEntries.build(0, count, memory, nodes.stamp());
        }
        int cut = grewAtTheEnd ? count - 1 : branchEntries.middle();
        change.splitRef = branchEntries.build(cut, count, memory, nodes.stamp());
        change.splitKey = branchEntries.separator(cut);
        return branchEntries.build(0, cut, memory, nodes.stamp());
    }

    private int changeLeaf(int ref, MemorySegment s, long o) {
        int i = Node.lowerBound(s, o, change.key);
        boolean known = Node.isKey(s, o, i, change.key);
        int used = Node.used(s, o);
        if (known) {
            long from = Node.recordAt(s, Node.entryAt(s, o, i));
            long to = Node.entryAt(s, o, i + 1);
            record.next(s, from, to, change.main, change.sub, change.tombstone);
            if (used + record.length() - (to - from) <= TreeNodes.NODE_MAX_BYTES) {
                return replaceRecord(ref, s, o, i, from, to);
            }
        } else {
            writeFirst();
            int prefix = Node.prefixLength(s, o);
            int suffix = change.key.length - prefix;
            if (Node.hasPrefix(s, o, change.key)) {
                int entry = RecordBuffer.varintSize(suffix) + suffix + record.length();
                if (used + 2 + entry <= TreeNodes.NODE_MAX_BYTES) {
                    return insertEntry(ref, s, o, i, entry);
                }
            }
        }
        return rebuildLeaf(ref, s, o, i, known);
    }

    /** Copies a leaf with another record for entry {@code i}, which now lies in [from, to). */
    private int replaceRecord(int ref, MemorySegment s, long o, int i, long from, long to) {
        int used = Node.used(s, o);
        int count = Node.count(s, o);
        int delta = record.length() - (int) (to - from);
        boolean wasAlive = (s.get(IndexMemory.BYTE, from) & RecordCursor.TOMBSTONE) == 0;
        int copy = memory.allocate(used + delta);
        MemorySegment t = memory.slab(copy);
        long p = IndexMemory.offset(copy);
        MemorySegment.copy(s, o + 4, t, p + 4, from - o - 4);
        long at = p + (from - o);
        MemorySegment.copy(record.array(), 0, t, IndexMemory.BYTE, at, record.length());
        MemorySegment.copy(s, to, t, at + record.length(), o + used - to);
        long slots = Node.HEADER_BYTES;
        for (int j = i + 1; j < count; j++) {
            short slot = s.get(IndexMemory.SHORT, o + slots + 2L * j);
            t.set(IndexMemory.SHORT, p + slots + 2L * j, (short) (slot + delta));
        }
        int prefix = Node.prefixLength(s, o);
        Node.writeHeader(t, p, Node.LEAF, 1, count, used + delta, prefix);
        Node.stamp(t, p, nodes.stamp());
        int alive = (change.tombstone ? 0 : 1) - (wasAlive ? 1 : 0);
        Node.live(t, p, Node.live(s, o) + alive);
        nodes.release(ref);
        return copy;
    }

    /** Copies a leaf with a new entry of {@code entryBytes} before entry {@code i}. */
    private int insertEntry(int ref, MemorySegment s, long o, int i, int entryBytes) {
        int used = Node.used(s, o);
        int count = Node.count(s, o);
        int prefix = Node.prefixLength(s, o);
        int copy = memory.allocate(used + 2 + entryBytes);
        MemorySegment t = memory.slab(copy);
        long p = IndexMemory.offset(copy);
        Node.writeHeader(t, p, Node.LEAF, 1, count + 1, used + 2 + entryBytes, prefix);
        Node.stamp(t, p, nodes.stamp());
        Node.live(t, p, Node.live(s, o) + (change.tombstone ? 0 : 1));
        long from = o + Node.HEADER_BYTES;
        long to = p + Node.HEADER_BYTES;
        for (int j = 0; j < i; j++) {
            short slot = s.get(IndexMemory.SHORT, from + 2L * j);
            t.set(IndexMemory.SHORT, to + 2L * j, (short) (slot + 2));
        }
        long entryAt = Node.entryAt(s, o, i) - o;
        t.set(IndexMemory.SHORT, to + 2L * i, (short) (entryAt + 2));
        for (int j = i; j < count; j++) {
            short slot = s.get(IndexMemory.SHORT, from + 2L * j);
            t.set(IndexMemory.SHORT, to + 2L * (j + 1), (short) (slot + 2 + entryBytes));
        }
        long bodyAt = Node.HEADER_BYTES + 2L * count;
        MemorySegment.copy(s, o + bodyAt, t, p + bodyAt + 2, entryAt - bodyAt);
        int suffix = change.key.length - prefix;
        long at = LeafEntries.putVarint(t, p + entryAt + 2, suffix);
        MemorySegment.copy(change.key, prefix, t, IndexMemory.BYTE, at, suffix);
        at += suffix;
        MemorySegment.copy(record.array(), 0, t, IndexMemory.BYTE, at, record.length());
        at += record.length();
        MemorySegment.copy(s, o + entryAt, t, at, used - entryAt);
        nodes.release(ref);
        return copy;
    }

    /** The general case: a new prefix, or a leaf that is full and may have to be split. */
    private int rebuildLeaf(int ref, MemorySegment s, long o, int i, boolean known) {
        int count = Node.count(s, o);
        leafEntries.clear();
        leafEntries.addAll(s, o, 0, i);
        leafEntries.add(change.key, record.copy());
        leafEntries.addAll(s, o, known ? i + 1 : i, count);
        nodes.release(ref);
        int all = leafEntries.count();
        if (all == 1 || leafEntries.leafBytes(0, all) <= TreeNodes.NODE_MAX_BYTES * 7 / 8) {
            return leafEntries.build(0, all, memory, nodes.stamp());
        }
        // Keys that come in order leave full leaves behind.
        int cut = !known && i == count ? all - 1 : leafEntries.middle();
        change.splitRef = leafEntries.build(cut, all, memory, nodes.stamp());
        change.splitKey = leafEntries.separatorBefore(cut);
        return leafEntries.build(0, cut, memory, nodes.stamp());
    }

    private void writeFirst() {
        record.first(change.main, change.sub, change.tombstone, change.create, change.version);
    }

    private boolean isKnown(byte[] key) {
        return reader.isKnown(root, key);
    }

    private boolean isAliveNow(byte[] key) {
        return reader.find(root, key, Long.MAX_VALUE, new KeyState());
    }
}
