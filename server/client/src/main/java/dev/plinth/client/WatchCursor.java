package dev.plinth.client;

import java.time.Duration;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A watch that a thread reads by waiting for it. It survives the loss of servers: every change is
 * told exactly once and in order. One reading thread at a time; {@link #close} from any.
 *
 * <p>Changes that are not read wait up to a bound of bytes; then the server stops to send them to
 * this watch, without effect on others, until the reader has caught up.
 */
public final class WatchCursor implements AutoCloseable {
    private final WatchHub hub;
    private final Watching watch;

    WatchCursor(WatchHub hub, Watching watch) {
        this.hub = hub;
        this.watch = watch;
    }

    /**
     * Waits for the next signal.
     *
     * @throws EtcdException.Compacted if changes that were not told yet are no longer there: the
     *     program has to read the keys anew, and to watch from the revision behind that
     * @throws EtcdException.Cancelled if the cursor or the client was closed, or the thread is
     *     interrupted
     * @throws EtcdException if the server refuses the watch
     */
    public WatchSignal next() {
        WatchSignal signal = take(-1);
        if (signal == null) {
            throw new IllegalStateException("an endless wait ended");
        }
        return signal;
    }

    /**
     * Waits for the next signal, but not for ever.
     *
     * @param most how long, not negative
     * @return absent if none came in time
     * @throws EtcdException as {@link #next()}
     */
    public Optional<WatchSignal> next(Duration most) {
        return Optional.ofNullable(take(Math.max(0, most.toNanos())));
    }

    private @Nullable WatchSignal take(long nanosMax) {
        try {
            WatchSignal signal = watch.take(nanosMax);
            if (watch.stage() == Watching.Stage.PARKED) {
                hub.caughtUp(watch);
            }
            return signal;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw EtcdException.interrupted(e);
        }
    }

    /** Ends the watch; a waiting reader is woken. */
    @Override
    public void close() {
        hub.cancel(watch);
    }
}
