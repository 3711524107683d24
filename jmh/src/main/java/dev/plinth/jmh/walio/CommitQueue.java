package dev.plinth.jmh.walio;

import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/** Counts who waits for the next commit; the writer takes all of them at once. */
final class CommitQueue {
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition submitted = lock.newCondition();
    private final Condition completed = lock.newCondition();
    private long nextTicket;
    private long takenTickets;
    private long doneTickets;
    private boolean isClosed;

    void appendAndWait() {
        lock.lock();
        try {
            long ticket = ++nextTicket;
            submitted.signal();
            while (doneTickets < ticket && !isClosed) {
                completed.awaitUninterruptibly();
            }
        } finally {
            lock.unlock();
        }
    }

    int takeBatch() {
        lock.lock();
        try {
            while (nextTicket == takenTickets) {
                submitted.awaitUninterruptibly();
            }
            int batch = (int) (nextTicket - takenTickets);
            takenTickets = nextTicket;
            return batch;
        } finally {
            lock.unlock();
        }
    }

    void complete(int batch) {
        lock.lock();
        try {
            doneTickets += batch;
            completed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    void close() {
        lock.lock();
        try {
            isClosed = true;
            completed.signalAll();
        } finally {
            lock.unlock();
        }
    }
}
