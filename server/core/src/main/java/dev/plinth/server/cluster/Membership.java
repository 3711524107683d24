package dev.plinth.server.cluster;

import com.google.gson.stream.JsonReader;
import dev.plinth.mvcc.backend.Backend;
import dev.plinth.mvcc.backend.MetaKeys;
import dev.plinth.mvcc.backend.SchemaBucket;
import dev.plinth.raft.ConfChange;
import dev.plinth.server.apply.ClusterState;
import dev.plinth.server.core.ClusterMember;
import dev.plinth.server.core.EtcdError;
import dev.plinth.server.core.RefusedException;
import dev.plinth.server.json.JsonStrings;
import dev.plinth.server.log.Log;
import java.io.IOException;
import java.io.StringReader;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The members of the cluster and what the cluster has agreed on, in memory and in the database's
 * buckets {@code members}, {@code members_removed} and {@code cluster}.
 *
 * <p>Changed by the apply loop alone, within an entry; {@link #view} may be read by any thread.
 * Invariant: an id that was removed never returns.
 */
public final class Membership implements ClusterState {
    private static final byte[] VERSION_KEY = ascii("clusterVersion");
    private static final byte[] DOWNGRADE_KEY = ascii("downgrade");
    private static final byte[] REMOVED = ascii("removed");

    private final long localId;
    private final long clusterId;
    private final long learnersMax;
    private final Log log;
    private Backend backend;
    private volatile ClusterView view = ClusterView.EMPTY;

    /**
     * Knows nobody before {@link #load}.
     *
     * @param backend where members are stored
     * @param localId this member
     * @param clusterId the cluster
     * @param learnersMax members without vote that may be added
     * @param log where changes are told
     */
    public Membership(Backend backend, long localId, long clusterId, long learnersMax, Log log) {
        this.backend = backend;
        this.localId = localId;
        this.clusterId = clusterId;
        this.learnersMax = learnersMax;
        this.log = log;
    }

    /** The cluster as it is now. */
    public ClusterView view() {
        return view;
    }

    /** This member's id. */
    public long localId() {
        return localId;
    }

    /** The cluster's id. */
    public long clusterId() {
        return clusterId;
    }

    /** Takes the members of another database, after a snapshot from the leader. */
    public void load(Backend other) {
        backend = other;
        load();
    }

    /**
     * Takes what the database holds.
     *
     * @throws IllegalStateException if a record in it cannot be read
     */
    public void load() {
        ClusterViewBuilder loaded = new ClusterViewBuilder();
        backend.forEach(SchemaBucket.MEMBERS, (key, value) -> loaded.addMember(key, value));
        backend.forEach(SchemaBucket.MEMBERS_REMOVED, (key, _) -> loaded.addRemoved(key));
        byte[] version = backend.get(SchemaBucket.CLUSTER, VERSION_KEY);
        byte[] downgrade = backend.get(SchemaBucket.CLUSTER, DOWNGRADE_KEY);
        ClusterView result = loaded.view;
        if (version != null && version.length > 0) {
            result = result.withVersion(new String(version, StandardCharsets.US_ASCII));
        }
        if (downgrade != null) {
            result = result.withDowngrade(downgradeTarget(downgrade));
        }
        view = result;
    }

    private static final class ClusterViewBuilder {
        private ClusterView view = ClusterView.EMPTY;

        void addMember(byte[] key, byte[] value) {
            ClusterMember member = MemberJson.read(value).member();
            String id = new String(key, StandardCharsets.US_ASCII);
            if (member.id() != MemberIds.parse(id)) {
                throw new IllegalStateException(
                        "database: member under key "
                                + id
                                + " has id "
                                + MemberIds.text(member.id()));
            }
            view = view.withMember(member);
        }

        void addRemoved(byte[] key) {
            view = view.withRemoved(MemberIds.parse(new String(key, StandardCharsets.US_ASCII)));
        }
    }

    /** Why the change must not take effect, or null if it may. */
    public @Nullable RefusedException validate(ConfChange change) {
        ClusterView now = view;
        long id = change.nodeId();
        if (now.removed().contains(id)) {
            return RefusedException.of(EtcdError.MEMBER_NOT_FOUND);
        }
        ClusterMember known = now.members().get(id);
        return switch (change.type()) {
            case ADD_NODE, ADD_LEARNER_NODE -> validateAdd(now, known, context(change));
            case REMOVE_NODE ->
                    known == null ? RefusedException.of(EtcdError.MEMBER_NOT_FOUND) : null;
            case UPDATE_NODE -> {
                if (known == null) {
                    yield RefusedException.of(EtcdError.MEMBER_NOT_FOUND);
                }
                yield hasUrlOf(now, id, context(change).member().peerUrls())
                        ? RefusedException.of(EtcdError.PEER_URL_EXISTS)
                        : null;
            }
        };
    }

    private @Nullable RefusedException validateAdd(
            ClusterView now, @Nullable ClusterMember known, MemberJson.Change change) {
        if (change.isPromotion()) {
            if (known == null) {
                return RefusedException.of(EtcdError.MEMBER_NOT_FOUND);
            }
            return known.isLearner() ? null : RefusedException.of(EtcdError.MEMBER_NOT_LEARNER);
        }
        if (known != null) {
            return RefusedException.of(EtcdError.MEMBER_EXISTS);
        }
        if (hasUrlOf(now, 0, change.member().peerUrls())) {
            return RefusedException.of(EtcdError.PEER_URL_EXISTS);
        }
        return change.member().isLearner() && now.learnerCount() >= learnersMax
                ? RefusedException.of(EtcdError.TOO_MANY_LEARNERS)
                : null;
    }

    private static boolean hasUrlOf(ClusterView now, long exceptId, List<String> urls) {
        return now.members().values().stream()
                .filter(member -> member.id() != exceptId)
                .anyMatch(member -> member.peerUrls().stream().anyMatch(urls::contains));
    }

    /** Makes a change that {@link #validate} found good; within an entry. */
    public void apply(ConfChange change) {
        long id = change.nodeId();
        switch (change.type()) {
            case ADD_NODE, ADD_LEARNER_NODE -> {
                MemberJson.Change context = context(change);
                if (context.isPromotion()) {
                    promote(id);
                } else {
                    add(context.member());
                }
            }
            case REMOVE_NODE -> remove(id);
            case UPDATE_NODE -> update(id, context(change).member().peerUrls());
        }
        backend.put(
                SchemaBucket.META,
                MetaKeys.confState(),
                ConfStateJson.write(view.confState()).getBytes(StandardCharsets.US_ASCII));
    }

    private void add(ClusterMember member) {
        store(member);
        log.info(
                "added member",
                "cluster-id",
                MemberIds.text(clusterId),
                "local-member-id",
                MemberIds.text(localId),
                "added-peer-id",
                MemberIds.text(member.id()),
                "added-peer-peer-urls",
                member.peerUrls(),
                "added-peer-is-learner",
                member.isLearner());
    }

    private void promote(long id) {
        ClusterMember old = required(id);
        store(new ClusterMember(id, old.name(), old.peerUrls(), old.clientUrls(), false));
        log.info(
                "promote member",
                "cluster-id",
                MemberIds.text(clusterId),
                "local-member-id",
                MemberIds.text(localId),
                "promoted-member-id",
                MemberIds.text(id));
    }

    private void update(long id, List<String> peerUrls) {
        ClusterMember old = required(id);
        store(new ClusterMember(id, old.name(), peerUrls, old.clientUrls(), old.isLearner()));
        log.info(
                "updated member",
                "cluster-id",
                MemberIds.text(clusterId),
                "local-member-id",
                MemberIds.text(localId),
                "updated-remote-peer-id",
                MemberIds.text(id),
                "updated-remote-peer-urls",
                peerUrls);
    }

    private void remove(long id) {
        ClusterMember old = required(id);
        view = view.withoutMember(id);
        backend.delete(SchemaBucket.MEMBERS, ascii(MemberIds.text(id)));
        backend.put(SchemaBucket.MEMBERS_REMOVED, ascii(MemberIds.text(id)), REMOVED);
        log.info(
                "removed member",
                "cluster-id",
                MemberIds.text(clusterId),
                "local-member-id",
                MemberIds.text(localId),
                "removed-remote-peer-id",
                MemberIds.text(id),
                "removed-remote-peer-urls",
                old.peerUrls());
    }

    @Override
    public void setMemberAttributes(
            long memberId, String name, List<String> clientUrls, boolean persist) {
        ClusterMember old = view.members().get(memberId);
        if (old == null) {
            if (view.removed().contains(memberId)) {
                log.warn(
                        "skipped attributes update of removed member",
                        "cluster-id",
                        MemberIds.text(clusterId),
                        "local-member-id",
                        MemberIds.text(localId),
                        "updated-peer-id",
                        MemberIds.text(memberId));
                return;
            }
            throw new IllegalStateException(
                    "attributes of member "
                            + MemberIds.text(memberId)
                            + ", which the cluster does not know");
        }
        ClusterMember member =
                new ClusterMember(memberId, name, old.peerUrls(), clientUrls, old.isLearner());
        if (persist) {
            store(member);
        } else {
            view = view.withMember(member);
        }
    }

    @Override
    public void setClusterVersion(String version, boolean persist) {
        String old = view.version();
        view = view.withVersion(version);
        if (persist) {
            backend.put(SchemaBucket.CLUSTER, VERSION_KEY, ascii(version));
        }
        if (old == null) {
            log.info(
                    "set initial cluster version",
                    "cluster-id",
                    MemberIds.text(clusterId),
                    "local-member-id",
                    MemberIds.text(localId),
                    "cluster-version",
                    minor(version));
        } else if (!old.equals(version)) {
            log.info(
                    "updated cluster version",
                    "cluster-id",
                    MemberIds.text(clusterId),
                    "local-member-id",
                    MemberIds.text(localId),
                    "from",
                    minor(old),
                    "to",
                    minor(version));
        }
        log.info("enabled capabilities for version", "cluster-version", minor(version));
    }

    @Override
    public void setDowngrade(boolean enabled, String targetVersion, boolean persist) {
        view = view.withDowngrade(enabled ? targetVersion : null);
        if (persist) {
            StringBuilder json = new StringBuilder("{\"target-version\":");
            JsonStrings.appendAsGo(json, enabled ? targetVersion : "");
            json.append(",\"enabled\":").append(enabled).append('}');
            backend.put(SchemaBucket.CLUSTER, DOWNGRADE_KEY, ascii(json.toString()));
        }
        if (enabled) {
            log.info(
                    "The server is ready to downgrade",
                    "target-version",
                    targetVersion,
                    "cluster-id",
                    MemberIds.text(clusterId));
        }
    }

    private void store(ClusterMember member) {
        view = view.withMember(member);
        backend.put(
                SchemaBucket.MEMBERS,
                ascii(MemberIds.text(member.id())),
                MemberJson.write(member).getBytes(StandardCharsets.UTF_8));
    }

    private ClusterMember required(long id) {
        ClusterMember member = view.members().get(id);
        if (member == null) {
            throw new IllegalStateException("no member " + MemberIds.text(id));
        }
        return member;
    }

    private static MemberJson.Change context(ConfChange change) {
        var bytes = change.context();
        if (bytes == null) {
            throw new IllegalStateException(
                    "conf change of member " + MemberIds.text(change.nodeId()) + " has no context");
        }
        MemberJson.Change read = MemberJson.read(bytes.toArray());
        if (read.member().id() != change.nodeId()) {
            throw new IllegalStateException(
                    "conf change of member %s has the context of member %s"
                            .formatted(
                                    MemberIds.text(change.nodeId()),
                                    MemberIds.text(read.member().id())));
        }
        return read;
    }

    private static @Nullable String downgradeTarget(byte[] json) {
        try (JsonReader in =
                new JsonReader(new StringReader(new String(json, StandardCharsets.UTF_8)))) {
            String target = "";
            boolean isEnabled = false;
            in.beginObject();
            while (in.hasNext()) {
                switch (in.nextName()) {
                    case "target-version" -> target = in.nextString();
                    case "enabled" -> isEnabled = in.nextBoolean();
                    default -> in.skipValue();
                }
            }
            in.endObject();
            return isEnabled ? target : null;
        } catch (IOException | IllegalStateException e) {
            throw new IllegalStateException("database: unreadable record cluster/downgrade", e);
        }
    }

    private static String minor(String version) {
        int last = version.lastIndexOf('.');
        return last < 0 ? version : version.substring(0, last);
    }

    private static byte[] ascii(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
