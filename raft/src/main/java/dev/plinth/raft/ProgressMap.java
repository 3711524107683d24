package dev.plinth.raft;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** The tracked members in unsigned order of their ids: two arrays, made for a handful. */
final class ProgressMap {
    private long[] ids;
    private Progress[] progress;
    private int size;

    ProgressMap() {
        ids = new long[8];
        progress = new Progress[8];
    }

    /** A copy of map and progress, to compute a configuration change on. */
    ProgressMap copy() {
        ProgressMap copy = new ProgressMap();
        for (int i = 0; i < size; i++) {
            copy.put(ids[i], progress[i].copy());
        }
        return copy;
    }

    int size() {
        return size;
    }

    long id(int i) {
        return ids[i];
    }

    Progress at(int i) {
        return progress[i];
    }

    @Nullable Progress get(long id) {
        for (int i = 0; i < size; i++) {
            if (ids[i] == id) {
                return progress[i];
            }
        }
        return null;
    }

    void put(long id, Progress value) {
        remove(id);
        if (size == ids.length) {
            ids = Arrays.copyOf(ids, size * 2);
            progress = Arrays.copyOf(progress, size * 2);
        }
        int at = size;
        while (at > 0 && U64.gt(ids[at - 1], id)) {
            ids[at] = ids[at - 1];
            progress[at] = progress[at - 1];
            at--;
        }
        ids[at] = id;
        progress[at] = value;
        size++;
    }

    void remove(long id) {
        for (int i = 0; i < size; i++) {
            if (ids[i] == id) {
                System.arraycopy(ids, i + 1, ids, i, size - i - 1);
                System.arraycopy(progress, i + 1, progress, i, size - i - 1);
                size--;
                return;
            }
        }
    }

    /** One line for each member, as the status shows them. */
    @Override
    public String toString() {
        StringBuilder out = new StringBuilder();
        for (int i = 0; i < size; i++) {
            out.append(U64.text(ids[i])).append(": ").append(progress[i]).append('\n');
        }
        return out.toString();
    }
}
