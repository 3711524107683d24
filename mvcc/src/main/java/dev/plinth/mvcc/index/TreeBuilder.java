package dev.plinth.mvcc.index;

import java.util.Arrays;

/**
 * Makes a tree from below, out of keys that come in order: every node is written once. Leaves are
 * filled to seven eighths, so that a first update of each key finds room in them.
 */
final class TreeBuilder {
    private static final int LEAF_FILL_BYTES = TreeNodes.NODE_MAX_BYTES * 7 / 8;

    private final TreeNodes nodes;
    private final LeafEntries leaf = new LeafEntries();
    private long leafKeyBytes;
    private long leafRecordBytes;

    // The finished nodes of the lowest level that has no parents yet, in order.
    private int[] refs = new int[256];
    private byte[][] separators = new byte[256][];
    private int count;
    private byte[] separator = new byte[0];

    TreeBuilder(TreeNodes nodes) {
        this.nodes = nodes;
    }

    /** Adds a key that is greater than the last one; both arrays are taken over. */
    void add(byte[] key, byte[] record) {
        int entries = leaf.count();
        if (entries > 0 && bytesWith(key, record) > LEAF_FILL_BYTES) {
            byte[] last = leaf.key(entries - 1);
            finishLeaf();
            separator = Arrays.copyOf(key, Arrays.mismatch(last, key) + 1);
        }
        leaf.add(key, record);
        leafKeyBytes += key.length + RecordBuffer.varintSize(key.length);
        leafRecordBytes += record.length;
    }

    /** At most what the leaf takes with one more entry. */
    private long bytesWith(byte[] key, byte[] record) {
        int entries = leaf.count() + 1;
        byte[] first = leaf.key(0);
        int prefix = Math.max(0, Arrays.mismatch(first, key));
        long keys = leafKeyBytes + key.length + RecordBuffer.varintSize(key.length);
        return Node.HEADER_BYTES
                + prefix
                + keys
                - (long) prefix * entries
                + leafRecordBytes
                + record.length
                + 2L * entries;
    }

    private void finishLeaf() {
        addNode(separator, leaf.build(0, leaf.count(), nodes.memory, nodes.stamp()));
        leaf.clear();
        leafKeyBytes = 0;
        leafRecordBytes = 0;
    }

    private void addNode(byte[] before, int ref) {
        if (count == refs.length) {
            refs = Arrays.copyOf(refs, count * 2);
            separators = Arrays.copyOf(separators, count * 2);
        }
        refs[count] = ref;
        separators[count++] = before;
    }

    /** Finishes the tree; returns its root, 0 when nothing was added. */
    int build() {
        if (leaf.count() > 0) {
            finishLeaf();
        }
        while (count > 1) {
            buildLevel();
        }
        return count == 0 ? 0 : refs[0];
    }

    private void buildLevel() {
        int children = count;
        BranchEntries branch = new BranchEntries();
        byte[] before = separators[0];
        count = 0;
        for (int i = 0; i < children; i++) {
            // A parent is stored at a place whose child was read before.
            int ref = refs[i];
            byte[] own = separators[i];
            branch.add(own, ref, nodes.liveOf(ref));
            int entries = branch.count();
            boolean isFull =
                    entries > 2 && branch.branchBytes(0, entries) > TreeNodes.NODE_MAX_BYTES;
            if (isFull) {
                addNode(before, branch.build(0, entries - 1, nodes.memory, nodes.stamp()));
                branch.clear();
                branch.add(own, ref, nodes.liveOf(ref));
                before = own;
            }
        }
        addNode(before, branch.build(0, branch.count(), nodes.memory, nodes.stamp()));
    }
}
