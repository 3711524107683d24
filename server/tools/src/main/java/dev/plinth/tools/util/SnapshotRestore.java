package dev.plinth.tools.util;

import dev.plinth.mvcc.backend.MetaKeys;
import dev.plinth.mvcc.backend.SchemaBucket;
import dev.plinth.mvcc.codec.RevisionKey;
import dev.plinth.pagestore.Bucket;
import dev.plinth.pagestore.Cursor;
import dev.plinth.pagestore.Database;
import dev.plinth.pagestore.DatabaseException;
import dev.plinth.pagestore.Options;
import dev.plinth.pagestore.WriteTransaction;
import dev.plinth.server.cluster.ConfStateJson;
import dev.plinth.server.cluster.MemberIds;
import dev.plinth.server.cluster.MemberJson;
import dev.plinth.server.config.CompatVersion;
import dev.plinth.server.core.ClusterMember;
import dev.plinth.server.storage.RestoredMember;
import dev.plinth.tools.cli.Command;
import dev.plinth.tools.cli.Flag;
import dev.plinth.tools.cli.ParsedFlags;
import dev.plinth.tools.cli.ToolFailure;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.stream.Stream;

/**
 * {@code snapshot restore}: makes the data directory of a member of a new cluster whose keys are
 * those of a snapshot. Leases, users, roles and alarms are kept; who was a member is forgotten.
 */
final class SnapshotRestore {
    private static final long DEFAULT_MAP_BYTES = 10L << 30;
    private static final byte[] EMPTY = {};

    private final UtilContext context;

    SnapshotRestore(UtilContext context) {
        this.context = context;
    }

    Command command() {
        return new Command(
                        "restore <filename> --data-dir {output dir} [options]",
                        "Restores an etcd member snapshot to an etcd directory")
                .flags(
                        Flag.text("data-dir", "", "Path to the output data directory"),
                        Flag.text(
                                "wal-dir",
                                "",
                                "Path to the WAL directory (use --data-dir if none given)"),
                        Flag.text(
                                "initial-cluster",
                                "default=http://localhost:2380",
                                "Initial cluster configuration for restore bootstrap"),
                        Flag.text(
                                "initial-cluster-token",
                                "etcd-cluster",
                                "Initial cluster token for the etcd cluster during restore"
                                        + " bootstrap"),
                        Flag.text(
                                "initial-advertise-peer-urls",
                                "http://localhost:2380",
                                "List of this member's peer URLs to advertise to the rest of the"
                                        + " cluster"),
                        Flag.text("name", "default", "Human-readable name for this member"),
                        Flag.bool(
                                "skip-hash-check",
                                "Ignore snapshot integrity hash value (required if copied from"
                                        + " data directory)"),
                        Flag.unsigned(
                                "initial-memory-map-size",
                                DEFAULT_MAP_BYTES,
                                "Initial memory map size of the database in bytes"),
                        Flag.unsigned(
                                "bump-revision",
                                0,
                                "How much to increase the latest revision after restore"),
                        Flag.bool(
                                "mark-compacted",
                                "Mark the latest revision after restore as the point of scheduled"
                                        + " compaction (required if --bump-revision > 0,"
                                        + " disallowed otherwise)"))
                .does(this::run);
    }

