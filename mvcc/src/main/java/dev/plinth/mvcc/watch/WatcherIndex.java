package dev.plinth.mvcc.watch;

import dev.plinth.mvcc.codec.ByteKey;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Finds the groups of watchers that a key concerns. Guarded by the hub's lock. */
final class WatcherIndex {
    private final Map<ByteKey, WatcherGroup> points = new HashMap<>();
    private final IntervalTree intervals = new IntervalTree();
    private int watchers;

    void add(Watcher watcher) {
        group(watcher.key, watcher.end).add(watcher);
        watchers++;
    }

    void remove(Watcher watcher) {
        WatcherGroup group = find(watcher.key, watcher.end);
        if (group == null) {
            return;
        }
        group.remove(watcher);
        watchers--;
        if (group.count() == 0) {
            if (watcher.end == null) {
                points.remove(new ByteKey(watcher.key));
            } else {
                intervals.remove(watcher.key, watcher.end);
            }
        }
    }

    boolean isEmpty() {
        return watchers == 0;
    }

    int watchers() {
        return watchers;
    }

    /** Visits the groups that the key belongs to. */
    void visit(byte[] key, Consumer<WatcherGroup> visitor) {
        if (!points.isEmpty()) {
            WatcherGroup group = points.get(new ByteKey(key));
            if (group != null) {
                visitor.accept(group);
            }
        }
        intervals.visit(key, visitor);
    }

    boolean concerns(byte[] key) {
        return (!points.isEmpty() && points.containsKey(new ByteKey(key)))
                || intervals.contains(key);
    }

    /** The group that holds a watcher of this index. */
    WatcherGroup groupOf(Watcher watcher) {
        return Objects.requireNonNull(find(watcher.key, watcher.end));
    }

    /** All watchers, in no order. */
    List<Watcher> all() {
        List<Watcher> all = new ArrayList<>(watchers);
        points.values().forEach(group -> group.addTo(all));
        intervals.forEach(group -> group.addTo(all));
        return all;
    }

    private WatcherGroup group(byte[] key, byte @Nullable [] end) {
        WatcherGroup group = find(key, end);
        if (group == null) {
            group = new WatcherGroup(key, end);
            if (end == null) {
                points.put(new ByteKey(key), group);
            } else {
                intervals.add(group, end);
            }
        }
        return group;
    }

    private @Nullable WatcherGroup find(byte[] key, byte @Nullable [] end) {
        return end == null ? points.get(new ByteKey(key)) : intervals.find(key, end);
    }
}
