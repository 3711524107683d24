package dev.plinth.server.peer;

import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.MessageLite;
import com.google.protobuf.UnsafeByteOperations;
import dev.plinth.api.etcdserverpb.LeaseKeepAliveRequest;
import dev.plinth.api.etcdserverpb.LeaseKeepAliveResponse;
import dev.plinth.api.etcdserverpb.LeaseTimeToLiveRequest;
import dev.plinth.api.etcdserverpb.LeaseTimeToLiveResponse;
import dev.plinth.api.etcdserverpb.ResponseHeader;
import dev.plinth.api.leasepb.LeaseInternalRequest;
import dev.plinth.api.leasepb.LeaseInternalResponse;
import dev.plinth.mvcc.lease.LeaseTimeToLive;
import dev.plinth.server.core.Barrier;
import dev.plinth.server.core.EtcdError;
import dev.plinth.server.core.LeaseCalls;
import dev.plinth.server.core.LocalMember;
import dev.plinth.server.core.RefusedException;

/**
 * {@code /leases} and {@code /leases/internal}: followers ask the leader for what it alone knows.
 * Source: peer-protocol.md 10.6.
 */
public final class LeaseEndpoint implements PeerRouter.Endpoint {
    private static final int REQUEST_BYTES_MAX = 64 << 10;
    private static final long APPLIED_WAIT_NANOS = 1_000_000_000L;
    private static final String PROTOBUF = "application/protobuf";

    private final LocalMember member;
    private final LeaseCalls own;

    /**
     * @param member this member
     * @param own this member's leases
     */
    public LeaseEndpoint(LocalMember member, LeaseCalls own) {
        this.member = member;
        this.own = own;
    }

    @Override
    public RequestBody begin(PeerExchange exchange) {
        boolean isRenewal = exchange.path().equals("/leases");
        if (!isRenewal && !exchange.path().equals("/leases/internal")) {
            return RequestBody.ignored(() -> exchange.refuse(404, "404 page not found"));
        }
        if (!exchange.method().equals("POST")) {
            return RequestBody.ignored(() -> exchange.refuse(405, "Method Not Allowed"));
        }
        return new WholeBody(
                REQUEST_BYTES_MAX,
                () -> exchange.refuse(413, "request body too large"),
                body -> {
                    try {
                        if (isRenewal) {
                            renew(exchange, LeaseKeepAliveRequest.parseFrom(body).getID());
                        } else {
                            timeToLive(
                                    exchange,
                                    LeaseInternalRequest.parseFrom(body)
                                            .getLeaseTimeToLiveRequest());
                        }
                    } catch (InvalidProtocolBufferException e) {
                        exchange.refuse(400, "error unmarshalling request");
                    }
                });
    }

    private void renew(PeerExchange exchange, long id) {
        whenApplied(
                exchange,
                () -> {
                    var _ =
                            own.renew(id)
                                    .whenComplete((ttl, failure) -> {
                                        if (failure != null) {
                                            refuse(exchange, RefusedException.of(failure), 400);
                                            return;
                                        }
                                        answer(
                                                exchange,
                                                LeaseKeepAliveResponse.newBuilder()
                                                        .setID(id)
                                                        .setTTL(ttl)
                                                        .build());
                                    });
                });
    }

    private void timeToLive(PeerExchange exchange, LeaseTimeToLiveRequest request) {
        long id = request.getID();
        whenApplied(
                exchange,
                () -> {
                    var _ =
                            own.timeToLive(id, request.getKeys())
                                    .whenComplete((found, failure) -> {
                                        if (failure != null) {
                                            refuse(exchange, RefusedException.of(failure), 500);
                                            return;
                                        }
                                        answer(exchange, response(id, found));
                                    });
                });
    }

    private static LeaseInternalResponse response(long id, LeaseTimeToLive found) {
        LeaseTimeToLiveResponse.Builder response =
                LeaseTimeToLiveResponse.newBuilder()
                        .setHeader(ResponseHeader.getDefaultInstance())
                        .setID(id)
                        .setTTL(found.remainingSeconds())
                        .setGrantedTTL(found.grantedTtlSeconds());
        found.keys().forEach(key -> response.addKeys(UnsafeByteOperations.unsafeWrap(key)));
        return LeaseInternalResponse.newBuilder().setLeaseTimeToLiveResponse(response).build();
    }

    private void whenApplied(PeerExchange exchange, Runnable action) {
        member.awaitApplied(
                member.committedIndex(),
                APPLIED_WAIT_NANOS,
                new Barrier() {
                    @Override
                    public void passed() {
                        action.run();
                    }

                    @Override
                    public void failed(RefusedException reason) {
                        exchange.refuse(
                                408,
                                "waiting for node to catch up its applied index has timed out");
                    }
                });
    }

    private static void refuse(PeerExchange exchange, RefusedException reason, int otherStatus) {
        if (reason.error() == EtcdError.LEASE_NOT_FOUND) {
            exchange.refuse(404, "lease not found");
        } else if (reason.error() == EtcdError.NOT_LEADER) {
            exchange.refuse(otherStatus, LeaderLeases.NOT_PRIMARY);
        } else {
            exchange.refuse(otherStatus, String.valueOf(reason.getMessage()));
        }
    }

    private static void answer(PeerExchange exchange, MessageLite message) {
        exchange.answer(200, PROTOBUF, message.toByteArray());
    }
}
