package dev.plinth.server.maintenance;

import dev.plinth.api.etcdserverpb.InternalRaftRequest;
import dev.plinth.api.membershippb.ClusterVersionSetRequest;
import dev.plinth.server.core.LocalMember;
import dev.plinth.server.core.RefusedException;
import dev.plinth.server.log.Log;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * On the leader, raises the cluster's version to the lowest that all members can do. It never
 * lowers it. A running downgrade is left alone.
 *
 * <p>Source: peer-protocol.md 14.
 */
public final class VersionKeeper {
    private final LocalMember member;
    private final OwnProposals proposals;
    private final Supplier<@Nullable String> lowestMemberVersion;
    private final Log log;
    private volatile boolean isUnderWay;

    /**
     * @param lowestMemberVersion {@code major.minor.0} that every member can do; null while one of
     *     them cannot be asked
     */
    public VersionKeeper(
            LocalMember member, Supplier<@Nullable String> lowestMemberVersion, Log log) {
        this.member = member;
        this.proposals = new OwnProposals(member);
        this.lowestMemberVersion = lowestMemberVersion;
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
            log.info("setting up initial cluster version", "cluster-version", minor(wanted));
        }
        proposals.propose(
                InternalRaftRequest.CLUSTER_VERSION_SET_FIELD_NUMBER,
                ClusterVersionSetRequest.newBuilder().setVer(wanted).build(),
                refusal -> ended(wanted, refusal));
    }

    private @Nullable String wanted() {
        String now = member.clusterVersion();
        String lowest = lowestMemberVersion.get();
        if (now == null) {
            return lowest == null ? "3.0.0" : lowest;
        }
        return lowest != null
                        && member.downgradeTarget() == null
                        && Versions.compare(now, lowest) < 0
                ? lowest
                : null;
    }

    private void ended(String version, @Nullable RefusedException refusal) {
        isUnderWay = false;
        if (refusal == null) {
            log.info("cluster version is updated", "cluster-version", minor(version));
        } else {
            log.warn(
                    "failed to update cluster version",
                    "new-cluster-version",
                    version,
                    "error",
                    refusal.error().toString());
        }
    }

    private static String minor(String version) {
        return version.substring(0, version.lastIndexOf('.'));
    }
}
