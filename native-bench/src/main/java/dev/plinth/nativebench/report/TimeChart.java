package dev.plinth.nativebench.report;

import dev.plinth.nativebench.measure.Cell;
import java.util.ArrayList;
import java.util.List;

/** Medians of the slices over time as lines, the slowest write of each slice as a dot. */
final class TimeChart {
    private static final int TOP = 14;
    private static final int BOTTOM = 200;
    private static final int AXIS = 26;

    /** Where the curves begin, in per cent: right of the labels, on a phone too. */
    private static final double LEFT = 13;

    /** More points than a phone has pixels are drawn together. */
    private static final int POINTS_MAX = 160;

    private TimeChart() {}

    static String draw(List<Cell> cells) {
        long low = Long.MAX_VALUE;
        long high = 0;
        long start = Long.MAX_VALUE;
        long end = 0;
        for (Cell cell : cells) {
            for (Cell.Point point : cell.points()) {
                low = Math.min(low, point.medianNanos());
                high = Math.max(high, point.maxNanos());
                start = Math.min(start, point.atNanos());
                end = Math.max(end, point.atNanos());
            }
        }
        if (high == 0) {
            return "";
        }
        LogScale scale = LogScale.around(low - low / 10, high);
        Svg svg = new Svg(BOTTOM + AXIS, "Latency over time");
        Axis.horizontal(svg, scale, TOP, BOTTOM);
        svg.letters(LogScale.percent(LEFT), BOTTOM + 18, "start", "tick", "0 s");
        svg.letters("100%", BOTTOM + 18, "end", "tick", Units.number((end - start) / 1e9) + " s");
        for (Cell cell : cells) {
            draw(svg, scale, merged(cell.points()), start, Math.max(1, end - start), cell);
        }
        return svg.toString();
    }

    private static void draw(
            Svg svg, LogScale scale, List<Cell.Point> points, long start, long span, Cell cell) {
        String style = PathStyle.of(cell.path());
        String previousX = "";
        double previousY = 0;
        for (Cell.Point point : points) {
            String x = LogScale.percent(LEFT + (99.5 - LEFT) * (point.atNanos() - start) / span);
            double y = height(scale, point.medianNanos());
            svg.dot(x, height(scale, point.maxNanos()), 1.8, "soft fill-" + style);
            if (!previousX.isEmpty()) {
                svg.line(previousX, previousY, x, y, "curve stroke-" + style);
            }
            previousX = x;
            previousY = y;
        }
    }

    private static double height(LogScale scale, long nanos) {
        return BOTTOM - (BOTTOM - TOP) * scale.share(nanos);
    }

    /** Neighbouring points as one: the mean of the medians, the greatest of the maxima. */
    private static List<Cell.Point> merged(List<Cell.Point> points) {
        int group = (points.size() + POINTS_MAX - 1) / POINTS_MAX;
        List<Cell.Point> merged = new ArrayList<>();
        for (int from = 0; from < points.size(); from += group) {
            List<Cell.Point> some = points.subList(from, Math.min(points.size(), from + group));
            long medians = 0;
            long max = 0;
            for (Cell.Point point : some) {
                medians += point.medianNanos();
                max = Math.max(max, point.maxNanos());
            }
            merged.add(new Cell.Point(some.getFirst().atNanos(), medians / some.size(), max));
        }
        return merged;
    }
}
