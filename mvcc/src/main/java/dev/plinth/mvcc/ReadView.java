package dev.plinth.mvcc;

import dev.plinth.mvcc.quota.LiveKeys;

/**
 * The store as it was when {@link KeyValueStore#read} was called: a pinned version of index, write
 * buffer and database file. Any thread may use it, one at a time, and another thread may close it.
 *
 * <p>An open view keeps everything it can see from being reused, so views are short-lived: a long
 * list reads a chunk, closes, and opens the next view with the first chunk's revision (which may be
 * refused then, as compacted).
 */
public sealed interface ReadView extends AutoCloseable permits PinnedView, WriteView {

    /** The current revision of this view. */
    long revision();

    /** The compaction revision of this view; -1 when the store was never compacted. */
    long compactRevision();

    /**
     * Reads a range.
     *
     * @throws MvccException {@link MvccException.Reason#COMPACTED} or {@link
     *     MvccException.Reason#FUTURE_REVISION}
     */
    RangeResult range(RangeQuery query);

    /**
     * Reads a part of a longer list: as {@link #range}, but what lies behind the limit is not
     * counted, which at an older revision would mean to visit all of it.
     *
     * @throws MvccException as {@link #range}
     */
    RangeResult piece(RangeQuery query);

    /** The keys that are alive in this view; for as long as it is open, one thread at a time. */
    LiveKeys liveKeys();

    /** Lets go of what the view pins; results of it must not be used any more. Idempotent. */
    @Override
    void close();
}
