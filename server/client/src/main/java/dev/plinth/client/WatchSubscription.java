package dev.plinth.client;

import java.util.concurrent.Flow;

/** One subscriber's watch. The thread of {@link #run} alone calls the subscriber. */
final class WatchSubscription implements Flow.Subscription {
    private final WatchCursor cursor;
    private final Flow.Subscriber<? super WatchSignal> subscriber;

    // Guarded by this.
    private long demand;
    private boolean isCancelled;
    private boolean isMisused;

    WatchSubscription(WatchCursor cursor, Flow.Subscriber<? super WatchSignal> subscriber) {
        this.cursor = cursor;
        this.subscriber = subscriber;
    }

    /** Tells signals as they are asked for, until the watch is over. */
    void run() {
        try (cursor) {
            subscriber.onSubscribe(this);
            while (awaitDemand()) {
                WatchSignal signal = cursor.next();
                if (isOver()) {
                    return;
                }
                subscriber.onNext(signal);
            }
            if (!isOver()) {
                subscriber.onError(new IllegalArgumentException("demand has to be positive"));
            }
        } catch (EtcdException e) {
            if (!isOver()) {
                subscriber.onError(e);
            }
        }
    }

    private synchronized boolean isOver() {
        return isCancelled;
    }

    private synchronized boolean awaitDemand() {
        try {
            while (demand == 0 && !isCancelled && !isMisused) {
                wait();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw EtcdException.interrupted(e);
        }
        if (demand > 0 && demand != Long.MAX_VALUE) {
            demand--;
            return !isCancelled && !isMisused;
        }
        return !isCancelled && !isMisused;
    }

    @Override
    public synchronized void request(long more) {
        if (more <= 0) {
            isMisused = true;
        } else {
            demand = demand + more < 0 ? Long.MAX_VALUE : demand + more;
        }
        notifyAll();
    }

    @Override
    public void cancel() {
        synchronized (this) {
            isCancelled = true;
            notifyAll();
        }
        cursor.close();
    }
}
