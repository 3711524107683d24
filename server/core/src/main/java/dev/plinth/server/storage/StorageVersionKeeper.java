package dev.plinth.server.storage;

import dev.plinth.mvcc.backend.Backend;
import dev.plinth.mvcc.backend.MetaKeys;
import dev.plinth.mvcc.backend.SchemaBucket;
import dev.plinth.mvcc.backend.StorageVersion;
import dev.plinth.server.cluster.Membership;
import dev.plinth.server.config.CompatVersion;
import dev.plinth.server.log.Log;
import java.nio.charset.StandardCharsets;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Lets the version of the database's schema follow the cluster's, as etcd 3.6 and newer do; 3.5
 * knows no such field, so under that version it is taken away. The schema itself is the same.
 *
 * <p>{@link #follow} is called by the apply loop, {@link #current} by any thread.
 */
public final class StorageVersionKeeper {
    private static final String UNDECIDED = "3.0.0";

    private final Supplier<Backend> backend;
    private final Membership membership;
    private final CompatVersion compat;
    private final Log log;
    private @Nullable String seenClusterVersion;
    private volatile @Nullable StorageVersion current;

    public StorageVersionKeeper(
            Supplier<Backend> backend, Membership membership, CompatVersion compat, Log log) {
        this.backend = backend;
        this.membership = membership;
        this.compat = compat;
        this.log = log;
        this.current = stored();
    }

    /** The version that the database says it is of; null when it does not say. */
    public @Nullable StorageVersion current() {
        return current;
    }

    /** Writes the version anew if the cluster's has changed. */
    public void follow() {
        String cluster = membership.view().version();
        if (cluster == null || cluster.equals(UNDECIDED) || cluster.equals(seenClusterVersion)) {
            return;
        }
        seenClusterVersion = cluster;
        boolean isWritten = !cluster.startsWith("3.5.") && compat != CompatVersion.V3_5;
        StorageVersion wanted = isWritten ? parse(cluster) : StorageVersion.V3_5;
        if (wanted.equals(current)) {
            return;
        }
        log.info(
                "cluster version differs from storage version.",
                "cluster-version",
                cluster,
                "storage-version",
                String.valueOf(current));
        Backend database = backend.get();
        database.beginMaintenance();
        try {
            if (isWritten) {
                database.put(
                        SchemaBucket.META,
                        MetaKeys.storageVersion(),
                        wanted.toString().getBytes(StandardCharsets.US_ASCII));
            } else {
                database.delete(SchemaBucket.META, MetaKeys.storageVersion());
            }
        } finally {
            database.endMaintenance();
        }
        current = wanted;
        log.info("updated storage version", "new-storage-version", wanted.toString());
    }

    /** Reads the version anew, after a snapshot of the leader; the apply loop. */
    void reload() {
        seenClusterVersion = null;
        current = stored();
    }

    private @Nullable StorageVersion stored() {
        byte[] value = backend.get().get(SchemaBucket.META, MetaKeys.storageVersion());
        if (value != null && value.length > 0) {
            return parse(new String(value, StandardCharsets.US_ASCII));
        }
        return backend.get().consistentTerm() != 0 ? StorageVersion.V3_5 : null;
    }

    private static StorageVersion parse(String version) {
        String[] parts = version.split("\\.", -1);
        return new StorageVersion(Integer.parseInt(parts[0]), Integer.parseInt(parts[1]));
    }
}
