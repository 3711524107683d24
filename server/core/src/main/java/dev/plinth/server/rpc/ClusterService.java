package dev.plinth.server.rpc;

import com.google.protobuf.MessageLite;
import dev.plinth.api.etcdserverpb.Member;
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
import dev.plinth.server.auth.AuthStore;
import dev.plinth.server.config.ListenUrl;
import dev.plinth.server.core.ClusterCalls;
import dev.plinth.server.core.ClusterMember;
import dev.plinth.server.core.EtcdError;
import dev.plinth.server.core.LocalMember;
import dev.plinth.server.core.RefusedException;
import dev.plinth.server.core.ResponseBody;
import dev.plinth.server.metrics.Counter;
import dev.plinth.server.metrics.Labeled;
import java.util.List;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** The members of the cluster. Headers of this service carry no revision. */
final class ClusterService {
    private final LocalMember member;
    private final Counter promotions;
    private final Labeled<Counter> failedPromotions;
    private final Callers callers;
    private final AuthStore auth;
    private final ClusterCalls cluster;

    ClusterService(ServiceContext context, Callers callers) {
        this.promotions =
                context.metrics()
                        .counter(
                                "etcd_server_learner_promote_successes",
                                "The total number of successful learner promotions while this"
                                        + " member is leader.");
        this.failedPromotions =
                context.metrics()
                        .counters(
                                "etcd_server_learner_promote_failures",
                                "The total number of failed learner promotions (likely learner not"
                                        + " ready) while this member is leader.",
                                "Reason");
        this.callers = callers;
        this.auth = context.auth();
        this.member = context.member();
        this.cluster = context.cluster();
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
        response.addAllMembers(messages(member.members()));
        call.reply(0, ResponseBody.of(response.build()));
    }

    void memberAdd(MemberAddRequest request, UnaryCall call) throws RefusedException {
        List<String> urls = validated(request.getPeerURLsList());
        asAdmin(
                call,
                () -> cluster.add(urls, request.getIsLearner()),
                added -> {
                    return MemberAddResponse.newBuilder()
                            .setMember(message(added.member()))
                            .addAllMembers(messages(added.members()))
                            .build();
                });
    }

    void memberRemove(MemberRemoveRequest request, UnaryCall call) {
        asAdmin(
                call,
                () -> cluster.remove(request.getID()),
                members -> {
                    return MemberRemoveResponse.newBuilder()
                            .addAllMembers(messages(members))
                            .build();
                });
    }

    /** The URLs are taken as they are, as the reference does. */
    void memberUpdate(MemberUpdateRequest request, UnaryCall call) {
        List<String> urls = List.copyOf(request.getPeerURLsList());
        asAdmin(
                call,
                () -> cluster.update(request.getID(), urls),
                members -> {
                    return MemberUpdateResponse.newBuilder()
                            .addAllMembers(messages(members))
                            .build();
                });
    }

    void memberPromote(MemberPromoteRequest request, UnaryCall call) {
        String token = Callers.tokenOf(call);
        asAdmin(
                call,
                () -> cluster.promote(request.getID(), token).whenComplete(this::promoted),
                members -> {
                    return MemberPromoteResponse.newBuilder()
                            .addAllMembers(messages(members))
                            .build();
                });
    }

    private void promoted(@Nullable Object members, @Nullable Throwable failure) {
        if (failure == null) {
            promotions.increment();
        } else {
            failedPromotions.with(ErrorMapping.text(RefusedException.of(failure))).increment();
        }
    }

    private static List<String> validated(List<String> urls) throws RefusedException {
        if (urls.isEmpty()) {
            throw RefusedException.of(EtcdError.MEMBER_BAD_URLS);
        }
        try {
            return urls.stream().map(url -> ListenUrl.parse(url).text()).toList();
        } catch (IllegalArgumentException e) {
            throw RefusedException.of(EtcdError.MEMBER_BAD_URLS);
        }
    }

    private <T> void asAdmin(
            UnaryCall call, Supplier<CompletionStage<T>> change, Function<T, MessageLite> answer) {
        callers.identify(
                call,
                caller -> {
                    auth.checkAdmin(caller);
                    var _ =
                            change.get()
                                    .whenComplete((outcome, failure) -> {
                                        if (failure != null) {
                                            call.refuse(RefusedException.of(failure));
                                        } else {
                                            call.reply(0, ResponseBody.of(answer.apply(outcome)));
                                        }
                                    });
                });
    }

    private static List<Member> messages(List<ClusterMember> members) {
        return members.stream().map(ClusterService::message).toList();
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
