package dev.plinth.client;

import dev.plinth.api.etcdserverpb.RequestOp;
import dev.plinth.api.etcdserverpb.TxnRequest;
import java.util.List;

/**
 * Operations that are done as one, which of two lists depending on conditions. Immutable.
 *
 * @param conditions all have to hold for the first list; none: it is always the first
 * @param successes done if the conditions hold
 * @param failures done if one does not
 */
public record Txn(List<Cmp> conditions, List<Op> successes, List<Op> failures) implements Op {
    /** Copies the lists. */
    public Txn {
        conditions = List.copyOf(conditions);
        successes = List.copyOf(successes);
        failures = List.copyOf(failures);
    }

    /** Begins with the conditions. */
    public static Txn when(Cmp... conditions) {
        return new Txn(List.of(conditions), List.of(), List.of());
    }

    /** The operations to do without any condition. */
    public static Txn of(Op... ops) {
        return new Txn(List.of(), List.of(ops), List.of());
    }

    /** The operations to do if the conditions hold, in place of those set before. */
    public Txn then(Op... ops) {
        return new Txn(conditions, List.of(ops), failures);
    }

    /** The operations to do if one condition does not hold, in place of those set before. */
    public Txn orElse(Op... ops) {
        return new Txn(conditions, successes, List.of(ops));
    }

    /** Whether it changes nothing, whatever the conditions give. */
    public boolean isReadOnly() {
        return isReadOnly(successes) && isReadOnly(failures);
    }

    private static boolean isReadOnly(List<Op> ops) {
        return ops.stream()
                .allMatch(op ->
                        switch (op) {
                            case Range _ -> true;
                            case Put _, Delete _ -> false;
                            case Txn inner -> inner.isReadOnly();
                        });
    }

    TxnRequest on(Namespace namespace) {
        TxnRequest.Builder txn = TxnRequest.newBuilder();
        conditions.forEach(condition -> txn.addCompare(condition.on(namespace)));
        successes.forEach(op -> txn.addSuccess(part(op, namespace)));
        failures.forEach(op -> txn.addFailure(part(op, namespace)));
        return txn.build();
    }

    private static RequestOp part(Op op, Namespace namespace) {
        RequestOp.Builder part = RequestOp.newBuilder();
        return switch (op) {
            case Range range -> part.setRequestRange(range.on(namespace)).build();
            case Put put -> part.setRequestPut(put.on(namespace)).build();
            case Delete delete -> part.setRequestDeleteRange(delete.on(namespace)).build();
            case Txn txn -> part.setRequestTxn(txn.on(namespace)).build();
        };
    }
}
