package dev.plinth.server.storage;

import dev.plinth.mvcc.KeyValueStore;
import dev.plinth.mvcc.backend.Backend;
import dev.plinth.mvcc.lease.Lessor;
import dev.plinth.raft.Snapshot;
import dev.plinth.server.apply.AlarmStore;
import dev.plinth.server.auth.AuthStore;
import dev.plinth.server.cluster.Membership;
import dev.plinth.server.consensus.SnapshotInstaller;
import dev.plinth.server.log.Log;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.concurrent.Executor;

/**
 * Makes a received database the member's, and lets everything that lives on the database read it
 * anew, in the order in which the parts need each other: leases, keys, alarms, auth, members.
 */
public final class StateReplacement implements SnapshotInstaller {
    /** What is read from the database. */
    public record Readers(
            Lessor lessor,
            KeyValueStore store,
            AlarmStore alarms,
            AuthStore auth,
            Membership membership,
            StorageVersionKeeper storageVersion) {}

    private final BackendSlot slot;
    private final BackendOpener opener;
    private final ReceivedSnapshots received;
    private final Path database;
    private final Readers readers;
    private final Executor background;
    private final Log log;

    public StateReplacement(
            BackendSlot slot,
            BackendOpener opener,
            ReceivedSnapshots received,
            Path database,
            Readers readers,
            Executor background,
            Log log) {
        this.slot = slot;
        this.opener = opener;
        this.received = received;
        this.database = database;
        this.readers = readers;
        this.background = background;
        this.log = log;
    }

    @Override
    public Backend install(Snapshot snapshot) {
        log.info("applying snapshot", "incoming-leader-snapshot-index", snapshot.index());
        Backend old = slot.get();
        old.onCheckpoint(_ -> {});
        try {
            received.adopt(snapshot.index(), database);
        } catch (IOException e) {
            throw new UncheckedIOException(
                    "cannot take over the database of the leader's snapshot: " + e.getMessage(), e);
        }
        Backend fresh = opener.open(database);
        slot.set(fresh);
        readers.lessor().recover(fresh);
        readers.store().restore(fresh);
        readers.alarms().recover(fresh);
        readers.auth().recover(fresh);
        readers.membership().load(fresh);
        readers.storageVersion().reload();
        background.execute(() -> close(old));
        log.info(
                "applied snapshot",
                "incoming-leader-snapshot-index",
                snapshot.index(),
                "current-rev",
                readers.store().currentRevision());
        return fresh;
    }

    /** Its file has no name any more; what is left is room on the disk. */
    private void close(Backend old) {
        try {
            old.close();
        } catch (RuntimeException e) {
            log.warn("cannot close the replaced database yet", "error", e.getMessage());
        }
    }
}
