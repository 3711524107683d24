package dev.plinth.mvcc.index;

import static dev.plinth.mvcc.index.IndexMemory.BYTE;
import static dev.plinth.mvcc.index.IndexMemory.INT;
import static dev.plinth.mvcc.index.IndexMemory.LONG;
import static dev.plinth.mvcc.index.IndexMemory.SHORT;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/**
 * Layout of the nodes of the index tree. Static accessors; a node is a slab and an offset in it.
 *
 * <pre>
 *   0  u32  block size                 (IndexMemory's)
 *   4  u8   kind       1 leaf, 2 branch
 *   5  u8   slot shift 1: 16-bit slots, 2: 32-bit slots (nodes with huge keys)
 *   6  u16  count      entries
 *   8  u32  used       bytes
 *  12  u32  live       keys below that are alive in their newest revision
 *  16  u64  stamp      the writer's publication number when the node was made
 *  24  u32  prefix length
 *  28  branch only: u32 child reference [count], u32 live [count]
 *      slots  [count]  offset of each entry from the node's start
 *      prefix          what all keys begin with (of a branch: all separators but the first)
 *      entries in key order:
 *        leaf    varint suffix length, suffix, record (RecordCursor)
 *        branch  suffix of the separator: the least key that may be below the child; the first
 *                child has none (minus infinity)
 * </pre>
 *
 * Entries lie in order without gaps, so an entry ends where the next one starts.
 */
final class Node {
    static final int LEAF = 1;
    static final int BRANCH = 2;
    static final int HEADER_BYTES = 28;
    static final int COUNT_MAX = 0xFFFF;

    private static final int KIND = 4;
    private static final int SLOT_SHIFT = 5;
    private static final int COUNT = 6;
    private static final int USED = 8;
    private static final int LIVE = 12;
    private static final int STAMP = 16;
    private static final int PREFIX = 24;

