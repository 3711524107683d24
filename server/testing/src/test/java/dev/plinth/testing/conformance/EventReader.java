package dev.plinth.testing.conformance;

import dev.plinth.client.WatchCursor;
import dev.plinth.client.WatchItem;
import dev.plinth.client.WatchSignal;
import java.util.List;

/** Changes one by one. */
final class EventReader {
    private final WatchCursor cursor;
    private List<WatchItem> batch = List.of();
    private int next;

    EventReader(WatchCursor cursor) {
        this.cursor = cursor;
    }

    WatchItem next() {
        while (next == batch.size()) {
            if (cursor.next() instanceof WatchSignal.Batch changes) {
                batch = changes.items();
                next = 0;
            }
        }
        return batch.get(next++);
    }
}
