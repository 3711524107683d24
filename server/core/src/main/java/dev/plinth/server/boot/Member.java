package dev.plinth.server.boot;

import dev.plinth.server.log.Log;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * A running member: what has to be stopped, in the reverse order of its start.
 *
 * <p>Parts are added by {@link Bootstrap} as they come up, so a start that fails half-way stops
 * what there is. {@link #close} may be called more than once and by any thread; the first call does
 * it.
 */
final class Member implements AutoCloseable {
    private record Part(String name, AutoCloseable stop) {}

    private final Log log;
    private final Deque<Part> parts = new ArrayDeque<>();
    private final AtomicBoolean isClosed = new AtomicBoolean();

    Member(Log log) {
        this.log = log;
    }

    /** Adds a part that is stopped before all that were added earlier. */
    void onClose(String name, AutoCloseable stop) {
        synchronized (parts) {
            parts.push(new Part(name, stop));
        }
    }

    @Override
    public void close() {
        if (!isClosed.compareAndSet(false, true)) {
            return;
        }
        while (true) {
            Part part;
            synchronized (parts) {
                part = parts.poll();
            }
            if (part == null) {
                return;
            }
            try {
                part.stop().close();
            } catch (Exception e) {
                // The rest has to be stopped all the same; nothing is acknowledged any more.
                log.error("failed to stop", e, "part", part.name());
            }
        }
    }
}
