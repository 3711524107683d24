package dev.plinth.server.storage;

import dev.plinth.mvcc.backend.Backend;
import dev.plinth.mvcc.backend.MetaKeys;
import dev.plinth.mvcc.backend.SchemaBucket;
import dev.plinth.server.cluster.ClusterView;
import dev.plinth.server.cluster.MemberIds;
import dev.plinth.server.config.CompatVersion;
import dev.plinth.server.core.StartException;
import dev.plinth.server.log.Log;
import dev.plinth.server.maintenance.Versions;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * Whether log and database belong together and reach each other. etcd starts on some directories
 * that fail here, and then loses writes or never becomes ready; each refusal names the numbers.
 *
 * <p>Source: design.md 9, walio.md 10.3.
 */
public final class LogChecks {
    private final Backend backend;
    private final Path database;
    private final Log log;

    public LogChecks(Backend backend, Path database, Log log) {
        this.backend = backend;
        this.database = database;
        this.log = log;
    }

    /** A database that holds entries needs the log that they came from. */
    public void requireNoEntries(Path walDir) throws StartException {
        long held = backend.consistentIndex();
        if (held != 0) {
            throw new StartException(
                    "database file (%s) holds the log's entries up to index %d, but there is no log in %s"
                            .formatted(database, held, walDir));
        }
    }

    /** The log must reach from below the database's index to it. */
    public void requireReach(FoundLog found, boolean hadDatabase, boolean allowsLostLog)
            throws StartException {
        long held = backend.consistentIndex();
        if (!hadDatabase && found.snapshotIndex() > 0) {
            throw new DamageException(
                    "database file (%s) of the backend is missing".formatted(database));
        }
        if (held < found.snapshotIndex()) {
            throw new DamageException(
                    "database file (%s index %d) does not match with snapshot (index %d)"
                            .formatted(database, held, found.snapshotIndex()));
        }
        if (held > found.lastIndex()) {
            String text =
                    "the log ends at index %d, in file %s at offset %d, but the database file (%s) holds entries up to index %d: acknowledged writes are missing from the log"
                            .formatted(
                                    found.lastIndex(),
                                    found.endFile(),
                                    found.endOffset(),
                                    database,
                                    held);
            if (!allowsLostLog) {
                throw new DamageException(text);
            }
            log.warn(text);
        }
        if (found.snapshotTerm() > found.state().term()) {
            throw new DamageException(
                    "the log's snapshot record at index %d is of term %d, above the last state's term %d"
                            .formatted(
                                    found.snapshotIndex(),
                                    found.snapshotTerm(),
                                    found.state().term()));
        }
    }

    /** The log's owner must be one whom the database knows. */
    public void requireOwner(WalMetadata metadata, ClusterView members) throws StartException {
        long id = metadata.memberId();
        if (!members.members().isEmpty()
                && !members.members().containsKey(id)
                && !members.removed().contains(id)) {
            throw new StartException(
                    "the log belongs to member %s of cluster %s, whom the database file (%s) does not know"
                            .formatted(
                                    MemberIds.text(id),
                                    MemberIds.text(metadata.clusterId()),
                                    database));
        }
    }

    /** A directory that a newer release has taken over is not for this one. */
    public void requireVersion(ClusterView members, CompatVersion compat) throws StartException {
        String cluster = members.version();
        if (cluster != null && Versions.compare(minor(cluster), compat.clusterVersion()) > 0) {
            throw new StartException(
                    "invalid downgrade; server version is lower than determined cluster version"
                            + " (server %s by --compat-version, cluster %s)"
                                    .formatted(compat.minor(), cluster));
        }
        String storage = storageVersion();
        if (storage != null && Versions.compare(minor(storage), compat.clusterVersion()) > 0) {
            throw new StartException(
                    "version \"%s\" is not supported: the database file (%s) is of storage version %s, --compat-version is %s"
                            .formatted(storage, database, storage, compat.minor()));
        }
    }

    private @Nullable String storageVersion() {
        byte[] value = backend.get(SchemaBucket.META, MetaKeys.storageVersion());
        return value == null || value.length == 0
                ? null
                : new String(value, StandardCharsets.US_ASCII);
    }

    private static String minor(String version) throws StartException {
        String[] parts = version.split("\\.", -1);
        if (parts.length != 3) {
            throw new StartException("database: malformed version \"" + version + "\"");
        }
        return parts[0] + "." + parts[1] + ".0";
    }
}
