package dev.plinth.client;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The token that goes with every call: none, the program's own, or one that the servers gave for a
 * name and a password. Any number of calls that need a new one share one request for it.
 */
final class Tokens {
    /** Where new tokens come from; a token of no characters stands for none. */
    interface Source {
        CompletableFuture<String> fetch();
    }

    /** For clients that are nobody. */
    static final Source NOBODY = () -> CompletableFuture.completedFuture("");

    private final Source source;
    private @Nullable CompletableFuture<String> latest;

    Tokens(Source source) {
        this.source = source;
    }

    /** A source that asks the program. */
    static Source supplied(Supplier<String> program) {
        return () -> {
            try {
                return CompletableFuture.completedFuture(program.get());
            } catch (RuntimeException e) {
                return CompletableFuture.failedFuture(e);
            }
        };
    }

    /** The token in use, fetched if there is none yet or the last attempt failed. */
    CompletableFuture<String> current() {
        CompletableFuture<String> fetched;
        synchronized (this) {
            CompletableFuture<String> known = latest;
            if (known != null && !known.isCompletedExceptionally()) {
                return known;
            }
            fetched = new CompletableFuture<>();
            latest = fetched;
        }
        fetch(fetched);
        return fetched;
    }

    /** Another one than the token that was refused. */
    CompletableFuture<String> replace(String refused) {
        synchronized (this) {
            CompletableFuture<String> known = latest;
            if (known != null && known.isDone() && !known.isCompletedExceptionally()) {
                if (known.resultNow().equals(refused)) {
                    latest = null;
                }
            }
        }
        return current();
    }

    /** One that is as good as new, for a stream, whose server looks at it only once. */
    CompletableFuture<String> fresh() {
        synchronized (this) {
            CompletableFuture<String> known = latest;
            if (known != null && known.isDone()) {
                latest = null;
            }
        }
        return current();
    }

    private void fetch(CompletableFuture<String> into) {
        var _ =
                source.fetch()
                        .whenComplete((token, failure) -> {
                            if (failure == null) {
                                into.complete(token);
                            } else {
                                into.completeExceptionally(
                                        failure instanceof CompletionException wrapped
                                                        && wrapped.getCause() != null
                                                ? wrapped.getCause()
                                                : failure);
                            }
                        });
    }
}
