package dev.plinth.raft;

import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The part of the log that storage has not confirmed yet: entries from {@code offset} on, perhaps
 * behind a snapshot. A prefix of it may have been handed out for storing ("in progress"). The
 * offset may lie below the end of what is stored: the next append then overwrites the stored tail.
 *
 * <p>Entries lie in one array that only grows behind what was handed out; a truncation makes a new
 * array, so views of the old one stay as they are. A drained array is kept up to {@link
 * #CAPACITY_KEPT} slots, which bounds what it still refers to.
 */
final class UnstableLog {
    private static final int CAPACITY_KEPT = 64;
    private static final Entry[] NO_ENTRIES = {};

    private final NodeLog log;
    private @Nullable Snapshot snapshot;
    private boolean snapshotInProgress;
    private Entry[] array = NO_ENTRIES;
    private int start;
    private int count;
    private long offset;
    private long offsetInProgress;

    UnstableLog(long offset, NodeLog log) {
        this.offset = offset;
        this.offsetInProgress = offset;
        this.log = log;
    }

    long offset() {
        return offset;
    }

    long offsetInProgress() {
        return offsetInProgress;
    }

    int count() {
        return count;
    }

    boolean hasEntries() {
        return count != 0;
    }

    @Nullable Snapshot snapshot() {
        return snapshot;
    }

    boolean hasSnapshot() {
        return snapshot != null;
    }

    /** Index of the last entry, or else of the snapshot; only valid when there is one of them. */
    long lastIndex() {
        if (count != 0) {
            return offset + count - 1;
        }
        return snapshot == null ? 0 : snapshot.index();
    }

    boolean isEmpty() {
        return count == 0 && snapshot == null;
    }

    /** Whether the term of the index is known here. */
    boolean knowsTerm(long index) {
        if (U64.lt(index, offset)) {
            return snapshot != null && snapshot.index() == index;
        }
        return count != 0 && U64.le(index, offset + count - 1);
    }

    /** Term of an index that {@link #knowsTerm}. */
    long term(long index) {
        return U64.lt(index, offset) && snapshot != null
                ? snapshot.term()
                : array[start + (int) (index - offset)].term();
    }

    /** Entries not handed out yet. */
    List<Entry> nextEntries() {
        int inProgress = (int) (offsetInProgress - offset);
        return inProgress >= count
                ? List.of()
                : EntryList.of(array, start + inProgress, start + count);
    }

    boolean hasNextEntries() {
        return (int) (offsetInProgress - offset) < count;
    }

    /** The snapshot, unless it was handed out already. */
    @Nullable Snapshot nextSnapshot() {
        return snapshotInProgress ? null : snapshot;
    }

    /** Everything there is counts as handed out. */
    void acceptInProgress() {
        if (count != 0) {
            offsetInProgress = offset + count;
        }
        if (snapshot != null) {
            snapshotInProgress = true;
        }
    }

    /**
     * Storage confirmed the log up to an entry. A confirmation whose term differs is of an entry
     * that was overwritten since; it says nothing about what is here now.
     */
    void stableTo(long index, long term) {
        if (!knowsTerm(index)) {
            log.info("entry at index %d missing from unstable log; ignoring", index);
            return;
        }
        if (U64.lt(index, offset)) {
            log.info("entry at index %d matched unstable snapshot; ignoring", index);
            return;
        }
        long own = term(index);
        if (own != term) {
            log.info(
                    "entry at (index,term)=(%d,%d) mismatched with entry at (%d,%d) in unstable"
                            + " log; ignoring",
                    index, term, index, own);
            return;
        }
        int dropped = (int) (index + 1 - offset);
        start += dropped;
        count -= dropped;
        offset = index + 1;
        offsetInProgress = U64.max(offsetInProgress, offset);
        shrink();
    }

    private void shrink() {
        if (count == 0 && array.length > CAPACITY_KEPT) {
            array = NO_ENTRIES;
            start = 0;
        } else if (array.length > CAPACITY_KEPT && count * 2 < array.length) {
            array = Arrays.copyOfRange(array, start, start + Math.max(CAPACITY_KEPT, count * 2));
            Arrays.fill(array, count, array.length, null);
            start = 0;
        }
    }

    void stableSnapshotTo(long index) {
        if (snapshot != null && snapshot.index() == index) {
            snapshot = null;
            snapshotInProgress = false;
        }
    }

    /** A snapshot takes the place of everything. */
    void restore(Snapshot restored) {
        offset = restored.index() + 1;
        offsetInProgress = offset;
        array = NO_ENTRIES;
        start = 0;
        count = 0;
        snapshot = restored;
        snapshotInProgress = false;
    }

    /** Appends entries; what they overlap with goes, and everything behind. */
    void truncateAndAppend(List<Entry> entries) {
        long from = entries.get(0).index();
        if (from == offset + count) {
            append(entries);
        } else if (U64.le(from, offset)) {
            log.info("replace the unstable entries from index %d", from);
            keep(0);
            offset = from;
            offsetInProgress = from;
            append(entries);
        } else {
            log.info("truncate the unstable entries before index %d", from);
            keep((int) (from - offset));
            append(entries);
            offsetInProgress = U64.min(offsetInProgress, from);
        }
    }

    /** Keeps a prefix, in a new array: views of the old one may be out. */
    private void keep(int prefix) {
        array = Arrays.copyOfRange(array, start, start + prefix);
        start = 0;
        count = prefix;
    }

    private void append(List<Entry> entries) {
        int added = entries.size();
        if (start + count + added > array.length) {
            int capacity = Math.max(CAPACITY_KEPT, Math.max(count + added, count * 2));
            Entry[] larger = new Entry[capacity];
            System.arraycopy(array, start, larger, 0, count);
            array = larger;
            start = 0;
        }
        int at = start + count;
        for (int i = 0; i < added; i++) {
            array[at + i] = entries.get(i);
        }
        count += added;
    }

    /** Entries in {@code [lo, hi)}, which must lie inside. */
    List<Entry> slice(long lo, long hi) {
        if (U64.gt(lo, hi)) {
            throw log.fatal("invalid unstable.slice %d > %d", lo, hi);
        }
        if (U64.lt(lo, offset) || U64.gt(hi, offset + count)) {
            throw log.fatal(
                    "unstable.slice[%d,%d) out of bound [%d,%d]", lo, hi, offset, offset + count);
        }
        return EntryList.of(array, start + (int) (lo - offset), start + (int) (hi - offset));
    }
}
