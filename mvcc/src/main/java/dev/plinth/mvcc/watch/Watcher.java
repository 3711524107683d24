package dev.plinth.mvcc.watch;

import org.jspecify.annotations.Nullable;

/** One watcher: what it wants and the next revision that it wants. Guarded by the hub's lock. */
final class Watcher {
    enum Place {
        /** In the hub's index, served with each commit: {@code next} is above the present. */
        SYNCED,
        /** Behind: served from history. */
        BEHIND,
        /** Its revisions were compacted away and it was told, or it was cancelled. */
        DONE
    }

    final WatchStream stream;
    final long id;
    final byte[] key;
    final byte @Nullable [] end;
    final long startRevision;
    final boolean noPut;
    final boolean noDelete;

    Place place = Place.BEHIND;

    /** All wanted events below this revision were taken by the sink. */
    long next;

    Watcher(WatchStream stream, long id, WatchRequest request) {
        this.stream = stream;
        this.id = id;
        this.key = request.key();
        this.end = request.end();
        this.startRevision = request.startRevision();
        this.noPut = request.noPut();
        this.noDelete = request.noDelete();
    }

    boolean wants(WatchEvent event) {
        return event.modRevision() >= next && !(event.isDelete() ? noDelete : noPut);
    }
}
