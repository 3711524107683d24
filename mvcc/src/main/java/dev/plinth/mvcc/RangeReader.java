package dev.plinth.mvcc;

import dev.plinth.mvcc.RangeQuery.KeysOnly;
import dev.plinth.mvcc.RangeQuery.SortOrder;
import dev.plinth.mvcc.RangeQuery.SortTarget;
import dev.plinth.mvcc.codec.KeyValueEncoder;
import dev.plinth.mvcc.index.IndexReader;
import dev.plinth.mvcc.quota.LiveKeys;
import java.lang.foreign.MemorySegment;

/**
 * Executes ranges on one state of the store, with every rule of the specification (section 7), also
 * the odd ones: which is why a limit is applied before an order that was not asked for.
 */
final class RangeReader {
    private final IndexReader index;
    private final ValueLocator values;

    RangeReader(IndexReader index, ValueLocator values) {
        this.index = index;
        this.values = values;
    }

    /**
     * Executes a query.
     *
     * @param root the index as of {@code current}
     * @throws MvccException compacted or future revision
     */
    RangeResult range(RangeQuery query, int root, long current, long compacted) {
        return read(query, root, current, compacted, true);
    }

    /** The same for a part of a longer list: the count is that of the entries returned. */
    RangeResult piece(RangeQuery query, int root, long current, long compacted) {
        return read(query, root, current, compacted, false);
    }

    /** The keys that are alive at the newest revision. */
    LiveKeys liveKeys(int root, long current) {
        return new PresentKeys(index, values, root, current);
    }

    private RangeResult read(
            RangeQuery query, int root, long current, long compacted, boolean isCounted) {
        if (query.revision() > current) {
            throw MvccException.Reason.FUTURE_REVISION.exception();
        }
        long at = query.revision() <= 0 ? current : query.revision();
        if (at < compacted) {
            throw MvccException.Reason.COMPACTED.exception();
        }
        RangeResult result = new RangeResult(current);
        if (query.countOnly()) {
            result.count(count(query, root, at, current));
            return result;
        }
        boolean fromIndex =
                query.keys() == KeysOnly.FROM_INDEX && query.target() != SortTarget.VALUE;
        long fetchLimit = fetchLimit(query);
        collect(query, root, at, fetchLimit, fromIndex, result);
        boolean complete = fetchLimit == 0 || result.size() < fetchLimit;
        result.count(complete || !isCounted ? result.size() : count(query, root, at, current));
        if (!query.filter().isNone()) {
            result.filter(query.filter());
        }
        if (query.target() != SortTarget.KEY || query.order() != SortOrder.NONE) {
            sort(query, result);
        }
        result.cut(query.limit());
        if (query.keys() != KeysOnly.NO && !fromIndex) {
            result.clearValues();
        }
        return result;
    }

    private long count(RangeQuery query, int root, long at, long current) {
        return at == current
                ? index.countNewest(root, query.key(), query.end())
                : index.countAt(root, query.key(), query.end(), at);
    }

    /** 0 for no limit. One more than asked for tells whether there are more. */
    private static long fetchLimit(RangeQuery query) {
        boolean unlimited =
                query.limit() <= 0
                        || query.limit() == Long.MAX_VALUE
                        || !query.isDefaultOrder()
                        || !query.filter().isNone();
        return unlimited ? 0 : query.limit() + 1;
    }

    private void collect(
            RangeQuery query,
            int root,
            long at,
            long limit,
            boolean fromIndex,
            RangeResult result) {
        index.scan(
                root,
                query.key(),
                query.end(),
                at,
                (reader, state) -> {
                    if (fromIndex) {
                        byte[] pair =
                                KeyValueEncoder.keyOnly(
                                        reader.currentKey(),
                                        state.create,
                                        state.mod,
                                        state.version);
                        result.add(state, MemorySegment.ofArray(pair), 0, pair.length);
                    } else {
                        values.locate(state.mod, state.sub);
                        result.add(state, values.memory, values.offset, values.length);
                    }
                    return limit == 0 || result.size() < limit;
                });
    }

    private static void sort(RangeQuery query, RangeResult result) {
        boolean descending = query.order() == SortOrder.DESCEND;
        if (query.target() != SortTarget.KEY || descending) {
            result.sort(query.target(), descending);
        }
    }
}
