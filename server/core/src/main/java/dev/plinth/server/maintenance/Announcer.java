package dev.plinth.server.maintenance;

import dev.plinth.api.etcdserverpb.InternalRaftRequest;
import dev.plinth.api.membershippb.Attributes;
import dev.plinth.api.membershippb.ClusterMemberAttrSetRequest;
import dev.plinth.server.cluster.MemberIds;
import dev.plinth.server.config.GoDuration;
import dev.plinth.server.core.LocalMember;
import dev.plinth.server.core.RefusedException;
import dev.plinth.server.log.Log;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Tells the cluster this member's name and client URLs, through the log, until it is done. Clients
 * are served from then on, or, in a new cluster, from when it has a version: before that all their
 * calls would be refused. {@link #turn} is called by one thread.
 */
public final class Announcer {
    private final LocalMember member;
    private final OwnProposals proposals;
    private final String name;
    private final List<String> clientUrls;
    private final long retryNanos;
    private final Runnable announced;
    private final Log log;
    private volatile boolean isUnderWay;
    private volatile boolean isPublished;
    private boolean isDone;

    /**
     * @param retryNanos the request timeout, after which the member tries again
     * @param announced runs once, in a turn, when the cluster knows and clients can be served
     */
    public Announcer(
            LocalMember member,
            String name,
            List<String> clientUrls,
            long retryNanos,
            Runnable announced,
            Log log) {
        this.member = member;
        this.proposals = new OwnProposals(member);
        this.name = name;
        this.clientUrls = List.copyOf(clientUrls);
        this.retryNanos = retryNanos;
        this.announced = announced;
        this.log = log;
    }

    /** Proposes, unless that is done or under way or there is no leader. */
    public void turn() {
        if (isPublished) {
            reportWhenServable();
        } else if (!isUnderWay && member.leaderId() != 0) {
            publish();
        }
    }

    private void reportWhenServable() {
        if (!isDone && member.clusterVersion() != null) {
            isDone = true;
            announced.run();
        }
    }

    private void publish() {
        isUnderWay = true;
        ClusterMemberAttrSetRequest request =
                ClusterMemberAttrSetRequest.newBuilder()
                        .setMemberID(member.memberId())
                        .setMemberAttributes(
                                Attributes.newBuilder().setName(name).addAllClientUrls(clientUrls))
                        .build();
        proposals.propose(
                InternalRaftRequest.CLUSTER_MEMBER_ATTR_SET_FIELD_NUMBER, request, this::ended);
    }

    private void ended(@Nullable RefusedException refusal) {
        if (refusal != null) {
            log.warn(
                    "failed to publish local member to cluster through raft",
                    "local-member-id",
                    MemberIds.text(member.memberId()),
                    "publish-timeout",
                    GoDuration.format(retryNanos),
                    "error",
                    refusal.error().toString());
            isUnderWay = false;
            return;
        }
        log.info(
                "published local member to cluster through raft",
                "local-member-id",
                MemberIds.text(member.memberId()),
                "local-member-attributes",
                "{Name:" + name + " ClientURLs:[" + String.join(" ", clientUrls) + "]}",
                "cluster-id",
                MemberIds.text(member.clusterId()),
                "publish-timeout",
                GoDuration.format(retryNanos));
        isPublished = true;
    }
}
