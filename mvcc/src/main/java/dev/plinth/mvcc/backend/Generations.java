package dev.plinth.mvcc.backend;

import dev.plinth.mvcc.reclaim.Epochs;
import dev.plinth.pagestore.Database;
import java.util.ArrayDeque;
import java.util.concurrent.TimeUnit;

/**
 * The states of the page store that readers find: the newest one, and older ones that are closed
 * when {@link Epochs} says that nobody reads them any more. Changed with the backend's flush lock
 * held; {@link #newest} by any thread.
 */
final class Generations {
    private static final long CLOSE_WAIT_SECONDS = 10;

    /** A generation that no new reader finds. */
    private record RetiredGeneration(Generation generation, long epoch) {}

    private final Epochs epochs;
    private final ArrayDeque<RetiredGeneration> retired = new ArrayDeque<>();
    private volatile Generation newest;

    Generations(Epochs epochs, Generation first) {
        this.epochs = epochs;
        this.newest = first;
    }

    Generation newest() {
        return newest;
    }

    /** New readers find the database as it is now. */
    void publish(Database database) {
        Generation old = newest;
        newest = new Generation(database.beginRead());
        retired.add(new RetiredGeneration(old, epochs.advance()));
        closeUnread();
    }

    /** Closes generations that nobody reads any more. */
    void closeUnread() {
        if (retired.isEmpty()) {
            return;
        }
        long minimum = epochs.minimumPinned();
        while (!retired.isEmpty() && retired.peekFirst().epoch() <= minimum) {
            retired.removeFirst().generation().close();
        }
    }

    /** Closes all; waits until the last reader is done. */
    void close() {
        awaitReaders();
        newest.close();
        for (RetiredGeneration old : retired) {
            old.generation().close();
        }
        retired.clear();
    }

    private void awaitReaders() {
        if (!epochs.awaitUnpinned(CLOSE_WAIT_SECONDS, TimeUnit.SECONDS)) {
            throw new IllegalStateException("a view of the store is still open");
        }
    }
}
