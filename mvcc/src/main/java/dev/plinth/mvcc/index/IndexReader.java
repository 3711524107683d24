package dev.plinth.mvcc.index;

import java.lang.foreign.MemorySegment;
import org.jspecify.annotations.Nullable;

/**
 * Reads a published root of a {@link KeyIndex}. The caller has pinned the root's epoch. Holds
 * scratch state: one thread at a time.
 *
 * <p>Interval ends: {@code null} one key, empty open-ended, else exclusive.
 */
public final class IndexReader {

    /** Is given the keys of a scan that are alive. */
    public interface Visitor {
        /**
         * Is called for each key in order.
         *
         * @param reader {@link IndexReader#currentKey} is the key
         * @param state valid during the call
         * @return whether to go on
         */
        boolean visit(IndexReader reader, KeyState state);
    }

    private final IndexMemory memory;
    private final RecordCursor cursor;
    private final KeyState state = new KeyState();
    private @Nullable Revisions revisions;
    private MemorySegment leaf = MemorySegment.NULL;
    private long leafAt;
    private int entry;

    IndexReader(IndexMemory memory) {
        this.memory = memory;
        this.cursor = new RecordCursor(memory);
    }

    /** Finds what a key is at a revision; false when it is not alive then. */
    public boolean find(int root, byte[] key, long atRevision, KeyState out) {
        return seekKey(root, key) && aliveAt(atRevision, out);
    }

    /** Whether the key is known, dead or alive. */
    boolean isKnown(int root, byte[] key) {
        return seekKey(root, key);
    }

    /** Whether the key is known, dead or alive, with exactly this revision. */
    public boolean contains(int root, byte[] key, long main, int sub) {
        if (!seekKey(root, key) || !cursor.seek(main)) {
            return false;
        }
        do {
            if (cursor.main == main && cursor.sub == sub) {
                return true;
            }
        } while (cursor.main == main && cursor.next());
        return false;
    }

    /**
     * Whether {@code (main, sub)} is the revision of the key that a compaction at {@code at} would
     * pick and that does not end a life: the keep question of HashKV.
     */
    public boolean keeps(int root, byte[] key, long main, int sub, long at) {
        if (!seekKey(root, key)) {
            return false;
        }
        Revisions all = revisions == null ? new Revisions() : revisions;
        revisions = all;
        all.load(cursor);
        int picked = all.picked(at);
        return picked >= 0
                && !all.tombstone(picked)
                && all.main(picked) == main
                && all.sub(picked) == sub;
    }

    /** Whether any key, dead or alive, has a revision with a main of at most {@code main}. */
    public boolean knowsUpTo(int root, long main) {
        if (root == 0) {
            return false;
        }
        MemorySegment s = memory.slab(root);
        long o = IndexMemory.offset(root);
        boolean isLeaf = Node.isLeaf(s, o);
        for (int i = 0; i < Node.count(s, o); i++) {
            if (isLeaf ? seekEntry(s, o, i, main) : knowsUpTo(Node.child(s, o, i), main)) {
                return true;
            }
        }
        return false;
    }

    private boolean seekEntry(MemorySegment s, long o, int i, long main) {
        leaf = s;
        leafAt = o;
        entry = i;
        openEntry();
        return cursor.seek(main);
    }

    /** Visits the keys of the interval that are alive at a revision, in order. */
    public void scan(
            int root, byte[] key, byte @Nullable [] end, long atRevision, Visitor visitor) {
        if (end == null) {
            if (seekKey(root, key) && aliveAt(atRevision, state)) {
                visitor.visit(this, state);
            }
        } else if (root != 0) {
            byte[] high = end.length == 0 ? null : end;
            scanNode(root, key.length == 0 ? null : key, high, atRevision, visitor);
        }
    }

    /** Number of keys alive at a revision, by visiting them all. */
    public long countAt(int root, byte[] key, byte @Nullable [] end, long atRevision) {
        long[] count = {0};
        scan(
                root,
                key,
                end,
                atRevision,
                (reader, found) -> {
                    count[0]++;
                    return true;
                });
        return count[0];
    }

