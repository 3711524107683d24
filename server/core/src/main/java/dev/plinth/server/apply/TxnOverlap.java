package dev.plinth.server.apply;

import com.google.protobuf.ByteString;
import dev.plinth.api.etcdserverpb.DeleteRangeRequest;
import dev.plinth.api.etcdserverpb.RequestOp;
import dev.plinth.api.etcdserverpb.TxnRequest;
import dev.plinth.server.core.EtcdError;
import dev.plinth.server.core.RefusedException;
import java.util.List;
import java.util.NavigableSet;
import java.util.TreeSet;

/**
 * Refuses a transaction branch in which one key would be written twice in one revision.
 *
 * <p>A put clashes with another put of its key and with a delete whose interval holds it; deletes
 * may overlap each other, and ranges never count. A nested transaction runs one of its branches
 * only, so its two branches may put the same key, but neither may clash with what surrounds it. A
 * range end of {@code \0} is taken literally, as the reference does: a delete from a key onwards is
 * an inverted interval that clashes with nothing.
 *
 * <p>Cost: n log n in the number of operations, whatever they are, since clients choose them.
 */
final class TxnOverlap {
    private TxnOverlap() {}

    static void check(List<RequestOp> branch) throws RefusedException {
        collect(branch, new KeyIntervals());
    }

    /**
     * Checks one branch on its own and returns the keys it puts; its deletes, nested ones included,
     * are added to {@code deletes}.
     */
    private static NavigableSet<ByteString> collect(List<RequestOp> branch, KeyIntervals deletes)
            throws RefusedException {
        for (RequestOp op : branch) {
            if (op.hasRequestDeleteRange()) {
                add(op.getRequestDeleteRange(), deletes);
            }
        }
        NavigableSet<ByteString> puts = new TreeSet<>(KeyIntervals.ORDER);
        for (RequestOp op : branch) {
            if (op.hasRequestTxn()) {
                addNested(op.getRequestTxn(), puts, deletes);
            }
        }
        for (RequestOp op : branch) {
            if (op.hasRequestPut()) {
                ByteString key = op.getRequestPut().getKey();
                if (!puts.add(key) || deletes.holds(key)) {
                    throw RefusedException.of(EtcdError.DUPLICATE_KEY);
                }
            }
        }
        return puts;
    }

    private static void addNested(
            TxnRequest nested, NavigableSet<ByteString> puts, KeyIntervals deletes)
            throws RefusedException {
        KeyIntervals thenDeletes = new KeyIntervals();
        NavigableSet<ByteString> thenPuts = collect(nested.getSuccessList(), thenDeletes);
        for (ByteString key : thenPuts) {
            if (deletes.holds(key) || !puts.add(key)) {
                throw RefusedException.of(EtcdError.DUPLICATE_KEY);
            }
        }
        KeyIntervals elseDeletes = new KeyIntervals();
        for (ByteString key : collect(nested.getFailureList(), elseDeletes)) {
            if (deletes.holds(key) || (!puts.add(key) && !thenPuts.contains(key))) {
                throw RefusedException.of(EtcdError.DUPLICATE_KEY);
            }
        }
        deletes.addAll(thenDeletes);
        deletes.addAll(elseDeletes);
    }

    private static void add(DeleteRangeRequest request, KeyIntervals deletes) {
        ByteString key = request.getKey();
        ByteString end =
                request.getRangeEnd().isEmpty()
                        ? key.concat(KeyIntervals.ZERO)
                        : request.getRangeEnd();
        deletes.add(key, end);
    }
}
