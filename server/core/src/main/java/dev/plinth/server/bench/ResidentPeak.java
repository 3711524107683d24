package dev.plinth.server.bench;

import java.io.IOException;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;

/**
 * The highest resident size without file mappings while this is open. The kernel keeps a high-water
 * mark of the whole resident size alone, so this looks every ten milliseconds.
 */
final class ResidentPeak implements AutoCloseable {
    private static final long INTERVAL_MILLIS = 10;

    private final PeerProcess peer;
    private final ScheduledExecutorService timer =
            Executors.newSingleThreadScheduledExecutor(
                    Thread.ofPlatform().daemon().name("resident-peak").factory());
    private volatile long highest;

    /** Begins to look; the process may be about to be started. */
    ResidentPeak(PeerProcess peer) {
        this.peer = peer;
        var _ = timer.scheduleAtFixedRate(this::look, 0, INTERVAL_MILLIS, TimeUnit.MILLISECONDS);
    }

    private void look() {
        try {
            highest = Math.max(highest, peer.anonymousBytes());
        } catch (IOException _) {
            // No process, or no longer; its last size stays.
        }
    }

    /** The highest size so far, in bytes. */
    long bytes() {
        return highest;
    }

    @Override
    public void close() {
        timer.shutdownNow();
    }
}
