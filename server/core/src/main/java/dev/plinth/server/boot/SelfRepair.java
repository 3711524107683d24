package dev.plinth.server.boot;

import dev.plinth.server.cluster.MemberIds;
import dev.plinth.server.config.ListenUrl;
import dev.plinth.server.config.ServerConfig;
import dev.plinth.server.core.ClusterMember;
import dev.plinth.server.core.StartException;
import dev.plinth.server.log.Log;
import dev.plinth.server.peer.Rejoining;
import dev.plinth.server.peer.RemoteCluster;
import dev.plinth.server.peer.RemoteCluster.Described;
import dev.plinth.server.storage.DataDir;
import dev.plinth.server.storage.MarkFile;
import dev.plinth.server.storage.RejoinMark;
import dev.plinth.server.storage.WalMetadata;
import dev.plinth.walio.io.Clock;
import dev.plinth.walio.io.Disk;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import org.jspecify.annotations.Nullable;

/**
 * What {@code --auto-repair} does with damaged files: asks the others to take the member back under
 * another id ({@link dev.plinth.server.peer.RejoinEndpoint} says why and when they refuse), puts
 * the files aside, never deletes them, and lets the member join like a new one.
 *
 * <p>The files are touched only after the others have agreed, so a refusal loses nothing.
 */
final class SelfRepair {
    /** Leaves time for an election. */
    private static final int REQUEST_TIMEOUTS = 2;

    private static final String ASIDE = ".damaged-";
    private static final DateTimeFormatter TIME =
            DateTimeFormatter.ofPattern("yyyyMMdd'T'HHmmss'Z'").withZone(ZoneOffset.UTC);

    private final ServerConfig config;
    private final Disk disk;
    private final DataDir dir;
    private final Clock clock;
    private final Log log;

    SelfRepair(ServerConfig config, Disk disk, DataDir dir, Clock clock, Log log) {
        this.config = config;
        this.disk = disk;
        this.dir = dir;
        this.clock = clock;
        this.log = log;
    }

    /**
     * Makes the folders those of a member that has yet to join.
     *
     * @param damage what was found, with its file and place
     * @throws StartException the others did not agree, or cannot be asked; the files are as they
     *     were
     */
    ClusterPlan run(String damage, RemoteCluster remote, Rejoining rejoining)
            throws StartException {
        log.error("found damaged files; asking the other members for help", "error", damage);
        List<String> own = ListenUrl.texts(config.cluster().advertisePeer());
        List<String> others = NewCluster.otherUrls(config);
        if (others.isEmpty()) {
            throw refused(damage, "--initial-cluster names no other member");
        }
        Described agreed;
        boolean wasLearner;
        try {
            wasLearner =
                    wasLearner(remote.describe(others, config.raft().requestTimeoutNanos()), own);
            agreed = ask(damage, rejoining, others, own);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new StartException("interrupted while asking the other members", e);
        }
        ClusterMember self =
                find(agreed, own)
                        .orElseThrow(() -> refused(damage, "the answer lacks this member"));
        try {
            new RejoinMark(disk, dir).set(wasLearner, damage);
            String suffix = ASIDE + TIME.format(Instant.ofEpochMilli(clock.wallMillis()));
            putAside(dir.wal(), suffix);
            putAside(dir.snap(), suffix);
            MarkFile.ofDamage(disk, dir).clear();
        } catch (IOException e) {
            throw new StartException("cannot put damaged files aside: " + e.getMessage(), e);
        }
        log.warn(
                "rejoining the cluster as a new member",
                "local-member-id",
                MemberIds.text(self.id()),
                "cluster-id",
                MemberIds.text(agreed.clusterId()));
        return new ClusterPlan(
                new WalMetadata(self.id(), agreed.clusterId()), List.of(), agreed.members());
    }

    /** One that has not begun to be a member since an earlier repair says nothing. */
    private static boolean wasLearner(@Nullable Described cluster, List<String> own) {
        return cluster != null
                && find(cluster, own)
                        .filter(self -> self.isLearner() && !self.name().isEmpty())
                        .isPresent();
    }

    private static Optional<ClusterMember> find(Described cluster, List<String> own) {
        return cluster.members().stream()
                .filter(each -> Set.copyOf(each.peerUrls()).equals(Set.copyOf(own)))
                .findAny();
    }

    private Described ask(String damage, Rejoining rejoining, List<String> others, List<String> own)
            throws StartException, InterruptedException {
        try {
            long timeoutNanos = REQUEST_TIMEOUTS * config.raft().requestTimeoutNanos();
            return rejoining.rejoin(others, own, timeoutNanos).get();
        } catch (ExecutionException e) {
            Throwable cause = Objects.requireNonNullElse(e.getCause(), e);
            throw refused(damage, String.valueOf(cause.getMessage()));
        }
    }

    private static StartException refused(String damage, String reason) {
        return new StartException(
                "%s; not repaired, the files are as they were: %s; the data may be on this disk alone: see \"Damaged files\" in docs/operations.md"
                        .formatted(damage, reason));
    }

    private void putAside(Path folder, String suffix) throws IOException {
        if (!disk.exists(folder)) {
            return;
        }
        for (String name : disk.list(folder)) {
            if (!name.contains(ASIDE)) {
                disk.rename(folder.resolve(name), folder.resolve(name + suffix));
                log.warn("put a file aside", "path", folder.resolve(name + suffix).toString());
            }
        }
        disk.syncDirectory(folder);
    }
}
