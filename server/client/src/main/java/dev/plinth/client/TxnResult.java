package dev.plinth.client;

import dev.plinth.api.etcdserverpb.ResponseOp;
import dev.plinth.api.etcdserverpb.TxnResponse;
import java.util.List;

/**
 * A transaction was done.
 *
 * @param succeeded whether the conditions held
 * @param results of the operations that were done, in their order
 */
public record TxnResult(Header header, boolean succeeded, List<OpResult> results)
        implements OpResult {
    static TxnResult of(TxnResponse response, Namespace namespace) {
        return new TxnResult(
                Header.of(response.getHeader()),
                response.getSucceeded(),
                response.getResponsesList().stream().map(part -> part(part, namespace)).toList());
    }

    private static OpResult part(ResponseOp part, Namespace namespace) {
        return switch (part.getResponseCase()) {
            case RESPONSE_RANGE -> RangeResult.of(part.getResponseRange(), namespace);
            case RESPONSE_PUT -> PutResult.of(part.getResponsePut(), namespace);
            case RESPONSE_DELETE_RANGE -> DeleteResult.of(part.getResponseDeleteRange(), namespace);
            case RESPONSE_TXN -> of(part.getResponseTxn(), namespace);
            case RESPONSE_NOT_SET -> throw EtcdException.invalid("an operation without result");
        };
    }

    /**
     * The result of an operation that was a {@link Range}.
     *
     * @throws ClassCastException if it was another kind
     */
    public RangeResult range(int index) {
        return (RangeResult) results.get(index);
    }
}
