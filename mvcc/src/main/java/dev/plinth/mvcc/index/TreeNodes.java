package dev.plinth.mvcc.index;

import java.lang.foreign.MemorySegment;

/**
 * The nodes of the writer's tree: which of them are its own since the last publication, and what
 * becomes of those that it replaces. The writer's thread.
 */
final class TreeNodes {
    /** Larger nodes are split, but for those of a single huge key. */
    static final int NODE_MAX_BYTES = 1536;

    final IndexMemory memory;
    private final RetiredBlocks retired;
    private long stamp = 1;

    TreeNodes(IndexMemory memory, RetiredBlocks retired) {
        this.memory = memory;
        this.retired = retired;
    }

    /** What marks nodes made since the last publication. */
    long stamp() {
        return stamp;
    }

    /** All nodes made so far may be reached by readers from now on. */
    void publish() {
        stamp++;
    }

    /**
     * The node is not part of the tree any more; readers may still be in it if it was published.
     */
    void release(int ref) {
        if (Node.stamp(memory.slab(ref), IndexMemory.offset(ref)) == stamp) {
            memory.free(ref);
        } else {
            retired.add(ref);
        }
    }

    int liveOf(int ref) {
        return Node.live(memory.slab(ref), IndexMemory.offset(ref));
    }

    int usedOf(int ref) {
        return Node.used(memory.slab(ref), IndexMemory.offset(ref));
    }

    /** Replaces a child of a branch, in a copy unless the branch is the writer's own. */
    int patchBranch(int ref, MemorySegment s, long o, int i, int child) {
        int live = liveOf(child);
        int delta = live - Node.childLive(s, o, i);
        if (Node.stamp(s, o) == stamp) {
            Node.child(s, o, i, child);
            Node.childLive(s, o, i, live);
            Node.live(s, o, Node.live(s, o) + delta);
            return ref;
        }
        int used = Node.used(s, o);
        int copy = memory.allocate(used);
        MemorySegment t = memory.slab(copy);
        long p = IndexMemory.offset(copy);
        MemorySegment.copy(s, o + 4, t, p + 4, used - 4);
        Node.stamp(t, p, stamp);
        Node.child(t, p, i, child);
        Node.childLive(t, p, i, live);
        Node.live(t, p, Node.live(t, p) + delta);
        release(ref);
        return copy;
    }
}
