package dev.plinth.client;

import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;

/** Turns calls into blocking ones. */
final class Await {
    private Await() {}

    /**
     * Waits for a call; an interrupted thread cancels it and stays interrupted.
     *
     * @throws EtcdException if the call fails, with the stack of the waiting thread
     */
    static <T> T result(CompletableFuture<T> call) {
        try {
            return call.get();
        } catch (InterruptedException e) {
            call.cancel(true);
            Thread.currentThread().interrupt();
            throw EtcdException.interrupted(e);
        } catch (CancellationException e) {
            throw EtcdException.of(Reason.REQUEST_CANCELED);
        } catch (ExecutionException e) {
            Throwable cause = e.getCause() == null ? e : Calls.unwrapped(e.getCause());
            switch (cause) {
                case EtcdException failure -> {
                    failure.fillInStackTrace();
                    throw failure;
                }
                case RuntimeException failure -> throw failure;
                case Error failure -> throw failure;
                default -> throw new IllegalStateException(cause);
            }
        }
    }
}