    /** Number of keys that are alive in their newest revision, from the subtree counts. */
    public long countNewest(int root, byte[] key, byte @Nullable [] end) {
        if (end == null) {
            return find(root, key, Long.MAX_VALUE, state) ? 1 : 0;
        }
        byte[] high = end.length == 0 ? null : end;
        return root == 0 ? 0 : countNode(root, key.length == 0 ? null : key, high);
    }

    /** The key of the visited entry, copied. */
    public byte[] currentKey() {
        return Node.keyOf(leaf, leafAt, entry);
    }

    private boolean seekKey(int root, byte[] key) {
        if (root == 0) {
            return false;
        }
        int ref = root;
        while (true) {
            MemorySegment s = memory.slab(ref);
            long o = IndexMemory.offset(ref);
            if (Node.isLeaf(s, o)) {
                leaf = s;
                leafAt = o;
                entry = Node.lowerBound(s, o, key);
                if (!Node.isKey(s, o, entry, key)) {
                    return false;
                }
                openEntry();
                return true;
            }
            ref = Node.child(s, o, Node.childIndex(s, o, key));
        }
    }

    private void openEntry() {
        long at = Node.recordAt(leaf, Node.entryAt(leaf, leafAt, entry));
        cursor.open(leaf, at, Node.entryAt(leaf, leafAt, entry + 1));
    }

    private boolean aliveAt(long atRevision, KeyState out) {
        if (!cursor.seek(atRevision) || cursor.tombstone) {
            return false;
        }
        out.mod = cursor.main;
        out.sub = cursor.sub;
        out.create = cursor.create;
        out.version = cursor.version;
        return true;
    }

    private boolean scanNode(
            int ref,
            byte @Nullable [] low,
            byte @Nullable [] high,
            long atRevision,
            Visitor visitor) {
        MemorySegment s = memory.slab(ref);
        long o = IndexMemory.offset(ref);
        if (!Node.isLeaf(s, o)) {
            int first = low == null ? 0 : Node.childIndex(s, o, low);
            int last = high == null ? Node.count(s, o) - 1 : Node.childIndex(s, o, high);
            for (int i = first; i <= last; i++) {
                if (!scanNode(
                        Node.child(s, o, i),
                        i == first ? low : null,
                        i == last ? high : null,
                        atRevision,
                        visitor)) {
                    return false;
                }
            }
            return true;
        }
        int from = low == null ? 0 : Node.lowerBound(s, o, low);
        int to = high == null ? Node.count(s, o) : Node.lowerBound(s, o, high);
        for (int i = from; i < to; i++) {
            leaf = s;
            leafAt = o;
            entry = i;
            openEntry();
            if (aliveAt(atRevision, state) && !visitor.visit(this, state)) {
                return false;
            }
        }
        return true;
    }

    private long countNode(int ref, byte @Nullable [] low, byte @Nullable [] high) {
        MemorySegment s = memory.slab(ref);
        long o = IndexMemory.offset(ref);
        if (low == null && high == null) {
            return Node.live(s, o);
        }
        long count = 0;
        if (Node.isLeaf(s, o)) {
            int from = low == null ? 0 : Node.lowerBound(s, o, low);
            int to = high == null ? Node.count(s, o) : Node.lowerBound(s, o, high);
            for (int i = from; i < to; i++) {
                long record = Node.recordAt(s, Node.entryAt(s, o, i));
                if ((s.get(IndexMemory.BYTE, record) & RecordCursor.TOMBSTONE) == 0) {
                    count++;
                }
            }
            return count;
        }
        int first = low == null ? 0 : Node.childIndex(s, o, low);
        int last = high == null ? Node.count(s, o) - 1 : Node.childIndex(s, o, high);
        for (int i = first; i <= last; i++) {
            boolean whole = (i != first || low == null) && (i != last || high == null);
            count +=
                    whole
                            ? Node.childLive(s, o, i)
                            : countNode(
                                    Node.child(s, o, i),
                                    i == first ? low : null,
                                    i == last ? high : null);
        }
        return count;
    }
}
