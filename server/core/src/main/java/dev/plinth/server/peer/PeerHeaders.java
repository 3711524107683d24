package dev.plinth.server.peer;

import dev.plinth.server.cluster.MemberIds;
import dev.plinth.server.log.Log;
import io.netty.handler.codec.http.HttpHeaders;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The headers with which members introduce themselves, and the checks that every request passes
 * first. Source: peer-protocol.md 3.
 */
final class PeerHeaders {
    static final String FROM = "X-Server-From";
    static final String VERSION = "X-Server-Version";
    static final String CLUSTER_VERSION_MIN = "X-Min-Cluster-Version";
    static final String CLUSTER = "X-Etcd-Cluster-ID";
    static final String PEER_URLS = "X-PeerURLs";
    static final String TO = "X-Raft-To";

    /** Names one sending of a snapshot; ours, unknown to etcd, which ignores it. */
    static final String TRANSFER = "X-Plinth-Snapshot";

    /** Where in the database a body goes on, or how much of it is there; ours. */
    static final String OFFSET = "X-Plinth-Snapshot-Offset";

    static final String INCOMPATIBLE_VERSION = "incompatible version";
    static final String CLUSTER_MISMATCH = "cluster ID mismatch";

    /** The oldest cluster version that a member of any present release can serve. */
    private static final String OLDEST_CLUSTER = "3.0.0";

    private static final String ABSENT_VERSION = "2.0.0";

    private PeerHeaders() {}

    /** Introduces this member. */
    static void introduce(HttpHeaders headers, PeerIdentity self) {
        headers.set(FROM, MemberIds.text(self.memberId()));
        headers.set(VERSION, self.release());
        headers.set(CLUSTER_VERSION_MIN, OLDEST_CLUSTER);
        headers.set(CLUSTER, MemberIds.text(self.clusterId()));
        headers.set(PEER_URLS, String.join(",", self.peerUrls().get()));
    }

    /** Why the sender is refused, in the protocol's words; null when it is not. */
    static @Nullable String refusal(HttpHeaders headers, PeerIdentity self, Log log) {
        String theirs = headers.get(VERSION, ABSENT_VERSION);
        String theirMin = headers.get(CLUSTER_VERSION_MIN, ABSENT_VERSION);
        try {
            if (compareMinor(theirs, OLDEST_CLUSTER) < 0) {
                return incompatible("remote version is too low", headers, theirs, self, log);
            }
            if (compareMinor(theirMin, self.release()) > 0) {
                return incompatible("local version is too low", headers, theirs, self, log);
            }
        } catch (NumberFormatException e) {
            return incompatible("remote version is malformed", headers, theirs, self, log);
        }
        String cluster = headers.get(CLUSTER, "");
        if (!cluster.equals(MemberIds.text(self.clusterId()))) {
            log.warn(
                    "request cluster ID mismatch",
                    "local-member-id",
                    MemberIds.text(self.memberId()),
                    "local-member-cluster-id",
                    MemberIds.text(self.clusterId()),
                    "remote-peer-cluster-id",
                    cluster);
            return CLUSTER_MISMATCH;
        }
        return null;
    }

    private static String incompatible(
            String reason, HttpHeaders headers, String theirs, PeerIdentity self, Log log) {
        log.warn(
                "request version incompatibility",
                "remote-peer-id",
                headers.get(FROM, ""),
                "error",
                "%s: remote[%s]=%s, local=%s"
                        .formatted(reason, headers.get(FROM, ""), theirs, self.release()));
        return INCOMPATIBLE_VERSION;
    }

    /** The sender's id; null when the header is missing or malformed. */
    static @Nullable Long sender(HttpHeaders headers) {
        try {
            return MemberIds.parse(headers.get(FROM, ""));
        } catch (IllegalArgumentException e) {
            return null;
        }
    }

    /**
     * Where in a database something goes on; 0 when nothing is said.
     *
     * @throws NumberFormatException if it is no offset
     */
    static long offset(HttpHeaders headers) {
        long offset = Long.parseLong(headers.get(OFFSET, "0"));
        if (offset < 0) {
            throw new NumberFormatException("negative offset " + offset);
        }
        return offset;
    }

    /** The URLs at which the sender says it is reached. */
    static List<String> senderUrls(HttpHeaders headers) {
        String urls = headers.get(PEER_URLS, "");
        return urls.isEmpty() ? List.of() : List.of(urls.split(",", -1));
    }

    /**
     * Order of two versions by major and minor alone.
     *
     * @throws NumberFormatException if either does not begin with two numbers
     */
    private static int compareMinor(String left, String right) {
        String[] a = left.split("\\.", 3);
        String[] b = right.split("\\.", 3);
        if (a.length < 3 || b.length < 3) {
            throw new NumberFormatException(left);
        }
        int major = Integer.compare(Integer.parseInt(a[0]), Integer.parseInt(b[0]));
        return major != 0 ? major : Integer.compare(Integer.parseInt(a[1]), Integer.parseInt(b[1]));
    }
}
