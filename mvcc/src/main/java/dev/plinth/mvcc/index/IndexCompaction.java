package dev.plinth.mvcc.index;

import java.lang.foreign.MemorySegment;
import org.jspecify.annotations.Nullable;

/**
 * Forgets, leaf by leaf, the revisions that a compaction drops; empty leaves go and small ones are
 * joined with a neighbour. The writer's thread.
 */
final class IndexCompaction {
    private static final int MERGE_BELOW_BYTES = TreeNodes.NODE_MAX_BYTES / 3;

    private final TreeNodes nodes;
    private final IndexMemory memory;
    private final RetiredBlocks retired;
    private final RecordCursor cursor;
    private final RecordWriter writer;
    private final Revisions revisions = new Revisions();
    private final LeafEntries leafEntries = new LeafEntries();
    private final BranchEntries branchEntries = new BranchEntries();
    private byte @Nullable [] next;

    IndexCompaction(TreeNodes nodes, RetiredBlocks retired) {
        this.nodes = nodes;
        this.memory = nodes.memory;
        this.retired = retired;
        this.cursor = new RecordCursor(memory);
        this.writer = new RecordWriter(memory);
    }

    /** Where the leaf after the one compacted last begins; null at the end. */
    byte @Nullable [] next() {
        return next;
    }

    /**
     * Compacts the leaf that {@code from} belongs to; returns the new root, 0 for an empty tree.
     */
    int compact(int root, byte[] from, long at) {
        next = null;
        if (root == 0) {
            return 0;
        }
        int compacted = compactNode(root, from, null, at);
        while (compacted != 0 && isSingleChild(compacted)) {
            int old = compacted;
            compacted = Node.child(memory.slab(old), IndexMemory.offset(old), 0);
            nodes.release(old);
        }
        return compacted;
    }

    /** Returns the node that takes the place of {@code ref}; 0 when nothing is left of it. */
    private int compactNode(int ref, byte[] from, byte @Nullable [] bound, long at) {
        MemorySegment s = memory.slab(ref);
        long o = IndexMemory.offset(ref);
        if (Node.isLeaf(s, o)) {
            next = bound;
            return compactLeaf(ref, s, o, at);
        }
        int i = Node.childIndex(s, o, from);
        byte[] childBound = i + 1 < Node.count(s, o) ? Node.separatorOf(s, o, i + 1) : bound;
        int child = Node.child(s, o, i);
        int compacted = compactNode(child, from, childBound, at);
        if (compacted == child) {
            return ref;
        }
        if (compacted != 0 && nodes.usedOf(compacted) >= MERGE_BELOW_BYTES) {
            return nodes.patchBranch(ref, s, o, i, compacted);
        }
        branchEntries.clear();
        branchEntries.addAll(s, o, new byte[0]);
        if (compacted == 0) {
            branchEntries.remove(i);
        } else {
            branchEntries.set(i, compacted, nodes.liveOf(compacted));
            mergeChild(s, o, i, compacted);
        }
        nodes.release(ref);
        int count = branchEntries.count();
        return count == 0 ? 0 : branchEntries.build(0, count, memory, nodes.stamp());
    }

    /** Joins a small child with a neighbour if one node can take both. */
    private void mergeChild(MemorySegment s, long o, int i, int child) {
        int count = Node.count(s, o);
        int left = i + 1 < count ? i : i - 1;
        if (left < 0) {
            return;
        }
        int first = left == i ? child : Node.child(s, o, left);
        int second = left == i ? Node.child(s, o, left + 1) : child;
        if (nodes.usedOf(first) + nodes.usedOf(second) > TreeNodes.NODE_MAX_BYTES * 3 / 4) {
            return;
        }
        MemorySegment a = memory.slab(first);
        long p = IndexMemory.offset(first);
        MemorySegment b = memory.slab(second);
        long q = IndexMemory.offset(second);
        int merged;
        if (Node.isLeaf(a, p)) {
            leafEntries.clear();
            leafEntries.addAll(a, p, 0, Node.count(a, p));
            leafEntries.addAll(b, q, 0, Node.count(b, q));
            merged = leafEntries.build(0, leafEntries.count(), memory, nodes.stamp());
        } else {
            BranchEntries both = new BranchEntries();
            both.addAll(a, p, new byte[0]);
            both.addAll(b, q, Node.separatorOf(s, o, left + 1));
            merged = both.build(0, both.count(), memory, nodes.stamp());
        }
        nodes.release(first);
        nodes.release(second);
        branchEntries.set(left, merged, nodes.liveOf(merged));
        branchEntries.remove(left + 1);
    }

    private int compactLeaf(int ref, MemorySegment s, long o, long at) {
        int count = Node.count(s, o);
        leafEntries.clear();
        boolean changed = false;
        for (int i = 0; i < count; i++) {
            long from = Node.recordAt(s, Node.entryAt(s, o, i));
            long to = Node.entryAt(s, o, i + 1);
            cursor.open(s, from, to);
            int overflow = cursor.overflow();
            boolean single = overflow == 0 && cursor.position() == to;
            if (single && (!cursor.tombstone || cursor.main >= at)) {
                leafEntries.addAll(s, o, i, i + 1);
                continue;
            }
            revisions.load(cursor);
            int left = revisions.firstLeft(at);
            if (left == 0) {
                leafEntries.addAll(s, o, i, i + 1);
                continue;
            }
            changed = true;
            retireOverflow(overflow);
            if (left < revisions.count()) {
                writer.encodeFrom(revisions, left);
                leafEntries.add(Node.keyOf(s, o, i), writer.copy());
            }
        }
        if (!changed) {
            return ref;
        }
        nodes.release(ref);
        int left = leafEntries.count();
        return left == 0 ? 0 : leafEntries.build(0, left, memory, nodes.stamp());
    }

    private void retireOverflow(int first) {
        int block = first;
        while (block != 0) {
            retired.add(block);
            cursor.openBlock(block);
            block = cursor.overflow();
        }
    }

    private boolean isSingleChild(int ref) {
        MemorySegment s = memory.slab(ref);
        long o = IndexMemory.offset(ref);
        return !Node.isLeaf(s, o) && Node.count(s, o) == 1;
    }
}
