package dev.plinth.server.rpc;

import dev.plinth.api.etcdserverpb.DeleteRangeRequest;
import dev.plinth.api.etcdserverpb.PutRequest;
import dev.plinth.api.etcdserverpb.RequestOp;
import dev.plinth.api.etcdserverpb.TxnRequest;
import dev.plinth.mvcc.RangeQuery;
import dev.plinth.mvcc.RangeQuery.SortTarget;
import dev.plinth.mvcc.RangeResult;
import dev.plinth.mvcc.ReadView;
import dev.plinth.server.apply.RangeQueries;
import java.util.List;

/**
 * Reckons what answers will hold in memory before they are made: ranges by the number of keys,
 * which the index knows, and whatever copies pairs by their sizes. Stateless.
 */
final class AnswerSizes {
    /** What a range holds for each key that it has found, and as much again while it grows. */
    static final int FOUND_BYTES = 96;

    private static final int SORTED_BYTES = 64;

    private AnswerSizes() {}

    /** Bytes that finding the pairs of a range takes, the pairs themselves left out. */
    static long found(RangeQuery query, ReadView view) {
        long keys = keys(query, view);
        if (query.target() == SortTarget.KEY && query.order() == RangeQuery.SortOrder.NONE) {
            return keys * FOUND_BYTES;
        }
        long sorted = keys * (FOUND_BYTES + SORTED_BYTES);
        // An order of keys or values copies them.
        return query.target() == SortTarget.KEY || query.target() == SortTarget.VALUE
                ? sorted + pairs(query, view)
                : sorted;
    }

    private static long keys(RangeQuery query, ReadView view) {
        if (query.countOnly()) {
            return 0;
        } else if (query.end() == null) {
            return 1;
        }
        long all = view.range(RangeQuery.count(query.key(), query.end(), 0)).count();
        return isCut(query) ? Math.min(all, query.limit() + 1) : all;
    }

    private static boolean isCut(RangeQuery query) {
        return query.limit() > 0
                && query.limit() < Long.MAX_VALUE
                && query.filter().equals(RangeQuery.RevisionFilter.NONE)
                && (query.order() == RangeQuery.SortOrder.NONE
                        || (query.target() == SortTarget.KEY
                                && query.order() == RangeQuery.SortOrder.ASCEND));
    }

    /** Bytes of the pairs that a range looks at. */
    private static long pairs(RangeQuery query, ReadView view) {
        if (query.countOnly()) {
            return 0;
        }
        long limit = isCut(query) ? query.limit() : 0;
        RangeResult all =
                view.range(RangeQuery.of(query.key(), query.end(), limit, query.revision()));
        long bytes = 0;
        for (int i = 0; i < all.size(); i++) {
            bytes += all.encodedSize(i);
        }
        return bytes;
    }

    /** Bytes of the pairs that a transaction returns, whichever branch it takes. */
    static long answer(TxnRequest request, ReadView view) {
        return Math.max(
                answer(request.getSuccessList(), view), answer(request.getFailureList(), view));
    }

    private static long answer(List<RequestOp> branch, ReadView view) {
        long bytes = 0;
        for (RequestOp op : branch) {
            bytes +=
                    switch (op.getRequestCase()) {
                        case REQUEST_RANGE -> answer(RangeQueries.of(op.getRequestRange()), view);
                        case REQUEST_PUT -> answer(op.getRequestPut(), view);
                        case REQUEST_DELETE_RANGE -> answer(op.getRequestDeleteRange(), view);
                        case REQUEST_TXN -> answer(op.getRequestTxn(), view);
                        case REQUEST_NOT_SET -> 0;
                    };
        }
        return bytes;
    }

    static long answer(PutRequest request, ReadView view) {
        return request.getPrevKv()
                ? answer(RangeQuery.ofKey(request.getKey().toByteArray()), view)
                : 0;
    }

    static long answer(DeleteRangeRequest request, ReadView view) {
        RangeQuery query =
                RangeQuery.of(
                        request.getKey().toByteArray(),
                        RangeQueries.end(request.getRangeEnd()),
                        0,
                        0);
        return request.getPrevKv() ? answer(query, view) : found(query, view);
    }

    private static long answer(RangeQuery query, ReadView view) {
        return found(query, view) + pairs(query, view);
    }

    /** Whether a transaction reads or deletes intervals, so that reckoning may take a while. */
    static boolean isLong(TxnRequest request) {
        return isLong(request.getSuccessList()) || isLong(request.getFailureList());
    }

    private static boolean isLong(List<RequestOp> branch) {
        for (RequestOp op : branch) {
            boolean isLong =
                    switch (op.getRequestCase()) {
                        case REQUEST_RANGE -> !op.getRequestRange().getRangeEnd().isEmpty();
                        case REQUEST_DELETE_RANGE ->
                                !op.getRequestDeleteRange().getRangeEnd().isEmpty();
                        case REQUEST_TXN -> isLong(op.getRequestTxn());
                        case REQUEST_PUT, REQUEST_NOT_SET -> false;
                    };
            if (isLong) {
                return true;
            }
        }
        return false;
    }
}
