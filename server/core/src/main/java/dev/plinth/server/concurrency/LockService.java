package dev.plinth.server.concurrency;

import com.google.protobuf.ByteString;
import dev.plinth.api.etcdserverpb.RangeRequest;
import dev.plinth.api.etcdserverpb.RangeResponse;
import dev.plinth.api.etcdserverpb.RequestOp;
import dev.plinth.api.etcdserverpb.ResponseHeader;
import dev.plinth.api.etcdserverpb.TxnRequest;
import dev.plinth.api.etcdserverpb.TxnResponse;
import dev.plinth.api.v3lockpb.LockGrpc;
import dev.plinth.api.v3lockpb.LockRequest;
import dev.plinth.api.v3lockpb.LockResponse;
import dev.plinth.api.v3lockpb.UnlockRequest;
import dev.plinth.api.v3lockpb.UnlockResponse;
import io.grpc.Channel;
import io.grpc.StatusException;
import io.grpc.StatusRuntimeException;
import io.grpc.stub.StreamObserver;

/**
 * Mutual exclusion by name. Whoever created its key first holds the lock; locking again with the
 * same lease succeeds at once. Unlocking deletes the key, whosever it is.
 */
final class LockService extends LockGrpc.LockImplBase {
    private final Channel own;

    /** Works through the member's own services. */
    LockService(Channel own) {
        this.own = own;
    }

    @Override
    public void lock(LockRequest request, StreamObserver<LockResponse> observer) {
        Answers.answer(own, observer, channel -> lock(request, channel));
    }

    @Override
    public void unlock(UnlockRequest request, StreamObserver<UnlockResponse> observer) {
        Answers.answer(
                own,
                observer,
                channel ->
                        UnlockResponse.newBuilder()
                                .setHeader(
                                        new Contenders(channel, ByteString.EMPTY)
                                                .delete(request.getKey())
                                                .getHeader())
                                .build());
    }

    private static LockResponse lock(LockRequest request, Channel channel)
            throws StatusException, InterruptedException {
        Contenders contenders = new Contenders(channel, request.getName());
        long lease = Contenders.session(channel, request.getLease());
        ByteString key = contenders.key(lease);
        TxnResponse entered = contenders.enter(entry(contenders, key, lease));
        long createRevision =
                entered.getSucceeded()
                        ? entered.getHeader().getRevision()
                        : entered.getResponses(0).getResponseRange().getKvs(0).getCreateRevision();
        RangeResponse oldest = entered.getResponses(1).getResponseRange();
        ResponseHeader header =
                oldest.getKvsCount() == 0 || oldest.getKvs(0).getCreateRevision() == createRevision
                        ? entered.getHeader()
                        : awaitTurn(contenders, key, createRevision);
        return LockResponse.newBuilder().setHeader(header).setKey(key).build();
    }

    private static TxnRequest entry(Contenders contenders, ByteString key, long lease) {
        RequestOp oldest = RequestOp.newBuilder().setRequestRange(contenders.oldest()).build();
        return TxnRequest.newBuilder()
                .addCompare(Contenders.created(key, 0))
                .addSuccess(Contenders.put(key, ByteString.EMPTY, lease))
                .addSuccess(oldest)
                .addFailure(Contenders.get(key))
                .addFailure(oldest)
                .build();
    }

    private static ResponseHeader awaitTurn(
            Contenders contenders, ByteString key, long createRevision)
            throws StatusException, InterruptedException {
        RangeResponse mine;
        try {
            contenders.awaitTurn(createRevision);
            mine = contenders.range(RangeRequest.newBuilder().setKey(key).build());
        } catch (StatusException | StatusRuntimeException | InterruptedException e) {
            Answers.withdraw(contenders, own -> own.delete(key));
            throw e;
        }
        if (mine.getKvsCount() == 0) {
            throw Answers.unknown("mutex: session is expired");
        }
        return mine.getHeader();
    }
}
