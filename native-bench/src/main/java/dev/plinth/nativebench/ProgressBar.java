package dev.plinth.nativebench;

import dev.plinth.nativebench.measure.Bench;
import dev.plinth.walio.io.Clock;
import java.io.PrintWriter;
import java.util.Locale;

/**
 * Tells how far a long piece of work is: on a terminal a bar that is redrawn ten times a second at
 * most, elsewhere a line every ten seconds, or nothing at all. Used by one thread.
 */
final class ProgressBar implements Bench.Listener, AutoCloseable {
    private static final int CELLS = 30;
    private static final long REDRAW_NANOS = 100_000_000;
    private static final long LINE_NANOS = 10_000_000_000L;
    private static final String ERASE_LINE = "\r\u001b[K";

    /** How to tell. */
    enum Style {
        BAR,
        LINES,
        SILENT
    }

    private final PrintWriter out;
    private final Clock clock;
    private final Style style;
    private final long startNanos;
    private long nextNanos;
    private boolean drawn;

    ProgressBar(PrintWriter out, Clock clock, Style style) {
        this.out = out;
        this.clock = clock;
        this.style = style;
        this.startNanos = clock.monotonicNanos();
        this.nextNanos = startNanos;
    }

    @Override
    public void progress(double doneShare, String what) {
        long now = clock.monotonicNanos();
        if (style == Style.SILENT || now < nextNanos) {
            return;
        }
        nextNanos = now + (style == Style.BAR ? REDRAW_NANOS : LINE_NANOS);
        String figures =
                String.format(
                        Locale.ROOT,
                        "%3.0f%%  %s  %s",
                        doneShare * 100,
                        remaining(doneShare, now - startNanos),
                        what);
        if (style == Style.BAR) {
            int full = (int) Math.round(doneShare * CELLS);
            out.print(ERASE_LINE + "█".repeat(full) + "░".repeat(CELLS - full) + " " + figures);
            drawn = true;
        } else {
            out.println(figures.strip());
        }
        out.flush();
    }

    private static String remaining(double doneShare, long passedNanos) {
        if (doneShare < 0.01) {
            return "    -- left";
        }
        long seconds = Math.round(passedNanos / 1e9 * (1 - doneShare) / doneShare);
        return String.format(Locale.ROOT, "%2d:%02d left", seconds / 60, seconds % 60);
    }

    /** Takes the bar away. */
    @Override
    public void close() {
        if (drawn) {
            out.print(ERASE_LINE);
            out.flush();
        }
    }
}
