package dev.plinth.server.maintenance;

import dev.plinth.api.etcdserverpb.InternalRaftRequest;
import dev.plinth.api.membershippb.ClusterVersionSetRequest;
import dev.plinth.server.core.LocalMember;
import dev.plinth.server.core.RefusedException;
import dev.plinth.server.log.Log;
import org.jspecify.annotations.Nullable;

/**
 * On the leader, raises the cluster's version to the lowest that all members can do. It is lowered
 * only by a running downgrade, and then to its target.
 *
 * <p>Source: peer-protocol.md 14.
 */
public final class VersionKeeper {
    private static final String UNDECIDED = "3.0.0";

    private final LocalMember member;
    private final OwnProposals proposals;
    private final MemberReleases releases;
    private final Log log;
    private volatile boolean isUnderWay;

    /**
     * @param releases what the members run
     */
    public VersionKeeper(LocalMember member, MemberReleases releases, Log log) {
        this.member = member;
        this.proposals = new OwnProposals(member);
        this.releases = releases;
        this.log = log;
    }

    /** Proposes a version if one is due. */
    public void turn() {
        if (isUnderWay || member.leaderId() != member.memberId()) {
            return;
        }
        String wanted = wanted();
        if (wanted == null) {
            return;
        }
        isUnderWay = true;
        if (member.clusterVersion() == null) {
            log.info(
                    "setting up initial cluster version",
                    "cluster-version",
                    Versions.minor(wanted));
        }
        proposals.propose(
                InternalRaftRequest.CLUSTER_VERSION_SET_FIELD_NUMBER,
                ClusterVersionSetRequest.newBuilder().setVer(wanted).build(),
                refusal -> ended(wanted, refusal));
    }

    private @Nullable String wanted() {
        MemberReleases.Round known = releases.round();
        if (known == null) {
            return null;
        }
        String now = member.clusterVersion();
        String lowest = known.lowest();
        if (now == null) {
            return lowest == null ? UNDECIDED : lowest;
        }
        if (lowest == null) {
            return null;
        }
        String target = member.downgradeTarget();
        if (target != null) {
            return loweredTo(target, now, lowest);
        }
        return Versions.compare(now, lowest) < 0 ? lowest : null;
    }

    /** Members that run the target already are no obstacle. */
    private @Nullable String loweredTo(String target, String now, String lowest) {
        boolean isReachable =
                Versions.isOneMinorBelow(target, now) && Versions.compare(target, lowest) <= 0;
        return isReachable ? target : null;
    }

    private void ended(String version, @Nullable RefusedException refusal) {
        isUnderWay = false;
        if (refusal == null) {
            log.info("cluster version is updated", "cluster-version", Versions.minor(version));
        } else {
            log.warn(
                    "failed to update cluster version",
                    "new-cluster-version",
                    version,
                    "error",
                    refusal.error().toString());
        }
    }
}
