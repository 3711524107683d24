package dev.plinth.mvcc;

import org.jspecify.annotations.Nullable;

/**
 * What a range reads, with the meaning of etcd's RangeRequest.
 *
 * @param key first key of the interval
 * @param end {@code null}: only {@code key}; empty: every key from {@code key} on; else the first
 *     key after the interval. The wire's one-byte 0x00 end is the empty array here.
 * @param limit most entries to return; 0 or negative: all
 * @param revision the revision to read at; 0 or negative: the current one
 * @param order order of the result
 * @param target what the order compares
 * @param keys whether values (and how much of the rest) are left out
 * @param countOnly only the number of keys is wanted: limit, order and filters are ignored
 * @param filter bounds on the revisions of the entries
 */
@SuppressWarnings("ArrayRecordComponent") // a parameter object, never compared
public record RangeQuery(
        byte[] key,
        byte @Nullable [] end,
        long limit,
        long revision,
        SortOrder order,
        SortTarget target,
        KeysOnly keys,
        boolean countOnly,
        RevisionFilter filter) {

    /** Order of the entries; the numbers on the wire are the ordinals. */
    public enum SortOrder {
        NONE,
        ASCEND,
        DESCEND
    }

    /** Field that the order compares; the numbers on the wire are the ordinals. */
    public enum SortTarget {
        KEY,
        VERSION,
        CREATE,
        MOD,
        VALUE
    }

    /** Whether values are left out. */
    public enum KeysOnly {
        /** Whole pairs. */
        NO,
        /** etcd 3.7: answered from the index, so the lease is missing like the value. */
        FROM_INDEX,
        /** etcd 3.5 and 3.6: pairs are read and only the value is cleared. */
        VALUE_CLEARED
    }

    /** Inclusive bounds on the entries' revisions; 0 means no bound. */
    public record RevisionFilter(long minMod, long maxMod, long minCreate, long maxCreate) {
        public static final RevisionFilter NONE = new RevisionFilter(0, 0, 0, 0);

        boolean isNone() {
            return minMod == 0 && maxMod == 0 && minCreate == 0 && maxCreate == 0;
        }

        boolean accepts(long create, long mod) {
            return (maxMod == 0 || mod <= maxMod)
                    && (minMod == 0 || mod >= minMod)
                    && (maxCreate == 0 || create <= maxCreate)
                    && (minCreate == 0 || create >= minCreate);
        }
    }

    /** All of [key, end) at a revision, in key order. */
    public static RangeQuery of(byte[] key, byte @Nullable [] end, long limit, long revision) {
        return new RangeQuery(
                key,
                end,
                limit,
                revision,
                SortOrder.NONE,
                SortTarget.KEY,
                KeysOnly.NO,
                false,
                RevisionFilter.NONE);
    }

    /** One key, now. */
    public static RangeQuery ofKey(byte[] key) {
        return of(key, null, 0, 0);
    }

    /** The number of keys in [key, end) at a revision. */
    public static RangeQuery count(byte[] key, byte @Nullable [] end, long revision) {
        return new RangeQuery(
                key,
                end,
                0,
                revision,
                SortOrder.NONE,
                SortTarget.KEY,
                KeysOnly.NO,
                true,
                RevisionFilter.NONE);
    }

    boolean isDefaultOrder() {
        return order == SortOrder.NONE || (target == SortTarget.KEY && order == SortOrder.ASCEND);
    }
}
