package dev.plinth.server.rpc;

import com.google.protobuf.UnsafeByteOperations;
import dev.plinth.api.etcdserverpb.InternalRaftRequest;
import dev.plinth.api.etcdserverpb.LeaseGrantRequest;
import dev.plinth.api.etcdserverpb.LeaseLeasesRequest;
import dev.plinth.api.etcdserverpb.LeaseLeasesResponse;
import dev.plinth.api.etcdserverpb.LeaseRevokeRequest;
import dev.plinth.api.etcdserverpb.LeaseStatus;
import dev.plinth.api.etcdserverpb.LeaseTimeToLiveRequest;
import dev.plinth.api.etcdserverpb.LeaseTimeToLiveResponse;
import dev.plinth.mvcc.KeyValueStore;
import dev.plinth.mvcc.lease.LeaseTimeToLive;
import dev.plinth.mvcc.lease.Lessor;
import dev.plinth.server.auth.AuthStore;
import dev.plinth.server.auth.Caller;
import dev.plinth.server.auth.RequestRights;
import dev.plinth.server.core.EtcdError;
import dev.plinth.server.core.LeaseCalls;
import dev.plinth.server.core.LocalMember;
import dev.plinth.server.core.RefusedException;
import dev.plinth.server.core.ResponseBody;
import dev.plinth.server.quota.BackendQuota;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Leases: grant, revoke, time to live, list. Renewals are a stream of their own, {@link
 * LeaseKeepAliveStream}.
 */
final class LeaseService {
    private final LocalMember member;
    private final KeyValueStore store;
    private final Lessor lessor;
    private final LeaseCalls leaderLeases;
    private final SpaceCheck space;
    private final LogWriter log;
    private final LongSupplier nanoClock;
    private final Callers callers;
    private final AuthStore auth;
    private final RequestRights rights;

    LeaseService(ServiceContext context, LogWriter log, SpaceCheck space, Callers callers) {
        this.callers = callers;
        this.auth = context.auth();
        this.rights = new RequestRights(context.auth(), context.lessor());
        this.member = context.member();
        this.store = context.store();
        this.lessor = context.lessor();
        this.leaderLeases = context.leaderLeases();
        this.space = space;
        this.log = log;
        this.nanoClock = context.nanoClock();
    }

    void grant(LeaseGrantRequest request, UnaryCall call) throws RefusedException {
        space.check(BackendQuota.LEASE_CHARGE_BYTES);
        LeaseGrantRequest granted = request;
        while (granted.getID() == 0) {
            granted = granted.toBuilder().setID(member.nextRequestId() & Long.MAX_VALUE).build();
        }
        LeaseGrantRequest entry = granted;
        callers.identify(
                call,
                caller -> {
                    auth.checkUser(caller);
                    log.write(InternalRaftRequest.LEASE_GRANT_FIELD_NUMBER, entry, caller, call);
                });
    }

    void revoke(LeaseRevokeRequest request, UnaryCall call) {
        callers.identify(
                call,
                caller ->
                        log.write(
                                InternalRaftRequest.LEASE_REVOKE_FIELD_NUMBER,
                                request,
                                caller,
                                call));
    }

    void timeToLive(LeaseTimeToLiveRequest request, UnaryCall call) {
        member.awaitApplied(
                member.committedIndex(),
                LeaseRenewal.APPLIED_WAIT_NANOS,
                new AnsweringBarrier(
                        call,
                        () ->
                                callers.identify(
                                        call, caller -> replyTimeToLive(request, caller, call))));
    }

    private void replyTimeToLive(LeaseTimeToLiveRequest request, Caller caller, UnaryCall call)
            throws RefusedException {
        auth.checkUser(caller);
        if (request.getKeys()) {
            rights.checkLeaseRead(request.getID(), caller);
        }
        if (member.leaderId() == member.memberId()) {
            LeaseTimeToLive found =
                    lessor.timeToLive(request.getID(), request.getKeys(), nanoClock.getAsLong());
            auth.checkUnchanged(caller);
            reply(request.getID(), found, call);
            return;
        }
        var _ =
                leaderLeases
                        .timeToLive(request.getID(), request.getKeys())
                        .whenComplete((found, failure) -> {
                            if (failure instanceof RefusedException reason
                                    && reason.error() != EtcdError.LEASE_NOT_FOUND) {
                                call.refuse(reason);
                            } else {
                                reply(request.getID(), found, call);
                            }
                        });
    }

    private void reply(long id, @Nullable LeaseTimeToLive found, UnaryCall call) {
        LeaseTimeToLiveResponse.Builder response = LeaseTimeToLiveResponse.newBuilder().setID(id);
        if (found == null) {
            response.setTTL(-1);
        } else {
            response.setTTL(found.remainingSeconds()).setGrantedTTL(found.grantedTtlSeconds());
            for (byte[] key : found.keys()) {
                response.addKeys(UnsafeByteOperations.unsafeWrap(key));
            }
        }
        call.reply(store.currentRevision(), ResponseBody.of(response.build()));
    }

    @SuppressWarnings("UnusedVariable") // the request has no fields
    void leases(LeaseLeasesRequest request, UnaryCall call) {
        callers.identify(call, caller -> replyLeases(caller, call));
    }

    private void replyLeases(Caller caller, UnaryCall call) throws RefusedException {
        auth.checkUser(caller);
        LeaseLeasesResponse.Builder response = LeaseLeasesResponse.newBuilder();
        for (long id : lessor.leases()) {
            rights.checkLeaseRead(id, caller);
            response.addLeases(LeaseStatus.newBuilder().setID(id));
        }
        call.reply(store.currentRevision(), ResponseBody.of(response.build()));
    }
}
