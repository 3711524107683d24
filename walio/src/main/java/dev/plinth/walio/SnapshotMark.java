package dev.plinth.walio;

import org.jspecify.annotations.Nullable;

/**
 * A snapshot record of the log: the state up to an entry is in a database or snapshot file, so that
 * replay may start behind it. The codec of walpb.Snapshot.
 *
 * @param index last entry covered; 0 for the record that every log starts with
 * @param term term of that entry
 * @param confState encoded raftpb.ConfState, null in the first record and in logs older than 3.5
 */
public record SnapshotMark(long index, long term, byte @Nullable [] confState) {
    /** The mark that a new log begins with. */
    public static final SnapshotMark START = new SnapshotMark(0, 0, null);

    /** Whether both name the same entry of the log. */
    public boolean isSamePosition(SnapshotMark other) {
        return index == other.index && term == other.term;
    }
}
