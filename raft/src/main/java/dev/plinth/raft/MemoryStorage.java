package dev.plinth.raft;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A storage in memory: the tail of the log that a member keeps at hand beside its files, and the
 * whole storage of tests. Thread-safe: the log writer appends while the node reads.
 *
 * <p>Entries lie in one array, which is only ever extended behind what was handed out. Truncation
 * copies the references into a new one; so does compaction once what it dropped is a quarter of
 * what is left, which bounds what the array keeps alive. Cost of an append: one array store for
 * each entry.
 */
public final class MemoryStorage implements RaftStorage {
    private static final int CAPACITY_MIN = 64;

    private HardState hardState = HardState.EMPTY;
    private Snapshot snapshot = Snapshot.EMPTY;

    /**
     * Place of the entry before the first available one: of the snapshot or the last compaction.
     */
    private long compactedIndex;

    private long compactedTerm;
    private Entry[] entries = new Entry[CAPACITY_MIN];

    /** Slot of the first available entry. */
    private int start;

    private int count;

    /** An empty log whose first index is 1. */
    public MemoryStorage() {}

    @Override
    public synchronized InitialState initialState() {
        return new InitialState(hardState, snapshot.metadata().confState());
    }

    public synchronized void setHardState(HardState state) {
        hardState = state;
    }

    public synchronized HardState hardState() {
        return hardState;
    }

    @Override
    public synchronized List<Entry> entries(long lo, long hi, long sizeMax)
            throws StorageException {
        if (U64.le(lo, compactedIndex)) {
            throw new StorageException(StorageException.Reason.COMPACTED);
        }
        if (U64.gt(hi, last() + 1)) {
            throw new RaftFatalError(
                    "entries' hi("
                            + Long.toUnsignedString(hi)
                            + ") is out of bound lastindex("
                            + Long.toUnsignedString(last())
                            + ")");
        }
        if (count == 0) {
            throw new StorageException(StorageException.Reason.UNAVAILABLE);
        }
        return EntryList.limited(EntryList.of(entries, position(lo), position(hi)), sizeMax);
    }

    private int position(long index) {
        return start + (int) (index - compactedIndex - 1);
    }

    @Override
    public synchronized long term(long index) throws StorageException {
        if (U64.lt(index, compactedIndex)) {
            throw new StorageException(StorageException.Reason.COMPACTED);
        }
        if (U64.gt(index, last())) {
            throw new StorageException(StorageException.Reason.UNAVAILABLE);
        }
        return index == compactedIndex ? compactedTerm : entries[position(index)].term();
    }

    @Override
    public synchronized long lastIndex() {
        return last();
    }

    private long last() {
        return compactedIndex + count;
    }

    @Override
    public synchronized long firstIndex() {
        return compactedIndex + 1;
    }

    @Override
    public synchronized Snapshot snapshot() {
        return snapshot;
    }

    /**
     * Replaces everything by a snapshot.
     *
     * @throws StorageException when the own snapshot is as new or newer
     */
    public synchronized void applySnapshot(Snapshot newer) throws StorageException {
        if (snapshot.index() != 0 && U64.ge(snapshot.index(), newer.index())) {
            throw new StorageException(StorageException.Reason.SNAPSHOT_OUT_OF_DATE);
        }
        snapshot = newer;
        compactedIndex = newer.index();
        compactedTerm = newer.term();
        entries = new Entry[CAPACITY_MIN];
        start = 0;
        count = 0;
    }

    /**
     * Makes a snapshot of the state at an index; the log stays as it is.
     *
     * @param confState configuration at the index; null keeps that of the previous snapshot
     * @throws StorageException when the own snapshot is as new or newer
     */
    public synchronized Snapshot createSnapshot(
            long index, @Nullable ConfState confState, @Nullable Bytes data)
            throws StorageException {
        if (U64.le(index, snapshot.index())) {
            throw new StorageException(StorageException.Reason.SNAPSHOT_OUT_OF_DATE);
        }
        if (U64.gt(index, last())) {
            throw new RaftFatalError(
                    "snapshot "
                            + Long.toUnsignedString(index)
                            + " is out of bound lastindex("
                            + Long.toUnsignedString(last())
                            + ")");
        }
        ConfState conf = confState == null ? snapshot.metadata().confState() : confState;
        snapshot = new Snapshot(data, new SnapshotMetadata(conf, index, term(index)));
        return snapshot;
    }

    /**
     * Drops the entries up to an index. It must be applied already: what was dropped can only be
     * caught up with by a snapshot.
     *
     * @throws StorageException when they are gone already
     */
    public synchronized void compact(long index) throws StorageException {
        if (U64.le(index, compactedIndex)) {
            throw new StorageException(StorageException.Reason.COMPACTED);
        }
        if (U64.gt(index, last())) {
            throw new RaftFatalError(
                    "compact "
                            + Long.toUnsignedString(index)
                            + " is out of bound lastindex("
                            + Long.toUnsignedString(last())
                            + ")");
        }
        int last = position(index);
        compactedTerm = entries[last].term();
        compactedIndex = index;
        count -= last + 1 - start;
        start = last + 1;
        if (start > Math.max(CAPACITY_MIN, count / 4)) {
            relocate(count, Math.max(CAPACITY_MIN, 2 * count));
        }
    }

    /** Takes the first entries over into a new array; views of the old one stay as they are. */
    private void relocate(int kept, int capacity) {
        Entry[] other = new Entry[capacity];
        System.arraycopy(entries, start, other, 0, kept);
        entries = other;
        start = 0;
    }

    /**
     * Appends entries. Where they overlap with what is there they replace it and everything behind.
     *
     * @throws RaftFatalError when there is a gap
     */
    public synchronized void append(List<Entry> added) {
        if (added.isEmpty()) {
            return;
        }
        long first = compactedIndex + 1;
        long addedFirst = added.get(0).index();
        if (U64.lt(addedFirst + added.size() - 1, first)) {
            return;
        }
        if (U64.gt(first, addedFirst)) {
            added = added.subList((int) (first - addedFirst), added.size());
            addedFirst = first;
        }
        if (U64.gt(addedFirst, last() + 1)) {
            throw new RaftFatalError(
                    "missing log entry [last: "
                            + Long.toUnsignedString(last())
                            + ", append at: "
                            + Long.toUnsignedString(addedFirst)
                            + "]");
        }
        int kept = (int) (addedFirst - first);
        int newCount = kept + added.size();
        if (kept < count || start + newCount > entries.length) {
            relocate(kept, Math.max(CAPACITY_MIN, newCount + newCount / 2));
        }
        int at = start + kept;
        for (int i = 0; i < added.size(); i++) {
            entries[at + i] = added.get(i);
        }
        count = newCount;
    }
}
