package dev.plinth.server.boot;

import dev.plinth.raft.Bytes;
import dev.plinth.raft.Peer;
import dev.plinth.server.cluster.MemberIds;
import dev.plinth.server.cluster.MemberJson;
import dev.plinth.server.config.InitialCluster;
import dev.plinth.server.config.ListenUrl;
import dev.plinth.server.config.ServerConfig;
import dev.plinth.server.core.ClusterMember;
import dev.plinth.server.core.StartException;
import dev.plinth.server.peer.RemoteCluster;
import dev.plinth.server.storage.WalMetadata;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.TreeSet;

/** Founds a cluster from the flags. Source: peer-protocol.md 1 and 11, server.md 4. */
final class NewCluster {
    private static final long ASK_NANOS = 1_000_000_000L;

    private final ServerConfig config;

    NewCluster(ServerConfig config) {
        this.config = config;
    }

    /**
     * Computes the founders' ids.
     *
     * @throws StartException when the flags contradict each other, or another member says that this
     *     one has been a member before
     */
    ClusterPlan plan(RemoteCluster remote) throws StartException {
        ClusterPlan plan = founded();
        requireNotBootstrapped(plan.identity().memberId(), remote);
        return plan;
    }

    /** The same without asking anybody. */
    ClusterPlan founded() throws StartException {
        requireOwnUrls(config);
        List<ClusterMember> members = members();
        return new ClusterPlan(
                identity(members),
                members.stream()
                        .map(member -> new Peer(member.id(), Bytes.utf8(MemberJson.write(member))))
                        .toList(),
                List.of());
    }

    private List<ClusterMember> members() {
        List<ClusterMember> members = new ArrayList<>();
        config.cluster()
                .initial()
                .urlsByName()
                .forEach((memberName, urls) ->
                        members.add(
                                new ClusterMember(
                                        MemberIds.ofInitialMember(urls, config.cluster().token()),
                                        memberName,
                                        urls,
                                        List.of(),
                                        false)));
        members.sort(Comparator.comparing(ClusterMember::id, Long::compareUnsigned));
        return members;
    }

    private WalMetadata identity(List<ClusterMember> members) throws StartException {
        String name = config.identity().name();
        long own = 0;
        long previous = 0;
        for (ClusterMember member : members) {
            if (member.id() == previous) {
                throw new StartException(
                        "member exists with identical ID " + MemberIds.text(member.id()));
            }
            previous = member.id();
            own = member.name().equals(name) ? member.id() : own;
        }
        return new WalMetadata(
                own, MemberIds.ofCluster(members.stream().map(ClusterMember::id).toList()));
    }

    /** A member that lost its data must not found the cluster a second time. */
    private void requireNotBootstrapped(long id, RemoteCluster remote) throws StartException {
        List<String> others = otherUrls(config);
        RemoteCluster.Described described;
        try {
            described = remote.describe(others, ASK_NANOS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new StartException("interrupted while asking the other members", e);
        }
        if (described == null) {
            return;
        }
        for (ClusterMember member : described.members()) {
            if (member.id() == id && !member.clientUrls().isEmpty()) {
                throw new StartException(
                        "member " + MemberIds.text(id) + " has already been bootstrapped");
            }
        }
    }

    /** Peer URLs of all members that the flags name but this one, sorted. */
    static List<String> otherUrls(ServerConfig config) {
        TreeSet<String> urls = new TreeSet<>();
        config.cluster()
                .initial()
                .urlsByName()
                .forEach((name, memberUrls) -> {
                    if (!name.equals(config.identity().name())) {
                        urls.addAll(memberUrls);
                    }
                });
        return List.copyOf(urls);
    }

    /** The list of members must name this one, with the URLs that it advertises. */
    static void requireOwnUrls(ServerConfig config) throws StartException {
        InitialCluster initial = config.cluster().initial();
        String name = config.identity().name();
        List<String> own = initial.urlsByName().get(name);
        if (own == null) {
            throw new StartException(
                    "couldn't find local name \""
                            + name
                            + "\" in the initial cluster configuration");
        }
        if (initial.hasDuplicateUrl()) {
            throw new StartException(
                    "initial cluster " + initial.canonicalText() + " has duplicate url");
        }
        List<String> advertised = ListenUrl.texts(config.cluster().advertisePeer());
        if (new TreeSet<>(own).equals(new TreeSet<>(advertised))) {
            return;
        }
        for (String url : advertised) {
            if (!own.contains(url)) {
                throw new StartException(
                        "--initial-advertise-peer-urls has %s but missing from --initial-cluster=%s"
                                .formatted(url, initial.canonicalText()));
            }
        }
        String named = String.join(",", own.stream().map(url -> name + "=" + url).toList());
        throw new StartException(
                "--initial-cluster has %s but missing from --initial-advertise-peer-urls=%s"
                        .formatted(named, String.join(",", advertised)));
    }
}
