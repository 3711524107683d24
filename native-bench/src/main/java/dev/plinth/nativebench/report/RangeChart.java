package dev.plinth.nativebench.report;

import dev.plinth.nativebench.measure.Cell;
import java.util.List;

/**
 * All paths of one load below each other: a bar from the median to the 99th percentile, a thin line
 * on to the 99.9th, a dot at the median.
 */
final class RangeChart {
    private static final int ROW = 46;
    private static final int AXIS = 26;

    private RangeChart() {}

    /** An axis for all of these, so that two charts can be compared. */
    static LogScale scale(List<Cell> cells) {
        long low = Long.MAX_VALUE;
        long high = 0;
        for (Cell cell : cells) {
            low = Math.min(low, cell.percentile(50));
            high = Math.max(high, cell.percentile(99.9));
        }
        return LogScale.around(low - low / 10, high);
    }

    static String draw(String title, List<Cell> cells, LogScale scale) {
        int bottom = cells.size() * ROW + 4;
        Svg svg = new Svg(bottom + AXIS, title);
        Axis.vertical(svg, scale, 0, bottom);
        int y = 0;
        for (Cell cell : cells) {
            row(svg, scale, cell, y);
            y += ROW;
        }
        return svg.toString();
    }

    private static void row(Svg svg, LogScale scale, Cell cell, int y) {
        String style = PathStyle.of(cell.path());
        String p50 = scale.percent(cell.percentile(50), 1, 99);
        String p99 = scale.percent(cell.percentile(99), 1, 99);
        double width = 98 * (scale.share(cell.percentile(99)) - scale.share(cell.percentile(50)));
        double bar = y + 30;
        svg.letters("0", y + 18, "start", "name", cell.path().label());
        svg.letters(
                "100%",
                y + 18,
                "end",
                "figure",
                Units.time(cell.percentile(50)) + " · " + Units.time(cell.percentile(99)));
        svg.line(
                p99, bar, scale.percent(cell.percentile(99.9), 1, 99), bar, "thin stroke-" + style);
        svg.rectangle(p50, bar - 4, LogScale.percent(width), 8, "soft fill-" + style);
        svg.line(p99, bar - 6, p99, bar + 6, "mark stroke-" + style);
        svg.dot(p50, bar, 5, "fill-" + style);
    }
}
