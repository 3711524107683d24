package dev.plinth.mvcc.backend;

import dev.plinth.mvcc.reclaim.Epochs;
import dev.plinth.pagestore.Database;
import java.util.ArrayDeque;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * The states of the page store that readers find: the newest one, and older ones that are closed
 * when {@link Epochs} says that nobody reads them any more. Changed with the backend's flush lock
 * held; {@link #newest} by any thread.
 */
final class Generations {
    private static final long CLOSE_WAIT_SECONDS = 10;

    /** A generation that no new reader finds; the last one of a replaced file closes the file. */
    private record RetiredGeneration(
            Generation generation, long epoch, @Nullable Database replaced) {}

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

    /**
     * New readers find the database as it is now.
     *
     * @param replaced a file that is to be closed behind its last reader
     */
    void publish(Database database, @Nullable Database replaced) {
        Generation old = newest;
        newest = new Generation(database.beginRead());
        retired.add(new RetiredGeneration(old, epochs.advance(), replaced));
        closeUnread();
    }

    /** Closes generations that nobody reads any more. */
    void closeUnread() {
        if (retired.isEmpty()) {
            return;
        }
        long minimum = epochs.minimumPinned();
        while (!retired.isEmpty() && retired.peekFirst().epoch() <= minimum) {
            RetiredGeneration oldest = retired.peekFirst();
            oldest.generation().close();
            Database replaced = oldest.replaced();
            if (replaced != null) {
                if (replaced.stats().openReadTransactions() > 0) {
                    // A snapshot is still being sent from the old file.
                    return;
                }
                replaced.close();
            }
            retired.removeFirst();
        }
    }

    /** Closes all; waits until the last reader is done. */
    void close() {
        awaitReaders();
        newest.close();
        for (RetiredGeneration old : retired) {
            old.generation().close();
            Database replaced = old.replaced();
            if (replaced != null) {
                replaced.close();
            }
        }
        retired.clear();
    }

    private void awaitReaders() {
        if (!epochs.awaitUnpinned(CLOSE_WAIT_SECONDS, TimeUnit.SECONDS)) {
            throw new IllegalStateException("a view of the store is still open");
        }
    }
}
