package dev.plinth.server.rpc;

import dev.plinth.api.etcdserverpb.Member;
import dev.plinth.api.etcdserverpb.MemberListRequest;
import dev.plinth.api.etcdserverpb.MemberListResponse;
import dev.plinth.server.auth.AuthStore;
import dev.plinth.server.core.ClusterMember;
import dev.plinth.server.core.LocalMember;
import dev.plinth.server.core.ResponseBody;

/** The members of the cluster. Headers of this service carry no revision. */
final class ClusterService {
    private final LocalMember member;
    private final Callers callers;
    private final AuthStore auth;

    ClusterService(ServiceContext context, Callers callers) {
        this.callers = callers;
        this.auth = context.auth();
        this.member = context.member();
    }

    void memberList(MemberListRequest request, UnaryCall call) {
        if (request.getLinearizable()) {
            member.readBarrier(new AnsweringBarrier(call, () -> answer(call)));
        } else {
            answer(call);
        }
    }

    private void answer(UnaryCall call) {
        callers.identify(
                call,
                caller -> {
                    auth.checkUser(caller);
                    replyMembers(call);
                });
    }

    private void replyMembers(UnaryCall call) {
        MemberListResponse.Builder response = MemberListResponse.newBuilder();
        for (ClusterMember known : member.members()) {
            response.addMembers(message(known));
        }
        call.reply(0, ResponseBody.of(response.build()));
    }

    private static Member message(ClusterMember member) {
        return Member.newBuilder()
                .setID(member.id())
                .setName(member.name())
                .addAllPeerURLs(member.peerUrls())
                .addAllClientURLs(member.clientUrls())
                .setIsLearner(member.isLearner())
                .build();
    }
}
