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
    private final double unit;
    private final String unitName;
    private final boolean isDrawn;
    private final long startNanos;
    private long drawnNanos;

    private ProgressBar(Console console, String title, double unit, String unitName) {
        this.console = console;
        this.title = title;
        this.unit = unit;
        this.unitName = unitName;
        this.isDrawn = console.isErrorTerminal();
        this.startNanos = System.nanoTime();
        this.drawnNanos = startNanos - REDRAW_NANOS;
    }

    /** A bar for work that is measured in bytes; it stands at nothing. */
    public static ProgressBar ofBytes(Console console, String title) {
        return new ProgressBar(console, title, MIB, "MiB/s");
    }

    /** A bar for work that is counted; it stands at nothing. */
    public static ProgressBar counting(Console console, String title) {
        return new ProgressBar(console, title, 1, "/s");
    }

    /** Work has come so far. */
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
                "\r%s [%s%s] %3d%% %.1f %s, %d s left \u001B[K"
                        .formatted(
                                title,
                                "=".repeat(filled),
                                " ".repeat(CELLS - filled),
                                percent,
                                rate / unit,
                                unitName,
                                left));
    }

    @Override
    public void close() {
        if (isDrawn && drawnNanos > startNanos) {
            console.errorText("\r\u001B[K");
        }
    }
}
