package dev.plinth.server.sim;

import com.google.protobuf.ByteString;
import com.google.protobuf.CodedOutputStream;
import com.google.protobuf.Message;
import dev.plinth.api.etcdserverpb.DeleteRangeResponse;
import dev.plinth.api.etcdserverpb.InternalRaftRequest;
import dev.plinth.api.etcdserverpb.LeaseGrantResponse;
import dev.plinth.api.etcdserverpb.LeaseKeepAliveRequest;
import dev.plinth.api.etcdserverpb.LeaseRevokeResponse;
import dev.plinth.api.etcdserverpb.PutResponse;
import dev.plinth.api.etcdserverpb.RangeRequest;
import dev.plinth.api.etcdserverpb.RangeResponse;
import dev.plinth.api.etcdserverpb.RequestHeader;
import dev.plinth.api.etcdserverpb.TxnResponse;
import dev.plinth.mvcc.MvccException;
import dev.plinth.mvcc.RangeResult;
import dev.plinth.mvcc.ReadView;
import dev.plinth.server.apply.EntryWriter;
import dev.plinth.server.apply.MvccRefusals;
import dev.plinth.server.apply.RangeBody;
import dev.plinth.server.apply.RangeQueries;
import dev.plinth.server.core.ApplyResult;
import dev.plinth.server.core.Barrier;
import dev.plinth.server.core.EntryProposal;
import dev.plinth.server.core.EtcdError;
import dev.plinth.server.core.RefusedException;
import dev.plinth.server.core.ResponseBody;
import java.io.IOException;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * A client with one request at a time. It asks whichever member it likes; when that member ends, or
 * does not answer in time, what became of the request stays open for ever.
 */
final class SimulatedClient {
    private static final long GIVE_UP_NANOS = 12 * SimulationOptions.SECOND;
    private static final long ON_THE_WAY_NANOS = 400_000;

    private final int number;
    private final Timeline time;
    private final SimulationOptions options;
    private final RandomGenerator random;
    private final SimulatedMember[] members;
    private final Workload workload;
    private final History history;
    private boolean isStopped;
    private int preferred;

    /** The request under way; null between two. */
    private @Nullable Operation pending;

    SimulatedClient(
            int number,
            Timeline time,
            SimulationOptions options,
            SimulatedMember[] members,
            Workload workload,
            History history) {
        this.number = number;
        this.time = time;
        this.options = options;
        this.random = SimulationOptions.generator(options.seed(), 200 + number);
        this.members = members;
        this.workload = workload;
        this.history = history;
        this.preferred = random.nextInt(members.length);
    }

    void start() {
        next(random.nextLong(options.pauseNanos()));
    }

    /** No request follows the one at hand. */
    void stop() {
        isStopped = true;
    }

    boolean isIdle() {
        return pending == null;
    }

    private void next(long pause) {
        time.after(pause, this::ask);
    }

    private void ask() {
        if (isStopped) {
            return;
        }
        if (random.nextInt(10) == 0) {
            preferred = random.nextInt(members.length);
        }
        Operation operation = workload.next(number, random, time.now());
        SimulatedMember member = members[preferred];
        if (operation.kind == Operation.Kind.RENEW) {
            member = leaderAsSeenBy(member);
        }
        SimulatedMember asked = member;
        pending = operation;
        history.began(operation);
        time.after(
                random.nextLong(ON_THE_WAY_NANOS),
                () -> {
                    if (!asked.isUp()) {
                        abandon(operation);
                        return;
                    }
                    asked.onEnd(() -> abandon(operation));
                    asked.run(asked.life(), () -> execute(operation, asked));
                });
        time.after(GIVE_UP_NANOS, () -> abandon(operation));
    }

    /** Renewals are handed on to the leader, as far as the member knows it. */
    private SimulatedMember leaderAsSeenBy(SimulatedMember member) {
        if (member.isUp()) {
            long leader = member.up().member().leaderId();
            for (SimulatedMember other : members) {
                if (other.isUp() && other.up().member().memberId() == leader) {
                    return other;
                }
            }
        }
        return member;
    }

    private void abandon(Operation operation) {
        if (pending == operation) {
            pending = null;
            preferred = random.nextInt(members.length);
            next(random.nextLong(2 * options.pauseNanos()));
        }
    }

    private void execute(Operation operation, SimulatedMember asked) {
        switch (operation.kind) {
            case RANGE ->
                    asked.up()
                            .member()
                            .readBarrier(
                                    new Barrier() {
                                        @Override
                                        public void passed() {
                                            range(operation, asked);
                                        }

                                        @Override
                                        public void failed(RefusedException reason) {
                                            unknown(operation);
                                        }
                                    });
            case SERIALIZABLE_RANGE -> range(operation, asked);
            case RENEW -> {
                var _ =
                        asked.up()
                                .leases()
                                .renew(((LeaseKeepAliveRequest) operation.request).getID())
                                .whenComplete((ttl, failure) -> renewed(operation, ttl, failure));
            }
            default -> propose(operation, asked);
        }
    }

