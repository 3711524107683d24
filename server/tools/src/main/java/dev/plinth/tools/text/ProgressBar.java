package dev.plinth.tools.text;

/**
 * How far long work has come: drawn on the error stream while somebody watches, at most ten times a
 * second, and wiped out at the end. Where nobody does, nothing is written. One thread.
 */
public final class ProgressBar implements AutoCloseable {
    private static final long REDRAW_NANOS = 100_000_000;
    private static final int CELLS = 30;
    private static final double MIB = 1 << 20;

    private final Console console;
    private final String title;
    private final boolean isDrawn;
    private final long startNanos;
    private long drawnNanos;

    /** A bar that stands at nothing. */
    public ProgressBar(Console console, String title) {
        this.console = console;
        this.title = title;
        this.isDrawn = console.isErrorTerminal();
        this.startNanos = System.nanoTime();
        this.drawnNanos = startNanos - REDRAW_NANOS;
    }

    /** Work has come so far; bytes. */
    public void update(long done, long total) {
        long now = System.nanoTime();
        if (!isDrawn || now - drawnNanos < REDRAW_NANOS) {
            return;
        }
        drawnNanos = now;
        double seconds = Math.max(1e-3, (now - startNanos) / 1e9);
        double rate = done / seconds;
        int percent = total == 0 ? 100 : (int) (100.0 * done / total);
        int filled = CELLS * Math.min(100, percent) / 100;
        long left = rate == 0 ? 0 : (long) Math.ceil((total - done) / rate);
        console.errorText(
                "\r%s [%s%s] %3d%% %.1f MiB/s, %d s left \u001B[K"
                        .formatted(
                                title,
                                "=".repeat(filled),
                                " ".repeat(CELLS - filled),
                                percent,
                                rate / MIB,
                                left));
    }

    @Override
    public void close() {
        if (isDrawn && drawnNanos > startNanos) {
            console.errorText("\r\u001B[K");
        }
    }
}
