package dev.plinth.server.rpc;

import dev.plinth.api.etcdserverpb.LeaseKeepAliveRequest;
import dev.plinth.api.etcdserverpb.LeaseKeepAliveResponse;
import dev.plinth.mvcc.KeyValueStore;
import dev.plinth.server.auth.RequestRights;
import dev.plinth.server.core.EtcdError;
import dev.plinth.server.core.LeaseCalls;
import dev.plinth.server.core.LocalMember;
import dev.plinth.server.core.RefusedException;
import dev.plinth.server.core.ResponseBody;
import dev.plinth.server.metrics.Counter;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.Status;

/**
 * The stream of renewals: one answer for each request, in order, one under way at a time.
 *
 * <p>The answer's revision is that before the renewal. The next request is asked for when the last
 * one has been answered, so a client that floods the stream is held back by flow control.
 */
final class LeaseKeepAliveStream
        implements ServerCallHandler<Incoming<LeaseKeepAliveRequest>, Reply> {
    private final LocalMember member;
    private final KeyValueStore store;
    private final LeaseCalls leases;
    private final CallGuard guard;
    private final LeaderWatch leaderWatch;
    private final Callers callers;
    private final Counter renewals;
    private final RequestRights rights;

    LeaseKeepAliveStream(
            ServiceContext context, CallGuard guard, LeaderWatch leaderWatch, Callers callers) {
        this.callers = callers;
        this.renewals =
                context.metrics()
                        .counter(
                                "etcd_debugging_lease_renewed_total",
                                "The number of renewed leases seen by the leader.");
        this.rights = new RequestRights(context.auth(), context.lessor());
        this.member = context.member();
        this.store = context.store();
        this.leases = context.leaderLeases();
        this.guard = guard;
        this.leaderWatch = leaderWatch;
    }

    @Override
    public ServerCall.Listener<Incoming<LeaseKeepAliveRequest>> startCall(
            ServerCall<Incoming<LeaseKeepAliveRequest>, Reply> call, Metadata headers) {
        try {
            guard.checkStream(false, headers);
        } catch (RefusedException refused) {
            call.close(ErrorMapping.status(refused), new Metadata());
            return new ServerCall.Listener<>() {};
        }
        Receiver receiver = new Receiver(call, headers);
        if (CallGuard.wantsLeader(headers)) {
            receiver.leave =
                    leaderWatch.join(
                            () -> receiver.close(ErrorMapping.status(EtcdError.NO_LEADER)));
        }
        call.sendHeaders(new Metadata());
        call.request(1);
        return receiver;
    }

    private final class Receiver extends ServerCall.Listener<Incoming<LeaseKeepAliveRequest>> {
        private final ServerCall<Incoming<LeaseKeepAliveRequest>, Reply> call;
        private final Metadata headers;
        private Runnable leave = () -> {};
        private boolean busy;
        private boolean halfClosed;
        private boolean closed;

        Receiver(ServerCall<Incoming<LeaseKeepAliveRequest>, Reply> call, Metadata headers) {
            this.call = call;
            this.headers = headers;
        }

        @Override
        public void onMessage(Incoming<LeaseKeepAliveRequest> message) {
            LeaseKeepAliveRequest request = message.request();
            if (request == null) {
                close(message.status());
                return;
            }
            synchronized (this) {
                busy = true;
            }
            long revision = store.currentRevision();
            callers.identify(
                    headers,
                    caller -> {
                        rights.checkLease(request.getID(), caller);
                        renew(request.getID(), revision);
                    },
                    reason -> close(ErrorMapping.status(reason)));
        }

        private void renew(long id, long revision) {
            var _ =
                    leases.renew(id)
                            .whenComplete((ttlSeconds, failure) -> {
                                if (failure == null) {
                                    renewals.increment();
                                    answer(id, ttlSeconds, revision);
                                } else if (failure instanceof RefusedException reason
                                        && reason.error() != EtcdError.LEASE_NOT_FOUND) {
                                    close(ErrorMapping.status(reason));
                                } else {
                                    answer(id, 0, revision);
                                }
                            });
        }

        private synchronized void answer(long id, long ttlSeconds, long revision) {
            if (closed) {
                return;
            }
            LeaseKeepAliveResponse response =
                    LeaseKeepAliveResponse.newBuilder().setID(id).setTTL(ttlSeconds).build();
            call.sendMessage(
                    Reply.of(
                            member.clusterId(),
                            member.memberId(),
                            revision,
                            member.raftTerm(),
                            ResponseBody.of(response)));
            busy = false;
            if (halfClosed) {
                close(Status.OK);
            } else {
                call.request(1);
            }
        }

        @Override
        public synchronized void onHalfClose() {
            halfClosed = true;
            if (!busy) {
                close(Status.OK);
            }
        }

        private synchronized void close(Status status) {
            if (!closed) {
                closed = true;
                call.close(status, new Metadata());
                leave.run();
            }
        }

        @Override
        public synchronized void onCancel() {
            closed = true;
            leave.run();
        }
    }
}
