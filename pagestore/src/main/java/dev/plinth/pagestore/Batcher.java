package dev.plinth.pagestore;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Collects changes of many threads into one write transaction: the sync of a commit is shared. The
 * first call of a batch waits for others until enough are in or some time has gone, and then runs
 * all of them in the order of their arrival.
 *
 * <p>When a change throws, the whole transaction is rolled back, that change is left out and run
 * alone, so that its caller gets its own error, and the others are run again. So a change may run
 * several times and must have no effect but on the transaction. An error of the commit goes to all
 * callers. Any thread.
 */
public final class Batcher {
    private final Database database;
    private final int callsMax;
    private final long delayNanosMax;
    private @Nullable Batch open;

    private static final class Batch {
        final List<Call> calls = new ArrayList<>();
        final CompletableFuture<Boolean> full = new CompletableFuture<>();
    }

    private record Call(Consumer<WriteTransaction> change, CompletableFuture<Outcome> outcome) {}

    /** How a call ended within its batch. */
    private enum Outcome {
        COMMITTED,
        RUN_ALONE
    }

    /**
     * Batches of at most {@code callsMax} calls.
     *
     * @param callsMax 0 or less: each call has a transaction of its own
     * @param delayNanosMax longest time that the first call waits for others
     */
    public Batcher(Database database, int callsMax, long delayNanosMax) {
        this.database = database;
        this.callsMax = callsMax;
        this.delayNanosMax = delayNanosMax;
    }

    /** The reference's defaults: 1000 calls, 10 ms. */
    public static Batcher withDefaults(Database database) {
        return new Batcher(database, 1000, TimeUnit.MILLISECONDS.toNanos(10));
    }

    /** Makes a change together with those of other threads; returns when it is committed. */
    public void update(Consumer<WriteTransaction> change) {
        if (callsMax <= 0) {
            database.update(change);
            return;
        }
        Call call = new Call(change, new CompletableFuture<>());
        Batch batch;
        boolean first;
        synchronized (this) {
            Batch current = open;
            first = current == null;
            batch = current == null ? new Batch() : current;
            batch.calls.add(call);
            boolean isFull = batch.calls.size() >= callsMax;
            open = isFull ? null : batch;
            if (isFull) {
                batch.full.complete(true);
            }
        }
        if (first) {
            batch.full.completeOnTimeout(false, delayNanosMax, TimeUnit.NANOSECONDS).join();
            run(close(batch));
        }
        if (await(call) == Outcome.RUN_ALONE) {
            database.update(change);
        }
    }

    private synchronized List<Call> close(Batch batch) {
        if (open == batch) {
            open = null;
        }
        return batch.calls;
    }

    private static Outcome await(Call call) {
        try {
            return call.outcome.join();
        } catch (CompletionException e) {
            if (e.getCause() instanceof RuntimeException cause) {
                throw cause;
            }
            throw e;
        }
    }

    private void run(List<Call> calls) {
        List<Call> left = new ArrayList<>(calls);
        while (!left.isEmpty()) {
            int[] running = {0};
            try {
                database.update(transaction -> {
                    for (Call call : left) {
                        call.change.accept(transaction);
                        running[0]++;
                    }
                });
            } catch (RuntimeException | Error e) {
                if (running[0] == left.size()) {
                    left.forEach(call -> call.outcome.completeExceptionally(e));
                    return;
                }
                left.remove(running[0]).outcome.complete(Outcome.RUN_ALONE);
                continue;
            }
            left.forEach(call -> call.outcome.complete(Outcome.COMMITTED));
            return;
        }
    }
}
