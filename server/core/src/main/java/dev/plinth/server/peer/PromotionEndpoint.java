package dev.plinth.server.peer;

import dev.plinth.server.cluster.MemberIds;
import dev.plinth.server.cluster.MemberJson;
import dev.plinth.server.core.ClusterCalls;
import dev.plinth.server.core.ClusterMember;
import dev.plinth.server.core.EtcdError;
import dev.plinth.server.core.LocalMember;
import dev.plinth.server.core.RefusedException;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * {@code POST /members/promote/ID}: another member has been asked to give a learner its vote, which
 * the leader alone may do. Source: peer-protocol.md 10.5.
 */
public final class PromotionEndpoint implements PeerRouter.Endpoint {
    static final String PREFIX = "/members/promote/";
    static final String NOT_READY =
            "can only promote a learner member which is in sync with leader";

    /** Decides whether a caller may change the members. */
    public interface Permission {
        /**
         * Refuses the caller that the token stands for.
         *
         * @param token empty for none
         */
        void check(String token) throws RefusedException;
    }

    private final LocalMember member;
    private final ClusterCalls cluster;
    private final Permission permission;

    /**
     * @param member this member
     * @param cluster carries the promotion out
     * @param permission checks the caller
     */
    public PromotionEndpoint(LocalMember member, ClusterCalls cluster, Permission permission) {
        this.member = member;
        this.cluster = cluster;
        this.permission = permission;
    }

    @Override
    public RequestBody begin(PeerExchange exchange) {
        return RequestBody.ignored(() -> serve(exchange));
    }

    private void serve(PeerExchange exchange) {
        if (!exchange.method().equals("POST")) {
            exchange.refuseMethod("POST");
            return;
        }
        exchange.answerHeader(PeerHeaders.CLUSTER, MemberIds.text(member.clusterId()));
        String text = exchange.path().substring(PREFIX.length());
        long id;
        try {
            id = Long.parseUnsignedLong(text);
        } catch (NumberFormatException e) {
            exchange.refuse(404, "member " + text + " not found in cluster");
            return;
        }
        try {
            permission.check(
                    Objects.requireNonNullElse(exchange.headers().get("Authorization"), ""));
        } catch (RefusedException reason) {
            refuse(exchange, reason);
            return;
        }
        var _ =
                cluster.promoteAsLeader(id)
                        .whenComplete((members, failure) -> answer(exchange, members, failure));
    }

    private static void answer(
            PeerExchange exchange,
            @Nullable List<ClusterMember> members,
            @Nullable Throwable failure) {
        if (members != null) {
            exchange.answer(200, PeerExchange.JSON, MemberJson.writeList(members));
        } else if (failure != null) {
            refuse(exchange, RefusedException.of(failure));
        }
    }

    private static void refuse(PeerExchange exchange, RefusedException reason) {
        EtcdError error = reason.error();
        switch (error) {
            case MEMBER_NOT_FOUND -> exchange.refuse(404, "membership: ID not found");
            case MEMBER_NOT_LEARNER ->
                    exchange.refuse(412, "membership: can only promote a learner member");
            case LEARNER_NOT_READY -> exchange.refuse(412, "etcdserver: " + NOT_READY);
            default ->
                    exchange.answer(
                            500, PeerExchange.JSON, "{\"message\":\"Internal Server Error\"}");
        }
    }
}
