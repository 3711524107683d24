package dev.plinth.mvcc.watch;

import dev.plinth.mvcc.KeyValueStore;
import java.util.List;

/** Events in order of revision, then of the changes in it. Immutable, shared between watchers. */
public final class WatchEvents {
    private final List<WatchEvent> events;
    private final List<byte[]> encoded;
    private final long encodedBytes;

    WatchEvents(List<WatchEvent> events) {
        this.events = List.copyOf(events);
        this.encoded = this.events.stream().map(WatchEvent::encoded).toList();
        this.encodedBytes = encoded.stream().mapToLong(event -> event.length).sum();
    }

    public int size() {
        return events.size();
    }

    public WatchEvent get(int i) {
        return events.get(i);
    }

    /** What {@link WatchEvent#encoded} gives for each; shared. */
    public List<byte[]> encoded() {
        return encoded;
    }

    /** What {@link WatchEvent#encodedWithPrevious} gives for each. */
    public List<byte[]> encodedWithPrevious(KeyValueStore store) {
        return events.stream().map(event -> event.encodedWithPrevious(store)).toList();
    }

    /** Sum of the sizes of {@link WatchEvent#encoded}. */
    public long encodedBytes() {
        return encodedBytes;
    }
}
