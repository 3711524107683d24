package dev.plinth.server.storage;

import dev.plinth.raft.Entry;
import dev.plinth.raft.HardState;
import dev.plinth.server.consensus.EntryLog;
import java.nio.file.Path;
import java.util.List;

/**
 * What the log held when it was opened.
 *
 * @param log the log, open for appending
 * @param metadata whose log it is
 * @param snapshotIndex index of the last valid snapshot record; 0 for the first
 * @param snapshotTerm its term
 * @param state the last state
 * @param entries entries behind the snapshot
 * @param endFile the file in which reading ended
 * @param endOffset where in it
 */
public record FoundLog(
        EntryLog log,
        WalMetadata metadata,
        long snapshotIndex,
        long snapshotTerm,
        HardState state,
        List<Entry> entries,
        Path endFile,
        long endOffset) {
    /** The same log with another state and other entries. */
    FoundLog with(HardState newState, List<Entry> newEntries) {
        return new FoundLog(
                log,
                metadata,
                snapshotIndex,
                snapshotTerm,
                newState,
                List.copyOf(newEntries),
                endFile,
                endOffset);
    }

    /** Index of the last entry, or the snapshot's. */
    long lastIndex() {
        return entries.isEmpty() ? snapshotIndex : entries.getLast().index();
    }
}
