package dev.plinth.server.consensus;

import dev.plinth.raft.Entry;
import dev.plinth.raft.HardState;
import dev.plinth.raft.SnapshotMetadata;
import java.io.IOException;
import java.util.List;

/**
 * Where the log writer makes entries durable: the write-ahead log on disk, or a double that fails
 * when a test wants it. Called by the log writer alone. After an exception the log is unusable and
 * the member must end.
 */
public interface EntryLog extends AutoCloseable {
    /** Adds entries behind, or from the first one's index on instead of, what was added before. */
    void append(List<Entry> entries) throws IOException;

    /** Adds the state; durable with the next {@link #sync} or when something larger is written. */
    void saveState(HardState state) throws IOException;

    /** Adds a snapshot record. */
    void saveSnapshot(SnapshotMetadata snapshot) throws IOException;

    /** Returns when everything added so far is on stable storage. */
    void sync() throws IOException;

    /** Lets go of files that hold only entries up to the index. */
    void releaseTo(long index) throws IOException;

    @Override
    void close() throws IOException;
}
