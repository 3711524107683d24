package dev.plinth.server.consensus;

import dev.plinth.raft.Bytes;
import dev.plinth.raft.MemoryStorage;
import dev.plinth.raft.ProgressStatus;
import dev.plinth.raft.Snapshot;
import dev.plinth.raft.SnapshotMetadata;
import dev.plinth.raft.StorageException;
import dev.plinth.server.cluster.ClusterView;
import dev.plinth.server.cluster.MemberIds;
import dev.plinth.server.cluster.V2Store;
import dev.plinth.server.log.Log;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.OptionalLong;
import java.util.SortedMap;
import java.util.function.Supplier;

/**
 * Keeps the log short. After a checkpoint of the database that is far enough ahead it writes a
 * snapshot file and a snapshot record at the index that the database durably holds, and only then
 * lets go of log files below it: a log is never cut above what the database has on stable storage.
 *
 * <p>{@link #checkpointed} is called by the database's committer, {@link #trim} by the raft loop.
 */
public final class SnapshotKeeper {
    private static final long TRIM_STEP = 1000;
    private static final int SLACK_SHARE = 8;

    /** Writes a snapshot file durably. */
    public interface SnapshotFiles {
        /** Writes the file that a snapshot's term and index name. */
        void save(Snapshot snapshot) throws IOException;
    }

    /**
     * Settings.
     *
     * @param localId this member
     * @param snapshotCount applied entries between two snapshots
     * @param catchUpEntries entries kept in memory for slow followers
     * @param catchUpBytes most bytes that they may take, give or take a {@value #SLACK_SHARE}th
     */
    public record Settings(
            long localId, long snapshotCount, long catchUpEntries, long catchUpBytes) {}

    private final Settings settings;
    private final MemoryStorage storage;
    private final WalWriter wal;
    private final ApplyLoop apply;
    private final SnapshotFiles files;
    private final Supplier<SortedMap<Long, ProgressStatus>> progress;
    private final CatchUpHolds holds = new CatchUpHolds();
    private final Log log;
    private volatile long lastIndex;
    private long trimmedAt;

    SnapshotKeeper(
            Settings settings,
            long lastIndex,
            MemoryStorage storage,
            WalWriter wal,
            ApplyLoop apply,
            SnapshotFiles files,
            Supplier<SortedMap<Long, ProgressStatus>> progress,
            Log log) {
        this.settings = settings;
        this.lastIndex = lastIndex;
        this.storage = storage;
        this.wal = wal;
        this.apply = apply;
        this.files = files;
        this.progress = progress;
        this.log = log;
    }

    /** The database durably holds everything up to the index. */
    public void checkpointed(long durableIndex) {
        if (durableIndex - lastIndex <= settings.snapshotCount()) {
            return;
        }
        long previous = lastIndex;
        lastIndex = durableIndex;
        log.info(
                "triggering snapshot",
                "local-member-id",
                MemberIds.text(settings.localId()),
                "local-member-applied-index",
                durableIndex,
                "local-member-snapshot-index",
                previous,
                "local-member-snapshot-count",
                settings.snapshotCount(),
                "snapshot-forced",
                false);
        ClusterView view = apply.viewAt(durableIndex);
        SnapshotMetadata metadata =
                new SnapshotMetadata(view.confState(), durableIndex, term(durableIndex));
        try {
            files.save(new Snapshot(Bytes.utf8(V2Store.write(view)), metadata));
        } catch (IOException e) {
            throw new UncheckedIOException("snapshot file: " + e.getMessage(), e);
        }
        wal.markSnapshot(
                metadata,
                () -> {
                    apply.forgetBelow(durableIndex);
                    log.info("saved snapshot to disk", "snapshot-index", durableIndex);
                });
    }

    /** A leader's snapshot has taken the place of the state, and its mark is in the log. */
    void restored(long index) {
        lastIndex = index;
        trimmedAt = index;
    }

    /**
     * Lets go of entries in memory that no follower will want, or that take more room than there
     * is. What is not applied stays, however large, and what a follower needs next that is sent a
     * snapshot stays while there is room.
     */
    void trim(long appliedIndex) {
        long bytesMax = settings.catchUpBytes();
        boolean isTooLarge = storage.bytes() > bytesMax + bytesMax / SLACK_SHARE;
        if (appliedIndex == trimmedAt || (appliedIndex - trimmedAt < TRIM_STEP && !isTooLarge)) {
            return;
        }
        trimmedAt = appliedIndex;
        long compactIndex =
                Math.max(
                        holds.floor(progress.get(), appliedIndex - settings.catchUpEntries()),
                        Math.min(appliedIndex, storage.excessUpTo(bytesMax)));
        if (compactIndex < storage.firstIndex()) {
            return;
        }
        try {
            ClusterView view = apply.viewAt(appliedIndex);
            // Its data is put together when it is sent, from the state of then.
            storage.createSnapshot(appliedIndex, view.confState(), null);
            storage.compact(compactIndex);
        } catch (StorageException e) {
            throw new IllegalStateException("log in memory: " + e.getMessage(), e);
        }
    }

    private long term(long index) {
        OptionalLong applied = apply.termAt(index);
        if (applied.isPresent()) {
            return applied.getAsLong();
        }
        try {
            return storage.term(index);
        } catch (StorageException e) {
            throw new IllegalStateException("term of applied entry " + index, e);
        }
    }
}
