package dev.plinth.client;

import dev.plinth.api.etcdserverpb.ClusterGrpc;
import dev.plinth.api.etcdserverpb.MemberAddRequest;
import dev.plinth.api.etcdserverpb.MemberAddResponse;
import dev.plinth.api.etcdserverpb.MemberListRequest;
import dev.plinth.api.etcdserverpb.MemberListResponse;
import dev.plinth.api.etcdserverpb.MemberPromoteRequest;
import dev.plinth.api.etcdserverpb.MemberPromoteResponse;
import dev.plinth.api.etcdserverpb.MemberRemoveRequest;
import dev.plinth.api.etcdserverpb.MemberRemoveResponse;
import dev.plinth.api.etcdserverpb.MemberUpdateRequest;
import dev.plinth.api.etcdserverpb.MemberUpdateResponse;
import java.util.List;

/** Who the members are. Methods wait for the answer and throw an {@link EtcdException}. */
public final class Cluster {
    private final Calls calls;
    private final CallOptions options;

    Cluster(Calls calls, CallOptions options) {
        this.calls = calls;
        this.options = options;
    }

    /** All members, as a majority knows them. */
    public List<ClusterMember> members() {
        return ClusterMember.of(
                Await.result(
                        calls.call(
                                ClusterGrpc.getMemberListMethod(),
                                MemberListRequest.newBuilder().setLinearizable(true).build(),
                                options,
                                MemberListResponse::getMembersList)));
    }

    /** Adds a member, which is to be started after that. */
    public ClusterMember add(List<String> peerUrls) {
        return add(peerUrls, false);
    }

    /** Adds a member without vote, to be promoted once it has caught up. */
    public ClusterMember addLearner(List<String> peerUrls) {
        return add(peerUrls, true);
    }

    private ClusterMember add(List<String> peerUrls, boolean isLearner) {
        return ClusterMember.of(
                Await.result(
                        calls.call(
                                ClusterGrpc.getMemberAddMethod(),
                                MemberAddRequest.newBuilder()
                                        .addAllPeerURLs(peerUrls)
                                        .setIsLearner(isLearner)
                                        .build(),
                                options,
                                MemberAddResponse::getMember)));
    }

    /**
     * Removes a member for good.
     *
     * @return the members that are left
     */
    public List<ClusterMember> remove(long id) {
        return ClusterMember.of(
                Await.result(
                        calls.call(
                                ClusterGrpc.getMemberRemoveMethod(),
                                MemberRemoveRequest.newBuilder().setID(id).build(),
                                options,
                                MemberRemoveResponse::getMembersList)));
    }

    /** Says where members reach a member from now on. */
    public List<ClusterMember> update(long id, List<String> peerUrls) {
        return ClusterMember.of(
                Await.result(
                        calls.call(
                                ClusterGrpc.getMemberUpdateMethod(),
                                MemberUpdateRequest.newBuilder()
                                        .setID(id)
                                        .addAllPeerURLs(peerUrls)
                                        .build(),
                                options,
                                MemberUpdateResponse::getMembersList)));
    }

    /** Gives a learner its vote. */
    public List<ClusterMember> promote(long id) {
        return ClusterMember.of(
                Await.result(
                        calls.call(
                                ClusterGrpc.getMemberPromoteMethod(),
                                MemberPromoteRequest.newBuilder().setID(id).build(),
                                options,
                                MemberPromoteResponse::getMembersList)));
    }
}
