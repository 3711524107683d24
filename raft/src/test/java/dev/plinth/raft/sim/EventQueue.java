package dev.plinth.raft.sim;

import java.util.Arrays;

/** Actions by virtual time; equal times in the order of their coming. A binary heap on arrays. */
final class EventQueue {
    private long[] times = new long[256];
    private long[] sequences = new long[256];
    private Runnable[] actions = new Runnable[256];
    private int size;
    private long nextSequence;
    private long now;

    long now() {
        return now;
    }

    boolean isEmpty() {
        return size == 0;
    }

    void after(long delay, Runnable action) {
        if (size == times.length) {
            times = Arrays.copyOf(times, size * 2);
            sequences = Arrays.copyOf(sequences, size * 2);
            actions = Arrays.copyOf(actions, size * 2);
        }
        int at = size++;
        long time = now + delay;
        long sequence = nextSequence++;
        while (at > 0) {
            int parent = (at - 1) / 2;
            if (before(times[parent], sequences[parent], time, sequence)) {
                break;
            }
            move(parent, at);
            at = parent;
        }
        set(at, time, sequence, action);
    }

    private static boolean before(long timeA, long sequenceA, long timeB, long sequenceB) {
        return timeA < timeB || (timeA == timeB && sequenceA < sequenceB);
    }

    private void move(int from, int to) {
        set(to, times[from], sequences[from], actions[from]);
    }

    private void set(int at, long time, long sequence, Runnable action) {
        times[at] = time;
        sequences[at] = sequence;
        actions[at] = action;
    }

    /** Time goes on to the next action, which is taken out. */
    Runnable next() {
        Runnable first = actions[0];
        now = times[0];
        size--;
        long time = times[size];
        long sequence = sequences[size];
        Runnable last = actions[size];
        int at = 0;
        while (true) {
            int child = 2 * at + 1;
            if (child >= size) {
                break;
            }
            if (child + 1 < size
                    && before(
                            times[child + 1],
                            sequences[child + 1],
                            times[child],
                            sequences[child])) {
                child++;
            }
            if (before(time, sequence, times[child], sequences[child])) {
                break;
            }
            move(child, at);
            at = child;
        }
        set(at, time, sequence, last);
        return first;
    }
}
