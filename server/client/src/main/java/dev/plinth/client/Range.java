package dev.plinth.client;

import dev.plinth.api.etcdserverpb.RangeRequest;

/**
 * A request to read keys. Immutable: each setting returns another request.
 *
 * <p>Without settings it reads all items at the newest revision, linearizably, in the order of
 * keys.
 */
public final class Range implements Op {
    private final KeyRange keys;

    /** All but the keys. */
    private final RangeRequest settings;

    private Range(KeyRange keys, RangeRequest settings) {
        this.keys = keys;
        this.settings = settings;
    }

    /** Reads these keys. */
    public static Range of(KeyRange keys) {
        return new Range(keys, RangeRequest.getDefaultInstance());
    }

    /** Reads one key. */
    public static Range key(Bytes key) {
        return of(KeyRange.single(key));
    }

    /** Reads all keys that begin with a prefix. */
    public static Range prefix(Bytes prefix) {
        return of(KeyRange.prefix(prefix));
    }

    /** Reads all keys. */
    public static Range all() {
        return of(KeyRange.all());
    }

    private Range with(RangeRequest.Builder changed) {
        return new Range(keys, changed.build());
    }

    /** Which keys are read. */
    public KeyRange keys() {
        return keys;
    }

    /**
     * At most so many items; {@link RangeResult#more} tells whether there are others.
     *
     * @param items 0 for all
     */
    public Range limit(long items) {
        return with(settings.toBuilder().setLimit(items));
    }

    /**
     * As things were at a revision.
     *
     * @param revision not compacted, and not of the future; 0 for the newest
     */
    public Range at(long revision) {
        return with(settings.toBuilder().setRevision(revision));
    }

    /** Sorted by the server, before the limit is applied. */
    public Range sortBy(SortTarget target, SortOrder order) {
        return with(
                settings.toBuilder()
                        .setSortTarget(
                                switch (target) {
                                    case KEY -> RangeRequest.SortTarget.KEY;
                                    case VERSION -> RangeRequest.SortTarget.VERSION;
                                    case CREATE_REVISION -> RangeRequest.SortTarget.CREATE;
                                    case MOD_REVISION -> RangeRequest.SortTarget.MOD;
                                    case VALUE -> RangeRequest.SortTarget.VALUE;
                                })
                        .setSortOrder(
                                switch (order) {
                                    case ASCENDING -> RangeRequest.SortOrder.ASCEND;
                                    case DESCENDING -> RangeRequest.SortOrder.DESCEND;
                                }));
    }

    /** Answered by whichever member is asked, without asking the others: may be old. */
    public Range serializable() {
        return with(settings.toBuilder().setSerializable(true));
    }

    /** Items come without values. */
    public Range keysOnly() {
        return with(settings.toBuilder().setKeysOnly(true));
    }

    /** No items, only their number. */
    public Range countOnly() {
        return with(settings.toBuilder().setCountOnly(true));
    }

    /** Only items last changed at or after a revision, and at or before another; 0: no bound. */
    public Range modifiedBetween(long least, long most) {
        return with(settings.toBuilder().setMinModRevision(least).setMaxModRevision(most));
    }

    /** Only items created at or after a revision, and at or before another; 0: no bound. */
    public Range createdBetween(long least, long most) {
        return with(settings.toBuilder().setMinCreateRevision(least).setMaxCreateRevision(most));
    }

    /** The same of other keys. */
    Range on(KeyRange others) {
        return new Range(others, settings);
    }

    RangeRequest on(Namespace namespace) {
        Namespace.Interval interval = namespace.interval(keys);
        return settings.toBuilder().setKey(interval.key()).setRangeEnd(interval.end()).build();
    }

    /** The settings that paging has to know. */
    RangeRequest settings() {
        return settings;
    }

    @Override
    public String toString() {
        return "Range " + keys + " " + settings.toString().replace('\n', ' ').strip();
    }
}
