package dev.plinth.raft;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A storage in memory: the tail of the log that a member keeps at hand beside its files, and the
 * whole storage of tests. Thread-safe: the log writer appends while the node reads.
 *
 * <p>Cost of an append: one array store for each entry; nothing is copied when it grows or is
 * compacted (see {@link EntryChunks}).
 */
public final class MemoryStorage implements RaftStorage {
    private HardState hardState = HardState.EMPTY;
    private Snapshot snapshot = Snapshot.EMPTY;

    /**
     * Place of the entry before the first available one: of the snapshot or the last compaction.
     */
    private long compactedIndex;

    private long compactedTerm;
    private EntryChunks entries = new EntryChunks();

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
        if (entries.count() == 0) {
            throw new StorageException(StorageException.Reason.UNAVAILABLE);
        }
        return lo == hi ? List.of() : entries.slice(position(lo), position(hi), sizeMax);
    }

    private int position(long index) {
        return (int) (index - compactedIndex - 1);
    }

    @Override
    public synchronized long term(long index) throws StorageException {
        if (U64.lt(index, compactedIndex)) {
            throw new StorageException(StorageException.Reason.COMPACTED);
        }
        if (U64.gt(index, last())) {
            throw new StorageException(StorageException.Reason.UNAVAILABLE);
        }
        return index == compactedIndex ? compactedTerm : entries.get(position(index)).term();
    }

    @Override
    public synchronized long lastIndex() {
        return last();
    }

    private long last() {
        return compactedIndex + entries.count();
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
        entries = new EntryChunks();
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

    /** Bytes of the entries at hand, as they are encoded. */
    public synchronized long bytes() {
        return entries.bytes();
    }

    /**
     * The lowest index up to which entries have to be dropped so that the others take at most so
     * many bytes; below the first index when none has to be.
     */
    public synchronized long excessUpTo(long bytesMax) {
        return compactedIndex + entries.excess(bytesMax);
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
        compactedTerm = entries.get(last).term();
        compactedIndex = index;
        entries.drop(last + 1);
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
        entries.truncate((int) (addedFirst - first));
        entries.add(added);
    }
}
