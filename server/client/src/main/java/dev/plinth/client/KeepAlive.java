package dev.plinth.client;

import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;

/**
 * Renews a lease until it is closed or the lease is lost. Any number of them on one lease share the
 * renewals. Any thread.
 */
public final class KeepAlive implements AutoCloseable {
    private final KeepAliveHub hub;
    private final long lease;
    private final CompletableFuture<LossReason> lost = new CompletableFuture<>();

    KeepAlive(KeepAliveHub hub, long lease) {
        this.hub = hub;
        this.lease = lease;
    }

    /** Id of the lease. */
    public long lease() {
        return lease;
    }

    /**
     * Completes, once, when the lease is no longer kept alive; stages run on virtual threads. Until
     * then a server has confirmed the lease within its time to live.
     */
    public CompletableFuture<LossReason> lost() {
        return lost.copy();
    }

    /** Tells the program when the lease is no longer kept alive, or at once if it is not. */
    public void onLost(Consumer<LossReason> told) {
        var _ = lost.thenAccept(told);
    }

    /** Whether the lease is kept alive as far as this client knows. */
    public boolean isAlive() {
        return !lost.isDone();
    }

    void lose(LossReason why) {
        lost.complete(why);
    }

    /** Renews no more, unless others do; the lease runs out by itself. */
    @Override
    public void close() {
        hub.leave(this);
        lose(LossReason.CLOSED);
    }
}
