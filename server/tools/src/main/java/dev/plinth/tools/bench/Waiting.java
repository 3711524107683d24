package dev.plinth.tools.bench;

import dev.plinth.tools.text.Console;
import dev.plinth.tools.text.ProgressBar;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;

/** Waits for a run, with a bar on a terminal that shows how far it has come. */
final class Waiting {
    private static final long REDRAW_MILLIS = 100;

    private final Console console;

    Waiting(Console console) {
        this.console = console;
    }

    /** Returns when the latch is at zero. */
    void await(CountDownLatch latch, LongSupplier done, long total) throws InterruptedException {
        if (!console.isErrorTerminal()) {
            latch.await();
            return;
        }
        try (ProgressBar bar = ProgressBar.counting(console, "bench")) {
            while (!latch.await(REDRAW_MILLIS, TimeUnit.MILLISECONDS)) {
                bar.update(done.getAsLong(), total);
            }
        }
    }
}
