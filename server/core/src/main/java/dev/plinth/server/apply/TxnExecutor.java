package dev.plinth.server.apply;

import com.google.protobuf.ByteString;
import dev.plinth.api.etcdserverpb.DeleteRangeRequest;
import dev.plinth.api.etcdserverpb.DeleteRangeResponse;
import dev.plinth.api.etcdserverpb.PutRequest;
import dev.plinth.api.etcdserverpb.PutResponse;
import dev.plinth.api.etcdserverpb.RangeRequest;
import dev.plinth.api.etcdserverpb.RangeResponse;
import dev.plinth.api.etcdserverpb.RequestOp;
import dev.plinth.api.etcdserverpb.ResponseHeader;
import dev.plinth.api.etcdserverpb.ResponseOp;
import dev.plinth.api.etcdserverpb.TxnRequest;
import dev.plinth.api.etcdserverpb.TxnResponse;
import dev.plinth.mvcc.RangeQuery;
import dev.plinth.mvcc.RangeResult;
import dev.plinth.mvcc.ReadView;
import dev.plinth.mvcc.WriteView;
import dev.plinth.mvcc.lease.Lessor;
import dev.plinth.server.core.ApplyResult;
import dev.plinth.server.core.EtcdError;
import dev.plinth.server.core.RefusedException;
import dev.plinth.server.core.ResponseBody;

/**
 * Puts, deletes, ranges and transactions of them on a view of the store.
 *
 * <p>A transaction runs in three passes: all compares of the chosen path, nested ones included, on
 * the state before it; then everything on that path that could be refused; then the operations,
 * each seeing what those before it wrote. So once the first change is made nothing is refused any
 * more, and every member refuses alike, also the ones that need no answer.
 *
 * <p>Stateless; writes on the apply thread, reads on any.
 */
public final class TxnExecutor {
    private final Lessor lessor;
    private final NamespaceCheck namespaces;

    /** The lessor tells which leases exist; the other what fits below which prefix. */
    public TxnExecutor(Lessor lessor, NamespaceCheck namespaces) {
        this.lessor = lessor;
        this.namespaces = namespaces;
    }

    /** Runs a put as one write. */
    public ApplyResult.Done put(PutRequest request, WriteView view) throws RefusedException {
        checkLease(request);
        checkPair(request, view);
        namespaces.check(request, view);
        PutResponse response = executePut(request, view).build();
        return new ApplyResult.Done(
                view.revision(),
                response.hasPrevKv() ? ResponseBody.of(response) : ResponseBody.EMPTY);
    }

    /** Runs a delete as one write. */
    public ApplyResult.Done delete(DeleteRangeRequest request, WriteView view) {
        DeleteRangeResponse response = executeDelete(request, view).build();
        return new ApplyResult.Done(view.revision(), ResponseBody.of(response));
    }

    /**
     * Runs a transaction with writes.
     *
     * @param withRanges false when nobody waits for the answer: ranges are checked but not read
     */
    public ApplyResult.Done write(TxnRequest request, WriteView view, boolean withRanges)
            throws RefusedException {
        TxnPath path = TxnPath.choose(request, view);
        check(request, view, path);
        namespaces.check(request, view, path);
        TxnResponse.Builder response = execute(request, view, path, withRanges);
        return new ApplyResult.Done(view.revision(), ResponseBody.of(response.build()));
    }

    /**
     * Runs a transaction that consists of ranges.
     *
     * @throws dev.plinth.mvcc.MvccException a range at a compacted or future revision
     */
    public ApplyResult.Done read(TxnRequest request, ReadView view) throws RefusedException {
        TxnPath path = TxnPath.choose(request, view);
        check(request, view, path);
        boolean succeeded = path.take();
        TxnResponse.Builder response = TxnResponse.newBuilder().setSucceeded(succeeded);
        for (RequestOp op : TxnPath.branch(request, succeeded)) {
            RangeResponse range = executeRange(op.getRequestRange(), view, true);
            response.addResponses(ResponseOp.newBuilder().setResponseRange(range));
        }
        return new ApplyResult.Done(view.revision(), ResponseBody.of(response.build()));
    }

    /** The reference looks at the puts of the whole tree before it looks at any range. */
    private void check(TxnRequest request, ReadView view, TxnPath path) throws RefusedException {
        checkPuts(request, view, path);
        path.rewind();
        checkRanges(request, view, path);
        path.rewind();
    }

    private void checkPuts(TxnRequest request, ReadView view, TxnPath path)
            throws RefusedException {
        for (RequestOp op : TxnPath.branch(request, path.take())) {
            switch (op.getRequestCase()) {
                case REQUEST_PUT -> checkPutOfTxn(op.getRequestPut(), view);
                case REQUEST_TXN -> checkPuts(op.getRequestTxn(), view, path);
                case REQUEST_RANGE, REQUEST_DELETE_RANGE, REQUEST_NOT_SET -> {}
            }
        }
    }

