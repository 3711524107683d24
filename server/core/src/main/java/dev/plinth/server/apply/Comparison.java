package dev.plinth.server.apply;

import com.google.protobuf.ByteString;
import dev.plinth.api.etcdserverpb.Compare;
import dev.plinth.mvcc.RangeQuery;
import dev.plinth.mvcc.RangeResult;
import dev.plinth.mvcc.ReadView;
import java.util.Arrays;
import java.util.List;

/**
 * Evaluates the guards of transactions.
 *
 * <p>A guard over an interval holds when every pair in it satisfies it. Without any pair it
 * compares with zeros, but for the value, where it fails whatever is asked: the wire cannot tell a
 * missing value from an empty one. An operand that does not belong to the target counts as zero or
 * empty.
 */
final class Comparison {
    private Comparison() {}

    static boolean all(List<Compare> compares, ReadView view) {
        for (Compare compare : compares) {
            if (!holds(compare, view)) {
                return false;
            }
        }
        return true;
    }

    private static boolean holds(Compare compare, ReadView view) {
        byte[] end = RangeQueries.end(compare.getRangeEnd());
        RangeResult pairs = view.range(RangeQuery.of(compare.getKey().toByteArray(), end, 0, 0));
        if (pairs.size() == 0) {
            return compare.getTarget() != Compare.CompareTarget.VALUE
                    && satisfied(compare, Long.compare(0, operand(compare)));
        }
        for (int i = 0; i < pairs.size(); i++) {
            if (!satisfied(compare, compared(compare, pairs, i))) {
                return false;
            }
        }
        return true;
    }

    private static int compared(Compare compare, RangeResult pairs, int i) {
        return switch (compare.getTarget()) {
            case VERSION -> Long.compare(pairs.version(i), operand(compare));
            case CREATE -> Long.compare(pairs.createRevision(i), operand(compare));
            case MOD -> Long.compare(pairs.modRevision(i), operand(compare));
            case LEASE -> Long.compare(pairs.lease(i), operand(compare));
            case VALUE -> {
                ByteString value = compare.getValue();
                yield Arrays.compareUnsigned(pairs.value(i), value.toByteArray());
            }
            case UNRECOGNIZED -> 0;
        };
    }

    private static long operand(Compare compare) {
        return switch (compare.getTarget()) {
            case VERSION -> compare.getVersion();
            case CREATE -> compare.getCreateRevision();
            case MOD -> compare.getModRevision();
            case LEASE -> compare.getLease();
            case VALUE, UNRECOGNIZED -> 0;
        };
    }

    private static boolean satisfied(Compare compare, int comparison) {
        return switch (compare.getResult()) {
            case EQUAL -> comparison == 0;
            case NOT_EQUAL -> comparison != 0;
            case GREATER -> comparison > 0;
            case LESS -> comparison < 0;
            case UNRECOGNIZED -> true;
        };
    }
}