    private void run(ParsedFlags flags) throws ToolFailure {
        if (flags.arguments().size() != 1) {
            throw ToolFailure.arguments("snapshot restore requires exactly one argument");
        }
        long bump = flags.number("bump-revision");
        if (bump != 0 != flags.isOn("mark-compacted")) {
            throw ToolFailure.arguments("--mark-compacted required if --revision-bump > 0");
        }
        CompatVersion compat = UtilContext.compat(flags);
        RestoredCluster cluster = RestoredCluster.of(flags);
        String dataName = flags.text("data-dir");
        Path data = context.path(dataName.isEmpty() ? flags.text("name") + ".etcd" : dataName);
        Path member = data.resolve("member");
        Path log =
                flags.text("wal-dir").isEmpty()
                        ? member.resolve("wal")
                        : context.path(flags.text("wal-dir"));
        requireFree(data, log);
        Path snapshots = member.resolve("snap");
        Path database = snapshots.resolve("db");
        createFolders(snapshots);
        SnapshotCopy.copy(
                context.path(flags.arguments().getFirst()),
                database,
                flags.isOn("skip-hash-check"),
                context.console());
        try (Database opened =
                Database.open(
                        context.disk(),
                        database,
                        Options.etcd().withLockWait(context.lockWait(flags)))) {
            opened.update(change -> rewrite(change, cluster, bump));
        } catch (DatabaseException e) {
            throw ToolFailure.error(String.valueOf(e.getMessage()));
        }
        try {
            RestoredMember.write(
                    context.disk(),
                    context.clock(),
                    snapshots,
                    log,
                    cluster.memberId(),
                    cluster.clusterId(),
                    cluster.members(),
                    compat);
            for (Path folder : new Path[] {snapshots, member, data.toAbsolutePath()}) {
                context.disk().syncDirectory(folder);
            }
        } catch (IOException e) {
            throw UtilContext.failure(e);
        }
    }

    private static void requireFree(Path data, Path log) throws ToolFailure {
        boolean isUsed = Files.exists(data);
        if (isUsed) {
            try (Stream<Path> content = Files.list(data)) {
                isUsed = content.findAny().isPresent();
            } catch (IOException _) {
                // Not to be read, so not to be used either.
                isUsed = true;
            }
        }
        if (isUsed) {
            throw ToolFailure.error("data-dir \"" + data + "\" not empty or could not be read");
        }
        if (Files.exists(log)) {
            throw ToolFailure.error("wal-dir \"" + log + "\" exists");
        }
    }

    private static void createFolders(Path folder) throws ToolFailure {
        try {
            Files.createDirectories(
                    folder,
                    PosixFilePermissions.asFileAttribute(
                            PosixFilePermissions.fromString("rwx------")));
        } catch (IOException e) {
            throw UtilContext.failure(e);
        }
    }

    // ---------------------------------------------------------------- the database

    private static void rewrite(WriteTransaction change, RestoredCluster cluster, long bump) {
        clear(change, SchemaBucket.MEMBERS_REMOVED);
        Bucket members = clear(change, SchemaBucket.MEMBERS);
        for (ClusterMember member : cluster.members().list()) {
            members.put(
                    MemberIds.text(member.id()).getBytes(StandardCharsets.US_ASCII),
                    MemberJson.write(member).getBytes(StandardCharsets.UTF_8));
        }
        Bucket meta = change.createBucketIfMissing(SchemaBucket.META.nameBytes());
        if (bump != 0) {
            byte[] latest = bump(change, bump);
            meta.put(MetaKeys.scheduledCompactRevision(), latest);
        }
        meta.put(MetaKeys.consistentIndex(), number(cluster.members().members().size()));
        meta.put(MetaKeys.term(), number(RestoredMember.TERM));
        meta.put(
                MetaKeys.confState(),
                ConfStateJson.write(cluster.members().confState())
                        .getBytes(StandardCharsets.UTF_8));
    }

    private static Bucket clear(WriteTransaction change, SchemaBucket bucket) {
        if (change.root().bucket(bucket.nameBytes()) != null) {
            change.deleteBucket(bucket.nameBytes());
        }
        return change.createBucket(bucket.nameBytes());
    }

    /** Puts an empty entry far behind the last one; returns its revision. */
    private static byte[] bump(WriteTransaction change, long bump) {
        Bucket keys = change.createBucketIfMissing(SchemaBucket.KEY.nameBytes());
        Cursor cursor = keys.cursor();
        long latest = cursor.last() ? RevisionKey.mainOf(cursor.keyBytes()) : 0;
        byte[] revision = RevisionKey.encode(Math.addExact(latest, bump), 0, false);
        keys.put(revision, EMPTY);
        return revision;
    }

    private static byte[] number(long value) {
        return ByteBuffer.allocate(Long.BYTES).putLong(value).array();
    }
}
