package dev.plinth.server.consensus;

import dev.plinth.server.core.Barrier;
import dev.plinth.server.core.EtcdError;
import dev.plinth.server.core.RefusedException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Iterator;
import java.util.List;
import java.util.PriorityQueue;

/**
 * How far entries have been applied, and who waits for more.
 *
 * <p>The index is written by the apply loop after the effects of its entries are visible, and read
 * by any thread: who reads it sees those effects. Waiters are called on the thread that advances,
 * never under the lock.
 */
final class AppliedIndex {
    private record Waiting(long index, long deadlineNanos, EtcdError onLate, Barrier barrier) {}

    private final PriorityQueue<Waiting> waiting =
            new PriorityQueue<>(Comparator.comparingLong(Waiting::index));
    private volatile long applied;
    private volatile int waitingCount;

    /** The index of the last applied entry. */
    long get() {
        return applied;
    }

    /** Sets the index at start, before anybody waits. */
    void start(long index) {
        applied = index;
    }

    /** Moves on and lets pass who waited for that much. The apply loop alone. */
    void advance(long index) {
        assert index >= applied : index + " after " + applied;
        applied = index;
        // The count is read after the index is written; who registers reads them the other way.
        if (waitingCount == 0) {
            return;
        }
        List<Barrier> passing = new ArrayList<>();
        synchronized (waiting) {
            for (Waiting first = waiting.peek();
                    first != null && first.index() <= index;
                    first = waiting.peek()) {
                passing.add(waiting.remove().barrier());
            }
            waitingCount = waiting.size();
        }
        passing.forEach(Barrier::passed);
    }

    /** Calls the barrier when the index is reached, which may be at once. */
    void await(long index, long deadlineNanos, EtcdError onLate, Barrier barrier) {
        if (applied >= index) {
            barrier.passed();
            return;
        }
        Waiting added = new Waiting(index, deadlineNanos, onLate, barrier);
        boolean isReached;
        synchronized (waiting) {
            waiting.add(added);
            waitingCount = waiting.size();
            isReached = applied >= index && waiting.remove(added);
            waitingCount = waiting.size();
        }
        if (isReached) {
            barrier.passed();
        }
    }

    /** Fails the waits whose deadline has passed. */
    void expire(long nowNanos) {
        if (waitingCount == 0) {
            return;
        }
        List<Waiting> late = new ArrayList<>();
        synchronized (waiting) {
            for (Iterator<Waiting> all = waiting.iterator(); all.hasNext(); ) {
                Waiting one = all.next();
                if (one.deadlineNanos() - nowNanos <= 0) {
                    late.add(one);
                    all.remove();
                }
            }
            waitingCount = waiting.size();
        }
        late.forEach(one -> one.barrier().failed(RefusedException.of(one.onLate())));
    }

    /** Fails all waits. */
    void failAll(RefusedException reason) {
        List<Waiting> all;
        synchronized (waiting) {
            all = List.copyOf(waiting);
            waiting.clear();
            waitingCount = 0;
        }
        all.forEach(one -> one.barrier().failed(reason));
    }
}
