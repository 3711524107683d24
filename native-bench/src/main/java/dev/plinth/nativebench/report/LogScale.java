package dev.plinth.nativebench.report;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * A logarithmic axis for times, as shares of its length. Charts are drawn in per cent across and in
 * pixels down, so that they fill a phone and a desktop alike without their letters being scaled.
 */
record LogScale(long lowNanos, long highNanos) {
    /** An axis that takes in all of the values, ending at 1, 2 or 5 times a power of ten. */
    static LogScale around(long lowNanos, long highNanos) {
        long low = Math.max(1, lowNanos);
        long high = Math.max(low * 2, highNanos);
        return new LogScale(roundDown(low), roundUp(high));
    }

    private static long roundDown(long value) {
        long power = powerBelow(value);
        return value >= 5 * power ? 5 * power : value >= 2 * power ? 2 * power : power;
    }

    private static long roundUp(long value) {
        long power = powerBelow(value);
        for (long step : new long[] {1, 2, 5}) {
            if (value <= step * power) {
                return step * power;
            }
        }
        return 10 * power;
    }

    /** The greatest power of ten that is not above a value. */
    private static long powerBelow(long value) {
        long power = 1;
        while (power <= value / 10) {
            power *= 10;
        }
        return power;
    }

    /** 0 at the low end, 1 at the high one, nothing beyond. */
    double share(long nanos) {
        double share =
                Math.log((double) Math.max(nanos, lowNanos) / lowNanos)
                        / Math.log((double) highNanos / lowNanos);
        return Math.min(1, share);
    }

    /** The place of a value between two borders in per cent. */
    String percent(long nanos, double from, double to) {
        return percent(from + (to - from) * share(nanos));
    }

    static String percent(double value) {
        return String.format(Locale.ROOT, "%.2f%%", value);
    }

    /** Powers of ten on the axis; with 1, 2 and 5 of each where there are few. */
    List<Long> ticks() {
        boolean fine = highNanos / lowNanos <= 150;
        List<Long> ticks = new ArrayList<>();
        for (long power = 1; power <= highNanos; power *= 10) {
            for (long step : fine ? new long[] {1, 2, 5} : new long[] {1}) {
                long tick = power * step;
                if (tick >= lowNanos && tick <= highNanos) {
                    ticks.add(tick);
                }
            }
        }
        return ticks;
    }

    /** A tick's label: no decimals. */
    static String label(long nanos) {
        if (nanos >= 1_000_000_000) {
            return nanos / 1_000_000_000 + " s";
        }
        if (nanos >= 1_000_000) {
            return nanos / 1_000_000 + " ms";
        }
        return nanos >= 1_000 ? nanos / 1_000 + " µs" : nanos + " ns";
    }
}
