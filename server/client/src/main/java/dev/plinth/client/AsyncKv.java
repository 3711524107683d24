package dev.plinth.client;

import dev.plinth.api.etcdserverpb.CompactionRequest;
import dev.plinth.api.etcdserverpb.KVGrpc;
import dev.plinth.api.etcdserverpb.RangeRequest;
import io.grpc.Status.Code;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * Keys and values, without waiting. Futures fail with an {@link EtcdException}; cancelling one that
 * a method gave cancels the call, of which a write may be done all the same.
 *
 * <p>Reads are repeated while servers are unavailable. Writes that were sent are not: they fail
 * with {@link EtcdException.OutcomeUnknown} when no answer came.
 */
public final class AsyncKv {
    private final Calls calls;
    private final CallOptions options;
    private final Namespace namespace;
    private final @Nullable OrderingGuard ordering;

    AsyncKv(
            Calls calls,
            CallOptions options,
            Namespace namespace,
            @Nullable OrderingGuard ordering) {
        this.calls = calls;
        this.options = options;
        this.namespace = namespace;
        this.ordering = ordering;
    }

    /** The item of a key, if there is one. */
    public CompletableFuture<Optional<KeyValue>> get(Bytes key) {
        if (ordering != null) {
            return range(Range.key(key)).thenApply(RangeResult::first);
        }
        return calls.call(
                KVGrpc.getRangeMethod(),
                Range.key(key).on(namespace),
                options,
                response -> RangeResult.of(response, namespace).first());
    }

    /** Reads. */
    public CompletableFuture<RangeResult> range(Range range) {
        return ordering == null
                ? sendRange(range)
                : ordering.ordered(() -> sendRange(range), RangeResult::header);
    }

    private CompletableFuture<RangeResult> sendRange(Range range) {
        return calls.call(
                KVGrpc.getRangeMethod(),
                range.on(namespace),
                options,
                response -> RangeResult.of(response, namespace));
    }

    /** Whether it is worth a try to have a server stream a range. */
    boolean streams(Range range) {
        RangeRequest request = range.settings();
        boolean isFiltered =
                request.getMinModRevision() != 0
                        || request.getMaxModRevision() != 0
                        || request.getMinCreateRevision() != 0
                        || request.getMaxCreateRevision() != 0;
        return ordering == null && !isFiltered && !request.getCountOnly() && calls.streamsRanges();
    }

    /** Has a server stream a range. */
    RangeParts parts(Range range) {
        Duration time = options.deadline();
        return new RangeParts(
                calls,
                options,
                namespace,
                range.on(namespace),
                time == null ? calls.defaultDeadline() : time);
    }

    /** Servers older than 3.7 know no streams of ranges; they are not asked again. */
    void streamFailed(EtcdException why) {
        if (why.code() == Code.UNIMPLEMENTED) {
            calls.forgetRangeStreams();
        }
    }

    /** Writes a value. */
    public CompletableFuture<PutResult> put(Bytes key, Bytes value) {
        return put(Put.of(key, value));
    }

    /** Writes. */
    public CompletableFuture<PutResult> put(Put put) {
        return calls.call(
                KVGrpc.getPutMethod(),
                put.on(namespace),
                options,
                response -> noted(PutResult.of(response, namespace)));
    }

    /** Deletes a key. */
    public CompletableFuture<DeleteResult> delete(Bytes key) {
        return delete(Delete.key(key));
    }

    /** Deletes. */
    public CompletableFuture<DeleteResult> delete(Delete delete) {
        return calls.call(
                KVGrpc.getDeleteRangeMethod(),
                delete.on(namespace),
                options,
                response -> noted(DeleteResult.of(response, namespace)));
    }

    /** Does several operations as one. */
    public CompletableFuture<TxnResult> txn(Txn txn) {
        return ordering != null && txn.isReadOnly()
                ? ordering.ordered(() -> sendTxn(txn), TxnResult::header)
                : sendTxn(txn);
    }

    private CompletableFuture<TxnResult> sendTxn(Txn txn) {
        boolean isWrite = !txn.isReadOnly();
        return calls.call(
                KVGrpc.getTxnMethod(),
                txn.on(namespace),
                options,
                response -> {
                    TxnResult result = TxnResult.of(response, namespace);
                    return isWrite ? noted(result) : result;
                });
    }

    /**
     * Removes history before a revision.
     *
     * @param physical whether to wait until it is removed from the database too
     */
    public CompletableFuture<Header> compact(long revision, boolean physical) {
        return calls.call(
                KVGrpc.getCompactMethod(),
                CompactionRequest.newBuilder().setRevision(revision).setPhysical(physical).build(),
                options,
                response -> Header.of(response.getHeader()));
    }

    private <R extends OpResult> R noted(R result) {
        if (ordering != null) {
            ordering.saw(result.header());
        }
        return result;
    }
}
