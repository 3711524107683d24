package dev.plinth.raft;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The whole log: what storage holds, followed by the unstable part, and how far it is committed,
 * handed out for applying, and applied.
 *
 * <p>Always: {@code applied <= applying <= committed <= lastIndex}.
 */
final class RaftLog {
    private final RaftStorage storage;
    private final UnstableLog unstable;
    private final NodeLog log;
    private final long applyingSizeMax;
    private long committed;
    private long applying;
    private long applied;
    private long applyingSize;
    private boolean applyingPaused;

    RaftLog(RaftStorage storage, long applyingSizeMax, NodeLog log) {
        this.storage = storage;
        this.log = log;
        this.applyingSizeMax = applyingSizeMax;
        this.unstable = new UnstableLog(storage.lastIndex() + 1, log);
        committed = storage.firstIndex() - 1;
        applying = committed;
        applied = committed;
    }

    UnstableLog unstable() {
        return unstable;
    }

    long committed() {
        return committed;
    }

    long applying() {
        return applying;
    }

    long applied() {
        return applied;
    }

    long applyingSizeMax() {
        return applyingSizeMax;
    }

    long firstIndex() {
        Snapshot snapshot = unstable.snapshot();
        return snapshot != null ? snapshot.index() + 1 : storage.firstIndex();
    }

    long lastIndex() {
        return unstable.isEmpty() ? storage.lastIndex() : unstable.lastIndex();
    }

    long lastTerm() {
        try {
            return term(lastIndex());
        } catch (StorageException e) {
            throw log.fatal("unexpected error when getting the last term (%s)", e.reason());
        }
    }

    /**
     * Term of an entry, or of the place right before the first one.
     *
     * @throws StorageException compacted, or beyond the end
     */
    long term(long index) throws StorageException {
        if (unstable.knowsTerm(index)) {
            return unstable.term(index);
        }
        if (U64.lt(index + 1, firstIndex())) {
            throw new StorageException(StorageException.Reason.COMPACTED);
        }
        if (U64.gt(index, lastIndex())) {
            throw new StorageException(StorageException.Reason.UNAVAILABLE);
        }
        return storage.term(index);
    }

    /** Term of an entry; 0 when it is not known. */
    long termOrZero(long index) {
        try {
            return term(index);
        } catch (StorageException e) {
            return 0;
        }
    }

    boolean matchTerm(long index, long term) {
        try {
            return term(index) == term;
        } catch (StorageException e) {
            return false;
        }
    }

    /** Whether a log that ends so has everything that may be committed here. */
    boolean isUpToDate(long theirLastTerm, long theirLastIndex) {
        long lastTerm = lastTerm();
        return U64.gt(theirLastTerm, lastTerm)
                || (theirLastTerm == lastTerm && U64.ge(theirLastIndex, lastIndex()));
    }

    // ---------------------------------------------------------------- reading

    /** Entries from an index to the end, limited by encoded size; empty beyond the end. */
    List<Entry> entries(long from, long sizeMax) throws StorageException {
        long last = lastIndex();
        return U64.gt(from, last) ? List.of() : slice(from, last + 1, sizeMax);
    }

    /**
     * Entries in {@code [lo, hi)}: a prefix limited by encoded size, at least one.
     *
     * @throws StorageException compacted
     */
    List<Entry> slice(long lo, long hi, long sizeMax) throws StorageException {
        checkBounds(lo, hi);
        if (lo == hi) {
            return List.of();
        }
        long offset = unstable.offset();
        if (U64.ge(lo, offset)) {
            return EntryList.limited(unstable.slice(lo, hi), sizeMax);
        }
        long cut = U64.min(hi, offset);
        List<Entry> stored = storedSlice(lo, cut, sizeMax);
        if (U64.le(hi, offset) || stored.size() < cut - lo) {
            return stored;
        }
        long storedSize = EntryList.encodedSize(stored);
        if (U64.ge(storedSize, sizeMax)) {
            return stored;
        }
        long left = sizeMax - storedSize;
        List<Entry> rest = EntryList.limited(unstable.slice(offset, hi), left);
        if (rest.size() == 1 && U64.gt(rest.get(0).encodedSize(), left)) {
            return stored;
        }
        return EntryList.concat(stored, rest);
    }

