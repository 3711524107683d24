package dev.plinth.client;

import dev.plinth.api.etcdserverpb.DeleteRangeRequest;

/** A request to delete keys. Immutable: the setting returns another request. */
public final class Delete implements Op {
    private final KeyRange keys;
    private final boolean wantsPrevious;

    private Delete(KeyRange keys, boolean wantsPrevious) {
        this.keys = keys;
        this.wantsPrevious = wantsPrevious;
    }

    /** Deletes these keys. */
    public static Delete of(KeyRange keys) {
        return new Delete(keys, false);
    }

    /** Deletes one key. */
    public static Delete key(Bytes key) {
        return of(KeyRange.single(key));
    }

    /** Deletes all keys that begin with a prefix. */
    public static Delete prefix(Bytes prefix) {
        return of(KeyRange.prefix(prefix));
    }

    /** The result has the items that were deleted. */
    public Delete withPrevious() {
        return new Delete(keys, true);
    }

    DeleteRangeRequest on(Namespace namespace) {
        Namespace.Interval interval = namespace.interval(keys);
        return DeleteRangeRequest.newBuilder()
                .setKey(interval.key())
                .setRangeEnd(interval.end())
                .setPrevKv(wantsPrevious)
                .build();
    }

    @Override
    public String toString() {
        return "Delete " + keys;
    }
}
