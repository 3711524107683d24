package dev.plinth.server.consensus;

import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;

/** Waits until a given member leads. Any thread. */
final class LeaderWaits {
    private record Wait(long memberId, CompletableFuture<Void> done) {}

    private final List<Wait> waits = new CopyOnWriteArrayList<>();

    /** Completes when the member leads; whoever gives up may complete it before. */
    CompletableFuture<Void> register(long memberId) {
        Wait wait = new Wait(memberId, new CompletableFuture<>());
        waits.add(wait);
        var _ = wait.done().whenComplete((_, _) -> waits.remove(wait));
        return wait.done();
    }

    /** Somebody leads, or nobody does. */
    void leaderIs(long memberId) {
        for (Wait wait : waits) {
            if (wait.memberId() == memberId) {
                wait.done().complete(null);
            }
        }
    }

    /** Ends all waits. */
    void failAll(Exception reason) {
        waits.forEach(wait -> wait.done().completeExceptionally(reason));
    }
}
