package dev.plinth.mvcc.watch;

import java.util.List;

/** Events in order of revision, then of the changes in it. Immutable, shared between watchers. */
public final class WatchEvents {
    private final List<WatchEvent> events;
    private final long encodedBytes;

    WatchEvents(List<WatchEvent> events) {
        this.events = List.copyOf(events);
        long bytes = 0;
        for (WatchEvent event : this.events) {
            bytes += event.encoded().length;
        }
        this.encodedBytes = bytes;
    }

    public int size() {
        return events.size();
    }

    public WatchEvent get(int i) {
        return events.get(i);
    }

    /** Sum of the sizes of {@link WatchEvent#encoded}. */
    public long encodedBytes() {
        return encodedBytes;
    }
}
