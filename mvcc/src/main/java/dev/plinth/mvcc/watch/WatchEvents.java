package dev.plinth.mvcc.watch;

/** Events in order of revision, then of the changes in it. Immutable, shared between watchers. */
@SuppressWarnings("DoNotCallSuggester")
public final class WatchEvents {

    WatchEvents() {}

    public int size() {
        throw new UnsupportedOperationException();
    }

    public WatchEvent get(int i) {
        throw new UnsupportedOperationException();
    }

    /** Sum of the sizes of {@link WatchEvent#encoded}. */
    public long encodedBytes() {
        throw new UnsupportedOperationException();
    }
}
