package dev.plinth.server.bolt;

import dev.plinth.walio.io.Clock;
import java.io.PrintStream;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;

/** Says every second how far a benchmark is; a thread of its own until it is closed. */
final class BenchProgress implements AutoCloseable {
    private static final long NANOS_PER_SECOND = 1_000_000_000L;

    private final CountDownLatch finished = new CountDownLatch(1);
    private final Thread thread;

    BenchProgress(PrintStream err, Clock clock, LongAdder completed) {
        thread =
                Thread.ofPlatform()
                        .daemon()
                        .name("bench-progress")
                        .start(() -> tell(err, clock, completed));
    }

    private void tell(PrintStream err, Clock clock, LongAdder completed) {
        long lastCompleted = 0;
        long lastNanos = clock.monotonicNanos();
        try {
            while (!finished.await(1, TimeUnit.SECONDS)) {
                long now = clock.monotonicNanos();
                long sum = completed.sum();
                long rate =
                        (long)
                                ((double) (sum - lastCompleted)
                                        * NANOS_PER_SECOND
                                        / Math.max(1, now - lastNanos));
                err.println("Completed " + sum + " requests, " + rate + "/s ");
                lastCompleted = sum;
                lastNanos = now;
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Override
    public void close() {
        finished.countDown();
        try {
            thread.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
