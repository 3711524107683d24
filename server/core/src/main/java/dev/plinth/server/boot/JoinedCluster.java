package dev.plinth.server.boot;

import dev.plinth.server.cluster.MemberIds;
import dev.plinth.server.config.ServerConfig;
import dev.plinth.server.core.ClusterMember;
import dev.plinth.server.core.StartException;
import dev.plinth.server.maintenance.Versions;
import dev.plinth.server.peer.RemoteCluster;
import dev.plinth.server.peer.RemoteCluster.Described;
import dev.plinth.server.peer.RemoteCluster.MemberVersions;
import dev.plinth.server.storage.WalMetadata;
import java.net.InetAddress;
import java.net.URI;
import java.net.UnknownHostException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/**
 * Joins a running cluster, which has this member in its list already: asks for the list, holds the
 * flags against it, and takes its own id from there. Source: peer-protocol.md 11.
 */
final class JoinedCluster {
    private static final long ASK_NANOS = 10_000_000_000L;
    private static final String OLDEST_CLUSTER = "3.0.0";

    private final ServerConfig config;

    JoinedCluster(ServerConfig config) {
        this.config = config;
    }

    /**
     * Asks the others.
     *
     * @throws StartException when nobody answers, the lists differ, or the versions do not fit
     */
    ClusterPlan plan(RemoteCluster remote) throws StartException {
        NewCluster.requireOwnUrls(config);
        try {
            Described described = remote.describe(NewCluster.otherUrls(config), ASK_NANOS);
            if (described == null) {
                throw new StartException(
                        "cannot fetch cluster info from peer urls: could not retrieve cluster"
                                + " information from the given URLs");
            }
            List<ClusterMember> existing = new ArrayList<>(described.members());
            existing.sort(Comparator.comparing(ClusterMember::id, Long::compareUnsigned));
            long own = ownId(existing);
            requireCompatible(existing, own, remote);
            requireLearners(existing);
            return new ClusterPlan(
                    new WalMetadata(own, described.clusterId()), List.of(), existing);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new StartException("interrupted while asking the other members", e);
        }
    }

    private long ownId(List<ClusterMember> existing) throws StartException {
        Map<String, List<String>> local = config.cluster().initial().urlsByName();
        String prefix =
                "error validating peerURLs " + config.cluster().initial().canonicalText() + ": ";
        if (existing.size() != local.size()) {
            throw new StartException(prefix + "member count is unequal");
        }
        Map<String, Long> idByName = new HashMap<>();
        for (ClusterMember member : existing) {
            String name = match(member, local, idByName.keySet());
            if (name == null) {
                throw new StartException(
                        prefix
                                + "PeerURLs: no match found for existing member (%s, %s), last resolver error (<nil>)"
                                        .formatted(MemberIds.text(member.id()), member.peerUrls()));
            }
            idByName.put(name, member.id());
        }
        Long own = idByName.get(config.identity().name());
        if (own == null) {
            throw new StartException(
                    prefix + "this member, " + config.identity().name() + ", is not among them");
        }
        return own;
    }

    private static @org.jspecify.annotations.Nullable String match(
            ClusterMember member, Map<String, List<String>> local, Set<String> taken) {
        TreeSet<String> theirs = new TreeSet<>(member.peerUrls());
        for (boolean resolves : new boolean[] {false, true}) {
            for (Map.Entry<String, List<String>> entry : local.entrySet()) {
                Set<String> ours = new TreeSet<>(entry.getValue());
                boolean isEqual =
                        resolves ? resolved(ours).equals(resolved(theirs)) : ours.equals(theirs);
                if (isEqual && !taken.contains(entry.getKey())) {
                    return entry.getKey();
                }
            }
        }
        return null;
    }

    /** The URLs with addresses in the place of names; what cannot be resolved stays. */
    private static Set<String> resolved(Set<String> urls) {
        Set<String> result = new TreeSet<>();
        for (String text : urls) {
            URI url = URI.create(text);
            String host = url.getHost();
            try {
                host = InetAddress.getByName(url.getHost()).getHostAddress();
            } catch (UnknownHostException _) {
                // Compared by its name then.
            }
            result.add(url.getScheme() + "://" + host + ":" + url.getPort());
        }
        return result;
    }

    private void requireCompatible(List<ClusterMember> existing, long own, RemoteCluster remote)
            throws StartException, InterruptedException {
        String lowest = OLDEST_CLUSTER;
        String highest = config.compat().clusterVersion();
        boolean isInRange = false;
        long timeout = config.raft().requestTimeoutNanos();
        List<MemberVersions> found = new ArrayList<>();
        Boolean isDowngrading = null;
        for (ClusterMember member : existing) {
            if (member.id() == own) {
                continue;
            }
            MemberVersions versions = remote.versions(member.peerUrls(), timeout);
            if (versions != null) {
                found.add(versions);
            }
            if (isDowngrading == null) {
                isDowngrading = remote.isDowngradeEnabled(member.peerUrls(), timeout);
            }
        }
        if (Boolean.TRUE.equals(isDowngrading)) {
            lowest = nextMinor(highest);
            highest = lowest;
        }
        for (MemberVersions versions : found) {
            String cluster = versions.cluster();
            if (!cluster.matches("[0-9]+\\.[0-9]+\\.[0-9]+")) {
                continue;
            }
            String minor = cluster.substring(0, cluster.lastIndexOf('.')) + ".0";
            if (Versions.compare(minor, lowest) < 0 || Versions.compare(minor, highest) > 0) {
                throw incompatible();
            }
            isInRange = true;
        }
        if (!isInRange) {
            throw incompatible();
        }
    }

    private static StartException incompatible() {
        return new StartException("incompatible with current running cluster");
    }

    private static String nextMinor(String version) {
        String[] parts = version.split("\\.", 3);
        return parts[0] + "." + (Integer.parseInt(parts[1]) + 1) + ".0";
    }

    private void requireLearners(List<ClusterMember> existing) throws StartException {
        long learners = existing.stream().filter(ClusterMember::isLearner).count();
        if (learners > config.cluster().learnersMax()) {
            throw new StartException("membership: too many learner members in cluster");
        }
    }
}
