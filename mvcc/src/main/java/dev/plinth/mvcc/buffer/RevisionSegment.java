package dev.plinth.mvcc.buffer;

import java.lang.foreign.MemorySegment;
import java.util.Arrays;

/**
 * A run of consecutive revisions with their encoded pairs, found by number: {@code main -
 * firstMain} leads to the first entry of a main revision, the sub-revision to the entry.
 *
 * <p>Written by the apply thread in place; read by others up to the revision that was published to
 * them, so plain accesses are enough. Full when either its entries or its bytes are used up; never
 * grows. About {@value #DATA_BYTES} bytes of heap, which the collector takes back when no reader
 * and no watch event is left.
 */
public final class RevisionSegment {
    static final int ENTRIES = 1024;
    static final int DATA_BYTES = 192 << 10;

    private final long firstMain;
    private final int firstSub;
    private final byte[] data;
    private final MemorySegment memory;
    private final int[] entryOfMain = new int[ENTRIES + 1];
    private final int[] offsets = new int[ENTRIES + 1];
    private final boolean[] tombstones = new boolean[ENTRIES];
    private int entries;
    private int mains;

    RevisionSegment(long firstMain, int firstSub, int dataBytes) {
        this.firstMain = firstMain;
        this.firstSub = firstSub;
        this.data = new byte[dataBytes];
        this.memory = MemorySegment.ofArray(data);
    }

    boolean hasRoom(int bytes) {
        return entries < ENTRIES && data.length - offsets[entries] >= bytes;
    }

    /** Appends room for an entry; the caller fills {@link #data} from the returned offset on. */
    int append(long main, boolean tombstone, int bytes) {
        if (main - firstMain == mains) {
            entryOfMain[mains++] = entries;
        }
        int at = offsets[entries];
        tombstones[entries] = tombstone;
        offsets[++entries] = at + bytes;
        return at;
    }

    byte[] data() {
        return data;
    }

    /** Whether the revision is not before this segment. */
    public boolean reaches(long main, int sub) {
        return main > firstMain || (main == firstMain && sub >= firstSub);
    }

    /** The entry of a revision that the segment holds. */
    public int entry(long main, int sub) {
        int index = (int) (main - firstMain);
        return entryOfMain[index] + (index == 0 ? sub - firstSub : sub);
    }

    /** The data of all entries, as a segment over a heap array. */
    public MemorySegment memory() {
        return memory;
    }

    public int offset(int entry) {
        return offsets[entry];
    }

    public int length(int entry) {
        return offsets[entry + 1] - offsets[entry];
    }

    public boolean isTombstone(int entry) {
        return tombstones[entry];
    }

    /** Entries with a main revision of at most {@code main}. */
    public int entriesUpTo(long main) {
        long index = main - firstMain + 1;
        return index <= 0 ? 0 : index >= mains ? entries : entryOfMain[(int) index];
    }

    /** First entry with a main revision of at least {@code main}. */
    public int entryFrom(long main) {
        return entriesUpTo(main - 1);
    }

    /** Main revision of an entry. */
    public long main(int entry) {
        int found = Arrays.binarySearch(entryOfMain, 0, mains, entry);
        return firstMain + (found >= 0 ? found : -found - 2);
    }

    /** Sub-revision of an entry whose main revision is known. */
    public int sub(int entry, long main) {
        int index = (int) (main - firstMain);
        return entry - entryOfMain[index] + (index == 0 ? firstSub : 0);
    }

    public long firstMain() {
        return firstMain;
    }

    int entries() {
        return entries;
    }

    int bytes() {
        return offsets[entries];
    }
}