    private List<Entry> storedSlice(long lo, long hi, long sizeMax) throws StorageException {
        try {
            return storage.entries(lo, hi, sizeMax);
        } catch (StorageException e) {
            if (e.reason() == StorageException.Reason.COMPACTED) {
                throw e;
            }
            throw log.fatal("entries[%d:%d) is unavailable from storage", lo, hi);
        }
    }

    private void checkBounds(long lo, long hi) throws StorageException {
        if (U64.gt(lo, hi)) {
            throw log.fatal("invalid slice %d > %d", lo, hi);
        }
        long first = firstIndex();
        if (U64.lt(lo, first)) {
            throw new StorageException(StorageException.Reason.COMPACTED);
        }
        long last = lastIndex();
        if (U64.gt(hi, last + 1)) {
            throw log.fatal("slice[%d,%d) out of bound [%d,%d]", lo, hi, first, last);
        }
    }

    Snapshot snapshot() throws StorageException {
        Snapshot pending = unstable.snapshot();
        return pending != null ? pending : storage.snapshot();
    }

    // ---------------------------------------------------------------- appending

    /** Appends to the end or over an uncommitted tail. */
    void append(List<Entry> entries) {
        if (entries.isEmpty()) {
            return;
        }
        long after = entries.get(0).index() - 1;
        if (U64.lt(after, committed)) {
            throw log.fatal("after(%d) is out of range [committed(%d)]", after, committed);
        }
        unstable.truncateAndAppend(entries);
    }

    /**
     * Appends what a leader sent if the entry before it is here, and commits as far as the leader
     * has.
     *
     * <p>Entries that are here already stay, and with them everything behind: an old message must
     * not cut off what a newer one brought.
     *
     * @return whether the entry before was here
     */
    boolean maybeAppend(long prevIndex, long prevTerm, List<Entry> entries, long leaderCommit) {
        if (!matchTerm(prevIndex, prevTerm)) {
            return false;
        }
        long lastNew = prevIndex + entries.size();
        long conflict = findConflict(entries);
        if (conflict != 0) {
            if (U64.le(conflict, committed)) {
                throw log.fatal(
                        "entry %d conflict with committed entry [committed(%d)]",
                        conflict, committed);
            }
            append(entries.subList((int) (conflict - prevIndex - 1), entries.size()));
        }
        commitTo(U64.min(leaderCommit, lastNew));
        return true;
    }

    /** Index of the first entry that is missing here or of another term; 0 when all are here. */
    long findConflict(List<Entry> entries) {
        for (int i = 0; i < entries.size(); i++) {
            Entry entry = entries.get(i);
            if (!matchTerm(entry.index(), entry.term())) {
                if (U64.le(entry.index(), lastIndex())) {
                    log.info(
                            "found conflict at index %d [existing term: %d, conflicting term: %d]",
                            entry.index(), termOrZero(entry.index()), entry.term());
                }
                return entry.index();
            }
        }
        return 0;
    }

    /**
     * The highest index up to the given one where the logs may agree, given that the other log's
     * term at the given index is {@code term}: terms only grow along a log, so everything of a
     * higher term is out.
     */
    long findConflictByTerm(long index, long term) {
        for (; index != 0; index--) {
            try {
                if (U64.le(term(index), term)) {
                    return index;
                }
            } catch (StorageException e) {
                return index;
            }
        }
        return 0;
    }

    // ---------------------------------------------------------------- committing and applying