    private static void checkRanges(TxnRequest request, ReadView view, TxnPath path)
            throws RefusedException {
        for (RequestOp op : TxnPath.branch(request, path.take())) {
            switch (op.getRequestCase()) {
                case REQUEST_RANGE -> checkRevision(op.getRequestRange().getRevision(), view);
                case REQUEST_TXN -> checkRanges(op.getRequestTxn(), view, path);
                case REQUEST_PUT, REQUEST_DELETE_RANGE, REQUEST_NOT_SET -> {}
            }
        }
    }

    /** Unlike a range of its own, one in a transaction takes a negative revision literally. */
    private static void checkRevision(long revision, ReadView view) throws RefusedException {
        if (revision != 0 && revision > view.revision()) {
            throw RefusedException.of(EtcdError.FUTURE_REVISION);
        }
        if (revision != 0 && revision < view.compactRevision()) {
            throw RefusedException.of(EtcdError.COMPACTED);
        }
    }

    private void checkLease(PutRequest request) throws RefusedException {
        if (request.getLease() != 0 && !lessor.exists(request.getLease())) {
            throw RefusedException.of(EtcdError.LEASE_NOT_FOUND);
        }
    }

    private static void checkPair(PutRequest request, ReadView view) throws RefusedException {
        if ((request.getIgnoreValue() || request.getIgnoreLease())
                && view.range(RangeQuery.ofKey(request.getKey().toByteArray())).size() == 0) {
            throw RefusedException.of(EtcdError.KEY_NOT_FOUND);
        }
    }

    /** A transaction looks for the pair first, a put of its own for the lease. */
    private void checkPutOfTxn(PutRequest request, ReadView view) throws RefusedException {
        checkPair(request, view);
        checkLease(request);
    }

    private TxnResponse.Builder execute(
            TxnRequest request, WriteView view, TxnPath path, boolean withRanges) {
        boolean succeeded = path.take();
        TxnResponse.Builder response = TxnResponse.newBuilder().setSucceeded(succeeded);
        for (RequestOp op : TxnPath.branch(request, succeeded)) {
            ResponseOp.Builder answer = ResponseOp.newBuilder();
            switch (op.getRequestCase()) {
                case REQUEST_RANGE ->
                        answer.setResponseRange(
                                executeRange(op.getRequestRange(), view, withRanges));
                case REQUEST_PUT -> {
                    PutResponse.Builder put = executePut(op.getRequestPut(), view);
                    answer.setResponsePut(put.setHeader(header(view)));
                }
                case REQUEST_DELETE_RANGE -> {
                    DeleteRangeResponse.Builder delete =
                            executeDelete(op.getRequestDeleteRange(), view);
                    answer.setResponseDeleteRange(delete.setHeader(header(view)));
                }
                case REQUEST_TXN -> {
                    TxnResponse.Builder nested =
                            execute(op.getRequestTxn(), view, path, withRanges);
                    answer.setResponseTxn(nested.setHeader(ResponseHeader.getDefaultInstance()));
                }
                case REQUEST_NOT_SET -> {}
            }
            response.addResponses(answer);
        }
        return response;
    }

    private static ResponseHeader header(ReadView view) {
        return ResponseHeader.newBuilder().setRevision(view.revision()).build();
    }

    private static RangeResponse executeRange(RangeRequest request, ReadView view, boolean read) {
        RangeResponse.Builder response =
                read
                        ? StoredPairs.response(view.range(RangeQueries.of(request)))
                        : RangeResponse.newBuilder();
        return response.setHeader(header(view)).build();
    }

    private static PutResponse.Builder executePut(PutRequest request, WriteView view) {
        PutResponse.Builder response = PutResponse.newBuilder();
        byte[] key = request.getKey().toByteArray();
        long lease = request.getLease();
        byte[] value = null;
        if (request.getPrevKv() || request.getIgnoreValue() || request.getIgnoreLease()) {
            RangeResult previous = view.range(RangeQuery.ofKey(key));
            if (previous.size() != 0) {
                value = request.getIgnoreValue() ? previous.value(0) : null;
                lease = request.getIgnoreLease() ? previous.lease(0) : lease;
                if (request.getPrevKv()) {
                    response.setPrevKv(StoredPairs.message(previous, 0));
                }
            }
        }
        view.put(key, value == null ? request.getValue().toByteArray() : value, lease);
        return response;
    }

    private static DeleteRangeResponse.Builder executeDelete(
            DeleteRangeRequest request, WriteView view) {
        DeleteRangeResponse.Builder response = DeleteRangeResponse.newBuilder();
        ByteString key = request.getKey();
        byte[] from = key.toByteArray();
        byte[] end = RangeQueries.end(request.getRangeEnd());
        if (request.getPrevKv()) {
            RangeResult previous = view.range(RangeQuery.of(from, end, 0, 0));
            for (int i = 0; i < previous.size(); i++) {
                response.addPrevKvs(StoredPairs.message(previous, i));
            }
        }
        return response.setDeleted(view.deleteRange(from, end));
    }
}
