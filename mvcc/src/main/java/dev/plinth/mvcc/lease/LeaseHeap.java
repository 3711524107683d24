package dev.plinth.mvcc.lease;

import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;

/**
 * Leases by time, earliest first, each at most once: setting the time of a lease that is in the
 * heap moves it. All operations are O(log n). Guarded by the lessor's lock.
 */
final class LeaseHeap {
    private long[] ids = new long[16];
    private long[] times = new long[16];
    private int size;
    private final Map<Long, Integer> positions = new HashMap<>();

    int size() {
        return size;
    }

    long earliestTime() {
        return size == 0 ? Long.MAX_VALUE : times[0];
    }

    long earliestId() {
        return ids[0];
    }

    void set(long id, long time) {
        Integer at = positions.get(id);
        if (at == null) {
            if (size == ids.length) {
                ids = Arrays.copyOf(ids, size * 2);
                times = Arrays.copyOf(times, size * 2);
            }
            place(size++, id, time);
            up(size - 1);
        } else {
            times[at] = time;
            down(up(at));
        }
    }

    void remove(long id) {
        Integer at = positions.remove(id);
        if (at == null) {
            return;
        }
        size--;
        if (at < size) {
            long moved = ids[size];
            place(at, moved, times[size]);
            down(up(at));
        }
    }

    void clear() {
        size = 0;
        positions.clear();
    }

    /** Returns where the lease has come to. */
    private int up(int from) {
        int at = from;
        while (at > 0) {
            int parent = (at - 1) / 2;
            if (times[parent] <= times[at]) {
                return at;
            }
            swap(at, parent);
            at = parent;
        }
        return at;
    }

    private void down(int from) {
        int at = from;
        while (true) {
            int child = 2 * at + 1;
            if (child >= size) {
                return;
            }
            if (child + 1 < size && times[child + 1] < times[child]) {
                child++;
            }
            if (times[at] <= times[child]) {
                return;
            }
            swap(at, child);
            at = child;
        }
    }

    private void swap(int a, int b) {
        long id = ids[a];
        long time = times[a];
        place(a, ids[b], times[b]);
        place(b, id, time);
    }

    private void place(int at, long id, long time) {
        ids[at] = id;
        times[at] = time;
        positions.put(id, at);
    }
}