    void commitTo(long index) {
        if (U64.ge(committed, index)) {
            return;
        }
        if (U64.gt(index, lastIndex())) {
            throw log.fatal(
                    "tocommit(%d) is out of range [lastIndex(%d)]. Was the raft log corrupted,"
                            + " truncated, or lost?",
                    index, lastIndex());
        }
        committed = index;
    }

    /**
     * Commits up to an index that a quorum has, if its entry is of the leader's own term: an older
     * one may still be overwritten (section 5.4.2 of the paper).
     */
    boolean maybeCommit(long index, long term) {
        if (U64.gt(index, committed) && matchTerm(index, term)) {
            commitTo(index);
            return true;
        }
        return false;
    }

    /** A bootstrap commits its own entries. */
    void bootstrapCommit(long index) {
        committed = index;
    }

    /** Takes over the commit index that was stored. */
    void loadCommitted(long index) {
        committed = index;
    }

    void appliedTo(long index, long size) {
        if (U64.gt(index, committed) || U64.lt(index, applied)) {
            throw log.fatal(
                    "applied(%d) is out of range [prevApplied(%d), committed(%d)]",
                    index, applied, committed);
        }
        applied = index;
        applying = U64.max(applying, index);
        applyingSize = U64.gt(applyingSize, size) ? applyingSize - size : 0;
        applyingPaused = isApplyingFull();
    }

    /**
     * Whether what is handed out fills the limit. Where nothing is handed out there is always room:
     * with a limit of 0 (one entry at a time) the reference stops applying for good.
     */
    private boolean isApplyingFull() {
        return applyingSize != 0 && U64.ge(applyingSize, applyingSizeMax);
    }

    /**
     * Highest committed index that may be handed out; without unstable entries only what is stored
     * here.
     */
    long maxAppliableIndex(boolean allowUnstable) {
        return allowUnstable ? committed : U64.min(committed, unstable.offset() - 1);
    }

    /** Whether committed entries wait to be handed out. */
    boolean hasNextCommitted(boolean allowUnstable) {
        return !applyingPaused
                && !unstable.hasSnapshot()
                && U64.lt(applying, maxAppliableIndex(allowUnstable));
    }

    /** Committed entries to be handed out now, limited by what is being applied already. */
    List<Entry> nextCommitted(boolean allowUnstable) {
        if (!hasNextCommitted(allowUnstable)) {
            return List.of();
        }
        long hi = maxAppliableIndex(allowUnstable) + 1;
        try {
            return slice(applying + 1, hi, applyingSizeMax - applyingSize);
        } catch (StorageException e) {
            throw log.fatal("unexpected error when getting unapplied entries (%s)", e.reason());
        }
    }

    /** Entries up to an index are handed out; the rest waits when they fill the limit. */
    void acceptApplying(long index, long size, boolean allowUnstable) {
        if (U64.lt(committed, index)) {
            throw log.fatal(
                    "applying(%d) is out of range [prevApplying(%d), committed(%d)]",
                    index, applying, committed);
        }
        applying = index;
        applyingSize += size;
        applyingPaused = isApplyingFull() || U64.lt(index, maxAppliableIndex(allowUnstable));
    }

    // ---------------------------------------------------------------- stabilising

    void stableTo(long index, long term) {
        unstable.stableTo(index, term);
    }

    void restore(Snapshot snapshot) {
        log.info(
                "log [%s] starts to restore snapshot [index: %d, term: %d]",
                this, snapshot.index(), snapshot.term());
        committed = snapshot.index();
        unstable.restore(snapshot);
    }

    @Nullable Snapshot nextUnstableSnapshot() {
        return unstable.nextSnapshot();
    }

    @Override
    public String toString() {
        return NodeLog.format(
                "committed=%d, applied=%d, applying=%d, unstable.offset=%d,"
                        + " unstable.offsetInProgress=%d, len(unstable.Entries)=%d",
                committed,
                applied,
                applying,
                unstable.offset(),
                unstable.offsetInProgress(),
                unstable.count());
    }
}
