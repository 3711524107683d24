package dev.plinth.mvcc.index;

import java.lang.foreign.MemorySegment;
import java.util.Arrays;

/** The children of one or two branches, taken out to be put together anew. */
final class BranchEntries {
    private int[] refs = new int[64];
    private int[] lives = new int[64];
    private byte[][] separators = new byte[64][];
    private int count;

    void clear() {
        Arrays.fill(separators, 0, count, new byte[0]);
        count = 0;
    }

    int count() {
        return count;
    }

    /** The separator before child {@code i}; only looked at for {@code i > 0}. */
    byte[] separator(int i) {
        return separators[i];
    }

    void add(byte[] separator, int ref, int live) {
        insert(count, separator, ref, live);
    }

    void insert(int at, byte[] separator, int ref, int live) {
        if (count == refs.length) {
            refs = Arrays.copyOf(refs, count * 2);
            lives = Arrays.copyOf(lives, count * 2);
            separators = Arrays.copyOf(separators, count * 2);
        }
        System.arraycopy(refs, at, refs, at + 1, count - at);
        System.arraycopy(lives, at, lives, at + 1, count - at);
        System.arraycopy(separators, at, separators, at + 1, count - at);
        refs[at] = ref;
        lives[at] = live;
        separators[at] = separator;
        count++;
    }

    void set(int at, int ref, int live) {
        refs[at] = ref;
        lives[at] = live;
    }

    void remove(int at) {
        System.arraycopy(refs, at + 1, refs, at, count - at - 1);
        System.arraycopy(lives, at + 1, lives, at, count - at - 1);
        System.arraycopy(separators, at + 1, separators, at, count - at - 1);
        count--;
    }

    /** Appends all children of a branch; the first one gets {@code separator}. */
    void addAll(MemorySegment s, long o, byte[] separator) {
        int children = Node.count(s, o);
        for (int i = 0; i < children; i++) {
            add(
                    i == 0 ? separator : Node.separatorOf(s, o, i),
                    Node.child(s, o, i),
                    Node.childLive(s, o, i));
        }
    }

    int branchBytes(int from, int to) {
        int prefix = prefix(from, to);
        int bytes = Node.HEADER_BYTES + prefix + 8 * (to - from);
        for (int i = from + 1; i < to; i++) {
            bytes += separators[i].length - prefix;
        }
        int narrow = bytes + 2 * (to - from);
        return narrow <= 0xFFFF ? narrow : bytes + 4 * (to - from);
    }

    /** Where to cut so that both branches are about equally long. */
    int middle() {
        long total = 0;
        for (int i = 0; i < count; i++) {
            total += 10 + separators[i].length;
        }
        long left = 0;
        int cut = 0;
        while (cut < count - 1 && left < total / 2) {
            left += 10 + separators[cut].length;
            cut++;
        }
        return Math.max(1, cut);
    }

    int build(int from, int to, IndexMemory memory, long stamp) {
        int count = to - from;
        int prefix = prefix(from, to);
        int used = branchBytes(from, to);
        int shift = used <= 0xFFFF ? 1 : 2;
        int ref = memory.allocate(used);
        MemorySegment s = memory.slab(ref);
        long o = IndexMemory.offset(ref);
        Node.writeHeader(s, o, Node.BRANCH, shift, count, used, prefix);
        Node.stamp(s, o, stamp);
        long slots = o + Node.slotsAt(false, count);
        long at = slots + ((long) count << shift);
        if (prefix > 0) {
            MemorySegment.copy(separators[from + 1], 0, s, IndexMemory.BYTE, at, prefix);
            at += prefix;
        }
        int live = 0;
        for (int i = 0; i < count; i++) {
            Node.child(s, o, i, refs[from + i]);
            Node.childLive(s, o, i, lives[from + i]);
            live += lives[from + i];
            Node.slot(s, slots, shift, i, (int) (at - o));
            if (i > 0) {
                byte[] separator = separators[from + i];
                int length = separator.length - prefix;
                MemorySegment.copy(separator, prefix, s, IndexMemory.BYTE, at, length);
                at += length;
            }
        }
        Node.live(s, o, live);
        return ref;
    }

    private int prefix(int from, int to) {
        if (to - from < 3) {
            return 0;
        }
        int mismatch = Arrays.mismatch(separators[from + 1], separators[to - 1]);
        return mismatch < 0 ? 0 : mismatch;
    }
}
