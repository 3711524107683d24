package dev.plinth.server.storage;

import dev.plinth.raft.Bytes;
import dev.plinth.raft.ConfChange;
import dev.plinth.raft.ConfChangeType;
import dev.plinth.raft.Entry;
import dev.plinth.raft.EntryType;
import dev.plinth.raft.HardState;
import dev.plinth.raft.Snapshot;
import dev.plinth.raft.SnapshotMetadata;
import dev.plinth.raft.WireForm;
import dev.plinth.server.cluster.ClusterView;
import dev.plinth.server.cluster.MemberJson;
import dev.plinth.server.cluster.V2Store;
import dev.plinth.server.config.CompatVersion;
import dev.plinth.server.core.ClusterMember;
import dev.plinth.server.metrics.Metrics;
import dev.plinth.walio.WalOptions;
import dev.plinth.walio.WriteAheadLog;
import dev.plinth.walio.io.Clock;
import dev.plinth.walio.io.Disk;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * Writes the log and the snapshot file of a member whose database is that of a saved snapshot: as
 * if its cluster had been founded in term 1 and had made a snapshot at once.
 *
 * <pre>
 * log       metadata; entries 1…n, each adding a founder; hard state {term 1, commit n}; snapshot n
 * snapshot  index n, term 1, the founders as voters
 * </pre>
 *
 * <p>Source: tools.md 3.2.
 */
public final class RestoredMember {
    /** The term that a restored member begins in. */
    public static final long TERM = 1;

    private RestoredMember() {}

    /**
     * Writes both durably.
     *
     * @param snapshots folder of the snapshot file, which must exist
     * @param log folder of the log, which must not exist
     * @param memberId this member
     * @param clusterId the cluster
     * @param founders the members
     * @param compat the etcd in whose form they are written
     */
    public static void write(
            Disk disk,
            Clock clock,
            Path snapshots,
            Path log,
            long memberId,
            long clusterId,
            ClusterView founders,
            CompatVersion compat)
            throws IOException {
        WireForm form = WalFiles.form(compat);
        byte[] identity = new WalMetadata(memberId, clusterId).encode();
        SnapshotMetadata metadata =
                new SnapshotMetadata(founders.confState(), founders.members().size(), TERM);
        try (WriteAheadLog wal =
                WriteAheadLog.create(disk, clock, log, identity, WalOptions.defaults())) {
            WalEntryLog entries = new WalEntryLog(wal, form);
            entries.append(additions(founders, form));
            entries.saveState(new HardState(TERM, founders.members().firstKey(), metadata.index()));
            entries.sync();
            Bytes content = Bytes.utf8(V2Store.write(founders));
            new SnapFiles(disk, snapshots, form, clock, new Metrics())
                    .save(new Snapshot(content, metadata));
            entries.saveSnapshot(metadata);
            entries.sync();
        }
    }

    private static List<Entry> additions(ClusterView founders, WireForm form) {
        List<Entry> entries = new ArrayList<>();
        for (ClusterMember member : founders.list()) {
            ConfChange change =
                    new ConfChange(
                            0,
                            ConfChangeType.ADD_NODE,
                            member.id(),
                            Bytes.utf8(MemberJson.write(member)));
            entries.add(
                    Entry.of(
                            TERM,
                            entries.size() + 1L,
                            EntryType.CONF_CHANGE,
                            Bytes.wrap(change.toBytes(form))));
        }
        return entries;
    }
}
