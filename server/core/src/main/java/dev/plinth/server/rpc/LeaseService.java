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
import dev.plinth.server.apply.ResponseBody;
import dev.plinth.server.core.LocalMember;
import dev.plinth.server.core.RefusedException;
import dev.plinth.server.quota.BackendQuota;
import java.util.function.LongSupplier;

/**
 * Leases: grant, revoke, time to live, list. Renewals are a stream of their own, {@link
 * LeaseKeepAliveStream}.
 */
final class LeaseService {
    private final LocalMember member;
    private final KeyValueStore store;
    private final Lessor lessor;
    private final SpaceCheck space;
    private final LogWriter log;
    private final LongSupplier nanoClock;

    LeaseService(ServiceContext context, LogWriter log, SpaceCheck space) {
        this.member = context.member();
        this.store = context.store();
        this.lessor = context.lessor();
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
        log.write(InternalRaftRequest.LEASE_GRANT_FIELD_NUMBER, granted, call);
    }

    void revoke(LeaseRevokeRequest request, UnaryCall call) throws RefusedException {
        log.write(InternalRaftRequest.LEASE_REVOKE_FIELD_NUMBER, request, call);
    }

    void timeToLive(LeaseTimeToLiveRequest request, UnaryCall call) {
        member.awaitApplied(
                member.committedIndex(),
                LeaseRenewal.APPLIED_WAIT_NANOS,
                new AnsweringBarrier(call, () -> replyTimeToLive(request, call)));
    }

    private void replyTimeToLive(LeaseTimeToLiveRequest request, UnaryCall call) {
        LeaseTimeToLive found =
                lessor.timeToLive(request.getID(), request.getKeys(), nanoClock.getAsLong());
        LeaseTimeToLiveResponse.Builder response =
                LeaseTimeToLiveResponse.newBuilder().setID(request.getID());
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
        LeaseLeasesResponse.Builder response = LeaseLeasesResponse.newBuilder();
        for (long id : lessor.leases()) {
            response.addLeases(LeaseStatus.newBuilder().setID(id));
        }
        call.reply(store.currentRevision(), ResponseBody.of(response.build()));
    }
}
