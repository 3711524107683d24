package dev.plinth.server.consensus;

import dev.plinth.mvcc.backend.Backend;
import dev.plinth.raft.Snapshot;

/**
 * Puts a leader's snapshot in the place of this member's whole state: the received database becomes
 * the database, and everything that was read from the old one is read anew. The apply loop alone,
 * between two entries, when the log already says that it begins at the snapshot: a failure ends the
 * member, and its next start goes on here.
 */
public interface SnapshotInstaller {
    /**
     * Installs the database that was received for the snapshot.
     *
     * @return the backend from now on; its consistent index is the snapshot's
     */
    Backend install(Snapshot snapshot);
}
