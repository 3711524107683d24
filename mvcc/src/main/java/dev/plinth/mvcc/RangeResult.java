package dev.plinth.mvcc;

import dev.plinth.mvcc.codec.KeyValueEncoder;
import dev.plinth.mvcc.codec.KeyValueView;
import dev.plinth.mvcc.index.KeyState;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.Comparator;

/**
 * The answer to a range: positions of encoded {@code mvccpb.KeyValue}s, not objects.
 *
 * <p>What {@link #encoded} returns points into the database file's mapping or the write buffer and
 * is valid until the view that answered is closed; a server copies it straight into its reply. The
 * copies ({@link #key}, {@link #value}) stay valid.
 *
 * <p>Not thread-safe; belongs to the caller. State: 40 bytes an entry, in arrays.
 */
public final class RangeResult {
    private static final int INITIAL_ENTRIES = 4;

    private final KeyValueView parser = new KeyValueView();
    private final long revision;
    private MemorySegment[] memories = new MemorySegment[INITIAL_ENTRIES];
    private long[] offsets = new long[INITIAL_ENTRIES];
    private int[] lengths = new int[INITIAL_ENTRIES];
    private long[] creates = new long[INITIAL_ENTRIES];
    private long[] mods = new long[INITIAL_ENTRIES];
    private long[] versions = new long[INITIAL_ENTRIES];
    private int size;
    private int parsed = -1;
    private long count;
    private boolean more;

    RangeResult(long revision) {
        this.revision = revision;
    }

    /** Number of entries. */
    public int size() {
        return size;
    }

    /** Live keys in the interval at the revision read, before limit and filters. */
    public long count() {
        return count;
    }

    /** Whether the limit cut entries off. */
    public boolean more() {
        return more;
    }

    /** The store's current revision when the range was read: the header's revision. */
    public long revision() {
        return revision;
    }

    /** The encoded {@code mvccpb.KeyValue} of entry {@code i}, canonical proto3. */
    public MemorySegment encoded(int i) {
        return memories[i].asSlice(offsets[i], lengths[i]);
    }

    /** The segment that holds entry {@code i}, at {@link #encodedOffset}: no slice is made. */
    public MemorySegment memory(int i) {
        return memories[i];
    }

    /** Where in {@link #memory} the entry starts. */
    public long encodedOffset(int i) {
        return offsets[i];
    }

    /** Length of {@link #encoded} in bytes. */
    public int encodedSize(int i) {
        return lengths[i];
    }

    /** A copy of the key. */
    public byte[] key(int i) {
        return parse(i).key();
    }

    /** A copy of the value; empty when the query asked for keys only. */
    public byte[] value(int i) {
        return parse(i).value();
    }

    public long createRevision(int i) {
        return creates[i];
    }

    public long modRevision(int i) {
        return mods[i];
    }

    public long version(int i) {
        return versions[i];
    }

    /** Lease id, 0 for none (and always with {@link RangeQuery.KeysOnly#FROM_INDEX}). */
    public long lease(int i) {
        return parse(i).lease();
    }

    private KeyValueView parse(int i) {
        if (parsed != i) {
            parser.wrap(memories[i], offsets[i], lengths[i]);
            parsed = i;
        }
        return parser;
    }

    // --- for RangeReader ---

    void count(long value) {
        count = value;
    }

    void add(KeyState state, MemorySegment memory, long offset, int length) {
        if (size == lengths.length) {
            int capacity = size * 2;
            memories = Arrays.copyOf(memories, capacity);
            offsets = Arrays.copyOf(offsets, capacity);
            lengths = Arrays.copyOf(lengths, capacity);
            creates = Arrays.copyOf(creates, capacity);
            mods = Arrays.copyOf(mods, capacity);
            versions = Arrays.copyOf(versions, capacity);
        }
        memories[size] = memory;
        offsets[size] = offset;
        lengths[size] = length;
        creates[size] = state.create;
        mods[size] = state.mod;
        versions[size] = state.version;
        size++;
    }

    /** Keeps at most {@code limit} entries. */
    void cut(long limit) {
        if (limit > 0 && size > limit) {
            size = (int) limit;
            more = true;
        }
    }

    void filter(RangeQuery.RevisionFilter filter) {
        int kept = 0;
        for (int i = 0; i < size; i++) {
            if (filter.accepts(creates[i], mods[i])) {
                move(i, kept++);
            }
        }
        size = kept;
        parsed = -1;
    }

    private void move(int from, int to) {
        memories[to] = memories[from];
        offsets[to] = offsets[from];
        lengths[to] = lengths[from];
        creates[to] = creates[from];
        mods[to] = mods[from];
        versions[to] = versions[from];
    }

    void sort(RangeQuery.SortTarget target, boolean descending) {
        Integer[] order = new Integer[size];
        for (int i = 0; i < size; i++) {
            order[i] = i;
        }
        Comparator<Integer> ascending =
                switch (target) {
                    case CREATE -> Comparator.comparingLong(i -> creates[i]);
                    case MOD -> Comparator.comparingLong(i -> mods[i]);
                    case VERSION -> Comparator.comparingLong(i -> versions[i]);
                    case KEY -> byBytes(copies(true));
                    case VALUE -> byBytes(copies(false));
                };
        Arrays.sort(order, descending ? ascending.reversed() : ascending);
        reorder(order);
    }

    private static Comparator<Integer> byBytes(byte[][] bytes) {
        return (a, b) -> Arrays.compareUnsigned(bytes[a], bytes[b]);
    }

    private byte[][] copies(boolean keys) {
        byte[][] copies = new byte[size][];
        for (int i = 0; i < size; i++) {
            copies[i] = keys ? key(i) : value(i);
        }
        return copies;
    }

    private void reorder(Integer[] order) {
        MemorySegment[] oldMemories = memories.clone();
        long[] oldOffsets = offsets.clone();
        int[] oldLengths = lengths.clone();
        long[] oldCreates = creates.clone();
        long[] oldMods = mods.clone();
        long[] oldVersions = versions.clone();
        for (int i = 0; i < size; i++) {
            int from = order[i];
            memories[i] = oldMemories[from];
            offsets[i] = oldOffsets[from];
            lengths[i] = oldLengths[from];
            creates[i] = oldCreates[from];
            mods[i] = oldMods[from];
            versions[i] = oldVersions[from];
        }
        parsed = -1;
    }

    /** Replaces each pair by the same without its value. */
    void clearValues() {
        for (int i = 0; i < size; i++) {
            KeyValueView pair = parse(i);
            byte[] key = pair.key();
            long lease = pair.lease();
            byte[] bytes =
                    new byte
                            [KeyValueEncoder.size(
                                    key, creates[i], mods[i], versions[i], new byte[0], lease)];
            KeyValueEncoder.write(
                    bytes, 0, key, creates[i], mods[i], versions[i], new byte[0], lease);
            memories[i] = MemorySegment.ofArray(bytes);
            offsets[i] = 0;
            lengths[i] = bytes.length;
        }
        parsed = -1;
    }
}
