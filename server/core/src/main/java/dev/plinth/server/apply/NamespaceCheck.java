package dev.plinth.server.apply;

import com.google.protobuf.ByteString;
import dev.plinth.api.etcdserverpb.DeleteRangeRequest;
import dev.plinth.api.etcdserverpb.PutRequest;
import dev.plinth.api.etcdserverpb.RequestOp;
import dev.plinth.api.etcdserverpb.TxnRequest;
import dev.plinth.mvcc.ReadView;
import dev.plinth.mvcc.quota.LiveKeys;
import dev.plinth.mvcc.quota.NamespaceQuotas;
import dev.plinth.mvcc.quota.NamespaceUsage;
import dev.plinth.mvcc.quota.PlannedChanges;
import dev.plinth.mvcc.quota.QuotaExcess;
import dev.plinth.server.core.EtcdError;
import dev.plinth.server.core.RefusedException;
import dev.plinth.server.json.JsonStrings;
import org.jspecify.annotations.Nullable;

/**
 * Refuses writes that would take a prefix of the key space over its quota. What shrinks a prefix,
 * or leaves it as large as it is, always passes.
 *
 * <p>Stateless; at apply with the write view, before with any view. The outcome is a function of
 * the view and the counts that belong to it, so that all members refuse alike.
 */
public final class NamespaceCheck {
    private final NamespaceQuotas quotas;

    /** Checks against the quotas of a store. */
    public NamespaceCheck(NamespaceQuotas quotas) {
        this.quotas = quotas;
    }

    /** True when there is nothing to check. */
    public boolean isIdle() {
        return quotas.isEmpty();
    }

    /** Checks a put of its own. */
    public void check(PutRequest request, ReadView view) throws RefusedException {
        byte[] key = quotas.isEmpty() ? null : request.getKey().toByteArray();
        if (key == null || request.getIgnoreValue() || !quotas.concerns(key)) {
            return;
        }
        long before = view.liveKeys().sizeOf(key);
        require(quotas.excess(key, before, (long) key.length + request.getValue().size()));
    }

    /** Checks a transaction, on the path that it takes on this view. */
    public void check(TxnRequest request, ReadView view) throws RefusedException {
        if (!quotas.isEmpty()) {
            check(request, view, TxnPath.choose(request, view));
        }
    }

    /**
     * Checks a transaction as a whole: what counts is what there will be at its end. Deletions are
     * looked at only when the puts do not fit without them.
     */
    void check(TxnRequest request, ReadView view, TxnPath path) throws RefusedException {
        if (quotas.isEmpty()) {
            return;
        }
        LiveKeys keys = view.liveKeys();
        if (excess(request, path, keys, false) != null) {
            require(excess(request, path, keys, true));
        }
    }

    private @Nullable QuotaExcess excess(
            TxnRequest request, TxnPath path, LiveKeys keys, boolean withDeletions) {
        PlannedChanges changes = quotas.plan(keys);
        plan(request, path, changes, withDeletions);
        path.rewind();
        return changes.excess();
    }

    private static void plan(
            TxnRequest request, TxnPath path, PlannedChanges changes, boolean withDeletions) {
        for (RequestOp op : TxnPath.branch(request, path.take())) {
            switch (op.getRequestCase()) {
                case REQUEST_PUT -> {
                    PutRequest put = op.getRequestPut();
                    if (!put.getIgnoreValue()) {
                        changes.put(put.getKey().toByteArray(), put.getValue().size());
                    }
                }
                case REQUEST_DELETE_RANGE -> {
                    DeleteRangeRequest delete = op.getRequestDeleteRange();
                    if (withDeletions) {
                        changes.delete(
                                delete.getKey().toByteArray(),
                                RangeQueries.end(delete.getRangeEnd()));
                    }
                }
                case REQUEST_TXN -> plan(op.getRequestTxn(), path, changes, withDeletions);
                case REQUEST_RANGE, REQUEST_NOT_SET -> {}
            }
        }
    }

    private static void require(@Nullable QuotaExcess excess) throws RefusedException {
        if (excess != null) {
            throw RefusedException.of(EtcdError.NAMESPACE_QUOTA_EXCEEDED, text(excess));
        }
    }

    private static String text(QuotaExcess excess) {
        NamespaceUsage usage = excess.usage();
        boolean isBytes = usage.bytesExceededBy(excess.bytesMore());
        return "quota of prefix %s exceeded: %d %s used, %d more wanted, limit %d"
                .formatted(
                        JsonStrings.quote(ByteString.copyFrom(usage.prefix()).toStringUtf8()),
                        isBytes ? usage.bytes() : usage.keys(),
                        isBytes ? "bytes" : "keys",
                        isBytes ? excess.bytesMore() : excess.keysMore(),
                        isBytes ? usage.limits().bytesMax() : usage.limits().keysMax());
    }
}
