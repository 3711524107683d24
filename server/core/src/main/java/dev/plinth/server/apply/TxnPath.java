package dev.plinth.server.apply;

import dev.plinth.api.etcdserverpb.RequestOp;
import dev.plinth.api.etcdserverpb.TxnRequest;
import dev.plinth.mvcc.ReadView;
import java.util.ArrayList;
import java.util.List;

/**
 * Which branches a transaction takes, those nested in it included. All compares of the path are
 * made on the state before the transaction. Walked depth first, as often as needed; one thread.
 */
final class TxnPath {
    private final List<Boolean> branches = new ArrayList<>();
    private int next;

    private TxnPath() {}

    /** The path of a transaction on a state. */
    static TxnPath choose(TxnRequest request, ReadView view) {
        TxnPath path = new TxnPath();
        path.add(request, view);
        return path;
    }

    private void add(TxnRequest request, ReadView view) {
        boolean succeeded = Comparison.all(request.getCompareList(), view);
        branches.add(succeeded);
        for (RequestOp op : branch(request, succeeded)) {
            if (op.hasRequestTxn()) {
                add(op.getRequestTxn(), view);
            }
        }
    }

    /** Whether the next transaction met on the walk takes its branch for success. */
    boolean take() {
        return branches.get(next++);
    }

    /** The next walk starts at the first transaction. */
    void rewind() {
        next = 0;
    }

    static List<RequestOp> branch(TxnRequest request, boolean succeeded) {
        return succeeded ? request.getSuccessList() : request.getFailureList();
    }
}
