package dev.plinth.nativebench.report;

import dev.plinth.nativebench.measure.BenchResult;
import dev.plinth.nativebench.measure.Cell;
import dev.plinth.nativebench.measure.Load;
import java.util.Locale;

/** A measurement for the terminal. */
public final class BenchText {
    static final double[] PERCENTILES = {50, 99, 99.9, 99.99};

    private BenchText() {}

    /** One table a load, then the verdict. */
    public static String of(BenchResult result, Verdict verdict) {
        StringBuilder text = new StringBuilder();
        for (Load load : result.loads()) {
            table(result, load, text);
        }
        text.append("Zero fill: %.0f MB/s%n%n".formatted(result.zeroFillBytesPerSecond() / 1e6));
        text.append("Verdict: ")
                .append(verdict.grade().name().toLowerCase(Locale.ROOT))
                .append(System.lineSeparator())
                .append("  ")
                .append(verdict.reason())
                .append(System.lineSeparator());
        for (String hint : verdict.advice()) {
            text.append("  - ").append(hint).append(System.lineSeparator());
        }
        return text.toString();
    }

    private static void table(BenchResult result, Load load, StringBuilder text) {
        text.append(load.title()).append(System.lineSeparator());
        text.append(
                "  %-19s %9s %9s %9s %9s %9s %10s%n"
                        .formatted("path", "p50", "p99", "p99.9", "p99.99", "max", "writes"));
        for (Cell cell : result.cells(load)) {
            text.append("  %-19s".formatted(cell.path().label()));
            for (double percentile : PERCENTILES) {
                text.append(" %9s".formatted(percentile(cell, percentile)));
            }
            text.append(
                    " %9s %10s%n"
                            .formatted(
                                    Units.time(cell.latency().getMaxValue()),
                                    Units.rate(cell.perSecond())));
        }
        text.append(System.lineSeparator());
    }

    /** A percentile, or a dash where too few writes were measured for it. */
    static String percentile(Cell cell, double percentile) {
        return cell.supports(percentile) ? Units.time(cell.percentile(percentile)) : "–";
    }
}
