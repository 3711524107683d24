package dev.plinth.server.apply;

import com.google.protobuf.ByteString;
import dev.plinth.api.etcdserverpb.Compare;
import dev.plinth.api.etcdserverpb.DeleteRangeRequest;
import dev.plinth.api.etcdserverpb.PutRequest;
import dev.plinth.api.etcdserverpb.RangeRequest;
import dev.plinth.api.etcdserverpb.RequestOp;
import dev.plinth.api.etcdserverpb.TxnRequest;
import dev.plinth.mvcc.quota.NamespaceQuotas;
import dev.plinth.mvcc.quota.QuotaLimits;
import dev.plinth.server.core.EtcdError;
import dev.plinth.server.core.RefusedException;
import java.util.List;

/**
 * Checks of key-value requests that need no state, made before anything is proposed or read.
 *
 * <p>Immutable. Cost: linear in the number of operations; the overlap check of transactions
 * compares keys in an ordered set.
 */
public final class RequestValidator {
    private static final ByteString QUOTA_SPACE = ByteString.copyFromUtf8(NamespaceQuotas.SPACE);

    private final int txnOperationsMax;

    /**
     * @param txnOperationsMax most compares, and most operations per branch, of one transaction
     */
    public RequestValidator(int txnOperationsMax) {
        this.txnOperationsMax = txnOperationsMax;
    }

    /** Checks a range request. */
    public void check(RangeRequest request) throws RefusedException {
        if (request.getKey().isEmpty()) {
            throw RefusedException.of(EtcdError.KEY_NOT_PROVIDED);
        }
        if (request.getSortOrder() == RangeRequest.SortOrder.UNRECOGNIZED
                || request.getSortTarget() == RangeRequest.SortTarget.UNRECOGNIZED) {
            throw RefusedException.of(EtcdError.INVALID_SORT_OPTION);
        }
    }

    /**
     * Checks what a streamed range takes on top: the order of keys alone, and no revision filters.
     * A sort target without an order is refused too, since chunks sorted by it could not be
     * continued.
     */
    public void checkStream(RangeRequest request) throws RefusedException {
        check(request);
        boolean ordered =
                request.getSortOrder() == RangeRequest.SortOrder.DESCEND
                        || request.getSortTarget() != RangeRequest.SortTarget.KEY;
        if (ordered) {
            throw RefusedException.of(EtcdError.RANGE_STREAM_SORT_UNSUPPORTED);
        }
        if (request.getMinModRevision() != 0
                || request.getMaxModRevision() != 0
                || request.getMinCreateRevision() != 0
                || request.getMaxCreateRevision() != 0) {
            throw RefusedException.of(EtcdError.RANGE_STREAM_FILTER_UNSUPPORTED);
        }
    }

    /** Checks a put request. */
    public void check(PutRequest request) throws RefusedException {
        if (request.getKey().isEmpty()) {
            throw RefusedException.of(EtcdError.KEY_NOT_PROVIDED);
        }
        if (request.getIgnoreValue() && !request.getValue().isEmpty()) {
            throw RefusedException.of(EtcdError.VALUE_PROVIDED);
        }
        if (request.getIgnoreLease() && request.getLease() != 0) {
            throw RefusedException.of(EtcdError.LEASE_PROVIDED);
        }
        checkQuota(request);
    }

    private static void checkQuota(PutRequest request) throws RefusedException {
        if (!request.getIgnoreValue()
                && request.getKey().startsWith(QUOTA_SPACE)
                && QuotaLimits.parse(request.getValue().toByteArray()) == null) {
            throw RefusedException.of(EtcdError.INVALID_NAMESPACE_QUOTA);
        }
    }

    /** Checks a delete request. */
    public void check(DeleteRangeRequest request) throws RefusedException {
        if (request.getKey().isEmpty()) {
            throw RefusedException.of(EtcdError.KEY_NOT_PROVIDED);
        }
    }

    /**
     * Checks a transaction: sizes, every operation, and that no key is written twice in one branch.
     */
    public void check(TxnRequest request) throws RefusedException {
        checkOperations(request, txnOperationsMax);
        TxnOverlap.check(request.getSuccessList());
        TxnOverlap.check(request.getFailureList());
    }

    private void checkOperations(TxnRequest request, int allowed) throws RefusedException {
        int operations =
                Math.max(
                        request.getCompareCount(),
                        Math.max(request.getSuccessCount(), request.getFailureCount()));
        if (operations > allowed) {
            throw RefusedException.of(EtcdError.TOO_MANY_OPERATIONS);
        }
        for (Compare compare : request.getCompareList()) {
            if (compare.getKey().isEmpty()) {
                throw RefusedException.of(EtcdError.KEY_NOT_PROVIDED);
            }
        }
        checkBranch(request.getSuccessList(), allowed - operations);
        checkBranch(request.getFailureList(), allowed - operations);
    }

    private void checkBranch(List<RequestOp> branch, int nestedAllowed) throws RefusedException {
        for (RequestOp op : branch) {
            switch (op.getRequestCase()) {
                case REQUEST_RANGE -> check(op.getRequestRange());
                case REQUEST_PUT -> check(op.getRequestPut());
                case REQUEST_DELETE_RANGE -> check(op.getRequestDeleteRange());
                case REQUEST_TXN -> checkOperations(op.getRequestTxn(), nestedAllowed);
                case REQUEST_NOT_SET -> throw RefusedException.of(EtcdError.KEY_NOT_FOUND);
            }
        }
    }

    /**
     * True when every operation of both branches is a range: such a transaction never goes through
     * the log.
     */
    public static boolean isReadOnly(TxnRequest request) {
        return onlyRanges(request.getSuccessList()) && onlyRanges(request.getFailureList());
    }

    /** True when a read-only transaction asks for no read barrier. */
    public static boolean isSerializable(TxnRequest request) {
        return onlySerializable(request.getSuccessList())
                && onlySerializable(request.getFailureList());
    }

    private static boolean onlyRanges(List<RequestOp> branch) {
        for (RequestOp op : branch) {
            if (!op.hasRequestRange()) {
                return false;
            }
        }
        return true;
    }

    private static boolean onlySerializable(List<RequestOp> branch) {
        for (RequestOp op : branch) {
            if (!op.hasRequestRange() || !op.getRequestRange().getSerializable()) {
                return false;
            }
        }
        return true;
    }

    /** True for the one-byte range end that stands for "no upper bound". */
    public static boolean isOpenEnd(ByteString rangeEnd) {
        return rangeEnd.size() == 1 && rangeEnd.byteAt(0) == 0;
    }
}
