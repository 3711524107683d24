package dev.plinth.nativebench.report;

import dev.plinth.nativebench.measure.Cell;
import java.util.Optional;
import org.HdrHistogram.HistogramIterationValue;

/**
 * How often a write took how long: columns over a logarithmic axis, their height the share of all
 * writes; the same beside a second writer drawn as a line over it.
 */
final class HistogramChart {
    private static final int TOP = 18;
    private static final int BOTTOM = 132;
    private static final int AXIS = 26;
    private static final int COLUMNS = 64;

    private HistogramChart() {}

    static String draw(Cell alone, Optional<Cell> beside, LogScale scale) {
        double[] shares = shares(alone, scale);
        double[] besideShares = beside.map(b -> shares(b, scale)).orElse(new double[COLUMNS]);
        double highest = 0;
        for (int i = 0; i < COLUMNS; i++) {
            highest = Math.max(highest, Math.max(shares[i], besideShares[i]));
        }
        String style = PathStyle.of(alone.path());
        Svg svg =
                new Svg(
                        BOTTOM + AXIS,
                        "Latencies of " + alone.path().label() + ", " + alone.load().title());
        Axis.vertical(svg, scale, TOP, BOTTOM);
        double width = 98.0 / COLUMNS;
        for (int i = 0; i < COLUMNS; i++) {
            if (shares[i] > 0) {
                double height = Math.max(1, (BOTTOM - TOP) * shares[i] / highest);
                svg.rectangle(
                        LogScale.percent(1 + i * width),
                        BOTTOM - height,
                        LogScale.percent(width * 0.94),
                        height,
                        "fill-" + style);
            }
        }
        if (beside.isPresent()) {
            outline(svg, besideShares, highest);
        }
        marker(svg, scale, alone, 50, "p50", "end");
        marker(svg, scale, alone, 99, "p99", "start");
        return svg.toString();
    }

    private static void outline(Svg svg, double[] shares, double highest) {
        double width = 98.0 / COLUMNS;
        double previous = BOTTOM;
        for (int i = 0; i < COLUMNS; i++) {
            double y = BOTTOM - (BOTTOM - TOP) * shares[i] / highest;
            String left = LogScale.percent(1 + i * width);
            if (previous != y) {
                svg.line(left, previous, left, y, "outline");
            }
            if (y < BOTTOM) {
                svg.line(left, y, LogScale.percent(1 + (i + 1) * width), y, "outline");
            }
            previous = y;
        }
    }

    private static void marker(
            Svg svg, LogScale scale, Cell cell, double percent, String name, String anchor) {
        String x = scale.percent(cell.percentile(percent), 1, 99);
        svg.line(x, TOP - 4, x, BOTTOM, "marker");
        double share = scale.share(cell.percentile(percent));
        String fitting = share > 0.9 ? "end" : share < 0.1 ? "start" : anchor;
        svg.letters(x, TOP - 7, fitting, "tick", name);
    }

    private static double[] shares(Cell cell, LogScale scale) {
        double[] shares = new double[COLUMNS];
        for (HistogramIterationValue value : cell.latency().recordedValues()) {
            int column = (int) (scale.share(value.getValueIteratedTo()) * COLUMNS);
            shares[Math.min(COLUMNS - 1, column)] +=
                    (double) value.getCountAtValueIteratedTo() / cell.count();
        }
        return shares;
    }
}