    private static final ValueLayout.OfLong LONG_BIG_ENDIAN =
            ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.BIG_ENDIAN);
    private static final VarHandle ARRAY_LONG_BIG_ENDIAN =
            MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.BIG_ENDIAN);

    private Node() {}

    static void writeHeader(
            MemorySegment s, long o, int kind, int slotShift, int count, int used, int prefix) {
        s.set(BYTE, o + KIND, (byte) kind);
        s.set(BYTE, o + SLOT_SHIFT, (byte) slotShift);
        s.set(SHORT, o + COUNT, (short) count);
        s.set(INT, o + USED, used);
        s.set(INT, o + PREFIX, prefix);
    }

    static boolean isLeaf(MemorySegment s, long o) {
        return s.get(BYTE, o + KIND) == LEAF;
    }

    static int slotShift(MemorySegment s, long o) {
        return s.get(BYTE, o + SLOT_SHIFT);
    }

    static int count(MemorySegment s, long o) {
        return Short.toUnsignedInt(s.get(SHORT, o + COUNT));
    }

    static int used(MemorySegment s, long o) {
        return s.get(INT, o + USED);
    }

    static int live(MemorySegment s, long o) {
        return s.get(INT, o + LIVE);
    }

    static void live(MemorySegment s, long o, int live) {
        s.set(INT, o + LIVE, live);
    }

    static long stamp(MemorySegment s, long o) {
        return s.get(LONG, o + STAMP);
    }

    static void stamp(MemorySegment s, long o, long stamp) {
        s.set(LONG, o + STAMP, stamp);
    }

    static int prefixLength(MemorySegment s, long o) {
        return s.get(INT, o + PREFIX);
    }

    static int child(MemorySegment s, long o, int i) {
        return s.get(INT, o + HEADER_BYTES + 4L * i);
    }

    static void child(MemorySegment s, long o, int i, int ref) {
        s.set(INT, o + HEADER_BYTES + 4L * i, ref);
    }

    static int childLive(MemorySegment s, long o, int i) {
        return s.get(INT, o + HEADER_BYTES + 4L * (count(s, o) + i));
    }

    static void childLive(MemorySegment s, long o, int i, int live) {
        s.set(INT, o + HEADER_BYTES + 4L * (count(s, o) + i), live);
    }

    /** Where the slots start, from the node's start. */
    static int slotsAt(boolean leaf, int count) {
        return leaf ? HEADER_BYTES : HEADER_BYTES + 8 * count;
    }

    static long prefixAt(MemorySegment s, long o) {
        int count = count(s, o);
        return o + slotsAt(isLeaf(s, o), count) + ((long) count << slotShift(s, o));
    }

    /** Start of entry {@code i}; for {@code i == count} the end of the last one. */
    static long entryAt(MemorySegment s, long o, int i) {
        int count = count(s, o);
        if (i == count) {
            return o + used(s, o);
        }
        long slots = o + slotsAt(isLeaf(s, o), count);
        return o
                + (slotShift(s, o) == 1
                        ? Short.toUnsignedInt(s.get(SHORT, slots + 2L * i))
                        : s.get(INT, slots + 4L * i));
    }

    static void slot(MemorySegment s, long slots, int shift, int i, int offset) {
        if (shift == 1) {
            s.set(SHORT, slots + 2L * i, (short) offset);
        } else {
            s.set(INT, slots + 4L * i, offset);
        }
    }

    /** Whether a key begins with what all keys of the leaf begin with. */
    static boolean hasPrefix(MemorySegment s, long o, byte[] key) {
        return comparePrefix(s, o, prefixLength(s, o), key) == 0;
    }

    /** Index of the first entry of a leaf whose key is at least {@code key}. */
    static int lowerBound(MemorySegment s, long o, byte[] key) {
        int count = count(s, o);
        int prefix = prefixLength(s, o);
        int byPrefix = comparePrefix(s, o, prefix, key);
        if (byPrefix != 0) {
            return byPrefix < 0 ? 0 : count;
        }
        int low = 0;
        int high = count;
        while (low < high) {
            int middle = (low + high) >>> 1;
            if (compareSuffix(s, entryAt(s, o, middle), key, prefix) > 0) {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        return low;
    }

    /** Whether entry {@code i} of a leaf has exactly this key. */
    static boolean isKey(MemorySegment s, long o, int i, byte[] key) {
        int prefix = prefixLength(s, o);
        return i < count(s, o)
                && comparePrefix(s, o, prefix, key) == 0
                && compareSuffix(s, entryAt(s, o, i), key, prefix) == 0;
    }

    /** The child of a branch below which {@code key} belongs. */
    static int childIndex(MemorySegment s, long o, byte[] key) {
        int count = count(s, o);
        if (count == 1) {
            return 0;
        }
        int prefix = prefixLength(s, o);
        int byPrefix = comparePrefix(s, o, prefix, key);
        if (byPrefix != 0) {
            return byPrefix < 0 ? 0 : count - 1;
        }
        int low = 1;
        int high = count;
        while (low < high) {
            int middle = (low + high) >>> 1;
            long from = entryAt(s, o, middle);
            int length = (int) (entryAt(s, o, middle + 1) - from);
            if (compare(key, prefix, s, from, length) >= 0) {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        return low - 1;
    }

    /** Compares key[from..] with bytes of a node, unsigned. */
    static int compare(byte[] key, int from, MemorySegment s, long at, int length) {
        int common = Math.min(key.length - from, length);
        int i = 0;
        for (; i + 8 <= common; i += 8) {
            long x = (long) ARRAY_LONG_BIG_ENDIAN.get(key, from + i);
            long y = s.get(LONG_BIG_ENDIAN, at + i);
            if (x != y) {
                return Long.compareUnsigned(x, y);
            }
        }
        for (; i < common; i++) {
            int difference = (key[from + i] & 0xFF) - (s.get(BYTE, at + i) & 0xFF);
            if (difference != 0) {
                return difference;
            }
        }
        return key.length - from - length;
    }

    /** 0 if the key begins with the prefix, else whether it sorts before or after all that do. */
    private static int comparePrefix(MemorySegment s, long o, int prefix, byte[] key) {
        if (prefix == 0) {
            return 0;
        }
        long at = prefixAt(s, o);
        if (key.length >= prefix) {
            int i = 0;
            for (; i + 8 <= prefix; i += 8) {
                long x = (long) ARRAY_LONG_BIG_ENDIAN.get(key, i);
                long y = s.get(LONG_BIG_ENDIAN, at + i);
                if (x != y) {
                    return Long.compareUnsigned(x, y);
                }
            }
            for (; i < prefix; i++) {
                int difference = (key[i] & 0xFF) - (s.get(BYTE, at + i) & 0xFF);
                if (difference != 0) {
                    return difference;
                }
            }
            return 0;
        }
        int order = compare(key, 0, s, at, prefix);
        return order != 0 ? order : -1;
    }

    private static int compareSuffix(MemorySegment s, long entry, byte[] key, int prefix) {
        long at = entry;
        int length = s.get(BYTE, at++);
        if (length < 0) {
            length = (int) RecordCursor.varintAt(s, entry);
            at = entry + RecordBuffer.varintSize(length);
        }
        return compare(key, prefix, s, at, length);
    }

    /** Where the record of a leaf's entry starts. */
    static long recordAt(MemorySegment s, long entry) {
        int length = (int) RecordCursor.varintAt(s, entry);
        return entry + RecordBuffer.varintSize(length) + length;
    }

    /** The whole key of a leaf's entry. */
    static byte[] keyOf(MemorySegment s, long o, int i) {
        long entry = entryAt(s, o, i);
        int length = (int) RecordCursor.varintAt(s, entry);
        return join(s, o, entry + RecordBuffer.varintSize(length), length);
    }

    /** The whole separator of a branch's entry; empty for the first. */
    static byte[] separatorOf(MemorySegment s, long o, int i) {
        if (i == 0) {
            return new byte[0];
        }
        long entry = entryAt(s, o, i);
        return join(s, o, entry, (int) (entryAt(s, o, i + 1) - entry));
    }

    private static byte[] join(MemorySegment s, long o, long suffixAt, int suffixLength) {
        int prefix = prefixLength(s, o);
        byte[] key = new byte[prefix + suffixLength];
        MemorySegment.copy(s, BYTE, prefixAt(s, o), key, 0, prefix);
        MemorySegment.copy(s, BYTE, suffixAt, key, prefix, suffixLength);
        return key;
    }
}
