package dev.plinth.client;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Function;
import java.util.function.Supplier;

/**
 * Keeps reads from going back in time when they are answered by different members: an answer that
 * is older than one had before is asked for again, elsewhere. Source: tools.md 7.6.
 */
final class OrderingGuard {
    private static final int ROUNDS = 5;

    private final AtomicLong greatest = new AtomicLong();
    private final Calls calls;

    OrderingGuard(Calls calls) {
        this.calls = calls;
    }

    /** Notes how far an answer was. */
    void saw(Header header) {
        greatest.accumulateAndGet(header.revision(), Math::max);
    }

    /** Makes a call until its answer is not too old; calls go round the members. */
    <R> CompletableFuture<R> ordered(
            Supplier<CompletableFuture<R>> call, Function<R, Header> header) {
        return ordered(call, header, ROUNDS * calls.endpoints());
    }

    private <R> CompletableFuture<R> ordered(
            Supplier<CompletableFuture<R>> call, Function<R, Header> header, int left) {
        long least = greatest.get();
        return call.get()
                .thenCompose(result -> {
                    if (header.apply(result).revision() >= least) {
                        saw(header.apply(result));
                        return CompletableFuture.completedFuture(result);
                    }
                    return left > 1
                            ? ordered(call, header, left - 1)
                            : CompletableFuture.failedFuture(
                                    EtcdException.of(Reason.STALE_MEMBERS));
                });
    }
}
