package dev.plinth.mvcc.watch;

import org.jspecify.annotations.Nullable;

/**
 * What to watch.
 *
 * @param watchId 0: the stream chooses; else the id to use
 * @param key first key
 * @param end {@code null}: only {@code key}; empty: from {@code key} on; else the first key after
 * @param startRevision first revision wanted; 0 (or negative): what comes after now
 * @param noPut leave out puts
 * @param noDelete leave out deletes
 */
@SuppressWarnings("ArrayRecordComponent") // a parameter object, never compared
public record WatchRequest(
        long watchId,
        byte[] key,
        byte @Nullable [] end,
        long startRevision,
        boolean noPut,
        boolean noDelete) {}
