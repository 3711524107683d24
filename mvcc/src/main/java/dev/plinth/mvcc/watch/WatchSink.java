package dev.plinth.mvcc.watch;

/**
 * Where the events of one watch stream go; owned by the RPC layer, one per stream.
 *
 * <p>Calls come from the apply thread, the syncer's thread and the thread that creates watchers,
 * one at a time. They must not block and must not call back into the hub. A sink bounds what it
 * holds in bytes: when it is full it refuses, and says {@link WatchStream#resume} when there is
 * room again; the watchers' positions stay with the hub, which reads history for them then.
 */
public interface WatchSink {

    /** A watcher exists now; everything sent for it comes after this call. */
    void created(long watchId, long currentRevision);

    /**
     * Events for a watcher, all of one or more whole revisions, ascending.
     *
     * @param events shared between watchers and immutable; may be kept
     * @param revision for the header: not below the last event's revision
     * @return whether they were taken; false leaves the watcher where it was
     */
    boolean events(long watchId, WatchEvents events, long revision);

    /**
     * The watcher is in sync: all its events up to this revision were taken.
     *
     * @param watchId the watcher, or {@link WatchStream#ALL_WATCHERS} for all of the stream
     * @return whether it was taken; a refused progress is dropped
     */
    boolean progress(long watchId, long revision);

    /**
     * The watcher's next revision was compacted away; nothing will follow for it. It stays
     * registered until cancelled.
     *
     * @return whether it was taken; a refused notice is tried again
     */
    boolean compacted(long watchId, long compactRevision);

    /**
     * The hub has no more to say for now: the place to flush what was taken since the last call.
     */
    void flush();
}
