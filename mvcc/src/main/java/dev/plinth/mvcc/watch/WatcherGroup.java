package dev.plinth.mvcc.watch;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Watchers of the same interval, so that what they get is put together once. Guarded by the hub's
 * lock.
 */
final class WatcherGroup {
    private static final Watcher[] NONE = {};

    final byte[] key;
    final byte @Nullable [] end;
    private Watcher[] watchers = NONE;
    private int count;

    /** Events of the delivery under way. */
    private final List<WatchEvent> events = new ArrayList<>(1);

    private @Nullable WatchEvents shared;

    WatcherGroup(byte[] key, byte @Nullable [] end) {
        this.key = key;
        this.end = end;
    }

    void add(Watcher watcher) {
        if (count == watchers.length) {
            watchers = Arrays.copyOf(watchers, Math.max(2, count * 2));
        }
        watchers[count++] = watcher;
    }

    @SuppressWarnings("ReferenceEquality")
    void remove(Watcher watcher) {
        for (int i = 0; i < count; i++) {
            if (watchers[i] == watcher) {
                watchers[i] = watchers[--count];
                return;
            }
        }
    }

    int count() {
        return count;
    }

    Watcher get(int i) {
        return watchers[i];
    }

    void addTo(List<Watcher> all) {
        all.addAll(Arrays.asList(watchers).subList(0, count));
    }

    /** Adds an event to the delivery; true if it is the first one. */
    boolean collect(WatchEvent event) {
        events.add(event);
        return events.size() == 1;
    }

    void endDelivery() {
        events.clear();
        shared = null;
    }

    /** What the watcher gets of the collected events; null for nothing. */
    @Nullable WatchEvents eventsFor(Watcher watcher) {
        int wanted = 0;
        for (WatchEvent event : events) {
            wanted += watcher.wants(event) ? 1 : 0;
        }
        if (wanted == 0) {
            return null;
        }
        if (wanted == events.size()) {
            WatchEvents all = shared;
            if (all == null) {
                all = new WatchEvents(events);
                shared = all;
            }
            return all;
        }
        return new WatchEvents(events.stream().filter(watcher::wants).toList());
    }
}
