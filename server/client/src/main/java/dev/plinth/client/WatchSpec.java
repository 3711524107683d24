package dev.plinth.client;

import dev.plinth.api.etcdserverpb.WatchCreateRequest;
import dev.plinth.api.etcdserverpb.WatchCreateRequest.FilterType;

/**
 * What to watch. Immutable: each setting returns another one. Without settings, all changes from
 * now on.
 */
public final class WatchSpec {
    private final KeyRange keys;

    /** All but the keys. */
    private final WatchCreateRequest settings;

    private WatchSpec(KeyRange keys, WatchCreateRequest settings) {
        this.keys = keys;
        this.settings = settings;
    }

    /** Watches these keys. */
    public static WatchSpec of(KeyRange keys) {
        return new WatchSpec(keys, WatchCreateRequest.newBuilder().setFragment(true).build());
    }

    /** Watches one key. */
    public static WatchSpec key(Bytes key) {
        return of(KeyRange.single(key));
    }

    /** Watches all keys that begin with a prefix. */
    public static WatchSpec prefix(Bytes prefix) {
        return of(KeyRange.prefix(prefix));
    }

    /**
     * Begins with the changes of a revision, which may be past.
     *
     * @param revision at least 1
     */
    public WatchSpec from(long revision) {
        if (revision < 1) {
            throw new IllegalArgumentException("revisions begin with 1, not " + revision);
        }
        return new WatchSpec(keys, settings.toBuilder().setStartRevision(revision).build());
    }

    /** Changes come with the item as it was before. */
    public WatchSpec withPrevious() {
        return new WatchSpec(keys, settings.toBuilder().setPrevKv(true).build());
    }

    /** The server tells from time to time that nothing happened. */
    public WatchSpec withProgress() {
        return new WatchSpec(keys, settings.toBuilder().setProgressNotify(true).build());
    }

    /** Deletions are left out. */
    public WatchSpec putsOnly() {
        return new WatchSpec(keys, settings.toBuilder().addFilters(FilterType.NODELETE).build());
    }

    /** Writes are left out. */
    public WatchSpec deletesOnly() {
        return new WatchSpec(keys, settings.toBuilder().addFilters(FilterType.NOPUT).build());
    }

    WatchCreateRequest on(Namespace namespace) {
        Namespace.Interval interval = namespace.interval(keys);
        return settings.toBuilder().setKey(interval.key()).setRangeEnd(interval.end()).build();
    }

    @Override
    public String toString() {
        return "WatchSpec " + keys + " " + settings.toString().replace('\n', ' ').strip();
    }
}