    private void renewed(Operation operation, Long ttl, Throwable failure) {
        if (failure == null) {
            answered(operation, 0, LeaseGrantResponse.newBuilder().setTTL(ttl).build());
        } else if (RefusedException.of(failure).error() == EtcdError.LEASE_NOT_FOUND) {
            refused(operation, 0, EtcdError.LEASE_NOT_FOUND);
        } else {
            unknown(operation);
        }
    }

    private void range(Operation operation, SimulatedMember asked) {
        RangeRequest request = (RangeRequest) operation.request;
        try (ReadView view = asked.up().store().read()) {
            RangeResult result = view.range(RangeQueries.of(request));
            answered(
                    operation,
                    result.revision(),
                    parsed(RangeBody.of(result), RangeResponse.getDefaultInstance()));
        } catch (MvccException e) {
            RefusedException reason = MvccRefusals.refusal(e);
            refused(operation, asked.up().store().currentRevision(), reason.error());
        }
    }

    private void propose(Operation operation, SimulatedMember asked) {
        var member = asked.up().member();
        long id = member.nextRequestId();
        operation.requestId = id;
        byte[] entry =
                EntryWriter.encode(
                        field(operation.kind),
                        operation.request,
                        RequestHeader.newBuilder().setID(id).build());
        member.propose(
                new EntryProposal(id, entry) {
                    @Override
                    public void applied(ApplyResult result) {
                        asked.afterTurn(() -> history.acknowledged(operation));
                        switch (result) {
                            case ApplyResult.Done(long revision, ResponseBody body) ->
                                    answered(
                                            operation, revision, parsed(body, answerOf(operation)));
                            case ApplyResult.Compacted(long revision, var _) ->
                                    answered(operation, revision, answerOf(operation));
                            case ApplyResult.Refused(RefusedException reason) ->
                                    refused(operation, 0, reason.error());
                        }
                    }

                    @Override
                    public void failed(RefusedException reason) {
                        unknown(operation);
                    }
                });
    }

    private static int field(Operation.Kind kind) {
        return switch (kind) {
            case PUT -> InternalRaftRequest.PUT_FIELD_NUMBER;
            case DELETE -> InternalRaftRequest.DELETE_RANGE_FIELD_NUMBER;
            case TXN -> InternalRaftRequest.TXN_FIELD_NUMBER;
            case COMPACT -> InternalRaftRequest.COMPACTION_FIELD_NUMBER;
            case GRANT -> InternalRaftRequest.LEASE_GRANT_FIELD_NUMBER;
            case REVOKE -> InternalRaftRequest.LEASE_REVOKE_FIELD_NUMBER;
            case RANGE, SERIALIZABLE_RANGE, RENEW ->
                    throw new IllegalArgumentException("no write: " + kind);
        };
    }

    private static Message answerOf(Operation operation) {
        return switch (operation.kind) {
            case PUT -> PutResponse.getDefaultInstance();
            case DELETE -> DeleteRangeResponse.getDefaultInstance();
            case TXN -> TxnResponse.getDefaultInstance();
            case GRANT -> LeaseGrantResponse.getDefaultInstance();
            default -> LeaseRevokeResponse.getDefaultInstance();
        };
    }

    static Message parsed(ResponseBody body, Message kind) {
        byte[] bytes = new byte[body.size()];
        CodedOutputStream out = CodedOutputStream.newInstance(bytes);
        try {
            body.writeTo(out);
            out.checkNoSpaceLeft();
            return kind.getParserForType().parseFrom(ByteString.copyFrom(bytes));
        } catch (IOException e) {
            throw new Violation("wire form", e);
        }
    }

    private void answered(Operation operation, long revision, Message answer) {
        onItsWayBack(
                operation,
                () -> {
                    operation.answer = answer;
                    operation.revision = revision;
                });
    }

    private void refused(Operation operation, long revision, EtcdError error) {
        onItsWayBack(
                operation,
                () -> {
                    operation.refusal = error;
                    operation.revision = revision;
                });
    }

    private void unknown(Operation operation) {
        time.after(random.nextLong(ON_THE_WAY_NANOS), () -> abandon(operation));
    }

    private void onItsWayBack(Operation operation, Runnable fill) {
        time.after(
                random.nextLong(ON_THE_WAY_NANOS),
                () -> {
                    if (pending != operation) {
                        return;
                    }
                    fill.run();
                    operation.end = time.now();
                    pending = null;
                    history.ended(operation);
                    time.fact(5000 + number, operation.revision, operation.kind.name().hashCode());
                    next(random.nextLong(2 * options.pauseNanos()));
                });
    }
}
