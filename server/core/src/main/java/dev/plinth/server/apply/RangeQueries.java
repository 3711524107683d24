package dev.plinth.server.apply;

import com.google.protobuf.ByteString;
import dev.plinth.api.etcdserverpb.RangeRequest;
import dev.plinth.mvcc.RangeQuery;
import dev.plinth.mvcc.RangeQuery.KeysOnly;
import dev.plinth.mvcc.RangeQuery.RevisionFilter;
import dev.plinth.mvcc.RangeQuery.SortOrder;
import dev.plinth.mvcc.RangeQuery.SortTarget;
import org.jspecify.annotations.Nullable;

/** Turns range requests of the wire into queries of the store. */
public final class RangeQueries {
    private static final byte[] OPEN_END = {};

    private RangeQueries() {}

    /** The query of a request that has been validated. */
    public static RangeQuery of(RangeRequest request) {
        return of(request, request.getKey(), request.getLimit(), request.getRevision());
    }

    /**
     * The query of a request, from another first key, with another limit and at another revision.
     */
    public static RangeQuery of(RangeRequest request, ByteString key, long limit, long revision) {
        SortTarget target = target(request);
        return new RangeQuery(
                key.toByteArray(),
                end(request.getRangeEnd()),
                limit,
                revision,
                order(request),
                target,
                keysOnly(request, target),
                request.getCountOnly(),
                filter(request));
    }

    /** The store's form of a range end: null for one key, empty for "no upper bound". */
    public static byte @Nullable [] end(ByteString rangeEnd) {
        if (rangeEnd.isEmpty()) {
            return null;
        }
        return RequestValidator.isOpenEnd(rangeEnd) ? OPEN_END : rangeEnd.toByteArray();
    }

    private static KeysOnly keysOnly(RangeRequest request, SortTarget target) {
        if (!request.getKeysOnly()) {
            return KeysOnly.NO;
        }
        return target == SortTarget.VALUE ? KeysOnly.VALUE_CLEARED : KeysOnly.FROM_INDEX;
    }

    private static RevisionFilter filter(RangeRequest request) {
        long minMod = request.getMinModRevision();
        long maxMod = request.getMaxModRevision();
        long minCreate = request.getMinCreateRevision();
        long maxCreate = request.getMaxCreateRevision();
        return (minMod | maxMod | minCreate | maxCreate) == 0
                ? RevisionFilter.NONE
                : new RevisionFilter(minMod, maxMod, minCreate, maxCreate);
    }

    private static SortOrder order(RangeRequest request) {
        return switch (request.getSortOrder()) {
            case ASCEND -> SortOrder.ASCEND;
            case DESCEND -> SortOrder.DESCEND;
            case NONE, UNRECOGNIZED -> SortOrder.NONE;
        };
    }

    private static SortTarget target(RangeRequest request) {
        return switch (request.getSortTarget()) {
            case VERSION -> SortTarget.VERSION;
            case CREATE -> SortTarget.CREATE;
            case MOD -> SortTarget.MOD;
            case VALUE -> SortTarget.VALUE;
            case KEY, UNRECOGNIZED -> SortTarget.KEY;
        };
    }
}
