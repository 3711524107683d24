package dev.plinth.mvcc.watch;

import dev.plinth.mvcc.KeyValueStore;

/**
 * One change as watchers see it, encoded once as {@code mvccpb.Event} and shared. Immutable but for
 * the previous pair, which is looked up when the first watcher asks.
 */
@SuppressWarnings("DoNotCallSuggester")
public final class WatchEvent {

    WatchEvent() {}

    public boolean isDelete() {
        return false;
    }

    public long modRevision() {
        throw new UnsupportedOperationException();
    }

    /** Canonical {@code mvccpb.Event} without {@code prev_kv}; shared, not to be changed. */
    public byte[] encoded() {
        throw new UnsupportedOperationException();
    }

    /**
     * The same with {@code prev_kv}: the pair before this revision, left out for creations and when
     * it has been compacted. Looked up once; any thread but the apply thread.
     */
    public byte[] encodedWithPrevious(KeyValueStore store) {
        throw new UnsupportedOperationException();
    }
}
