package dev.plinth.server.bench.page;

import java.util.List;
import java.util.Locale;

/** A chart of a few lines, as SVG within a page of {@link HtmlPage}. */
public final class LineChart {
    private static final int WIDTH = 960;
    private static final int HEIGHT = 260;
    private static final int LEFT = 70;
    private static final int RIGHT = 20;
    private static final int TOP = 30;
    private static final int BOTTOM = 30;
    private static final int LINEAR_RULES = 4;
    private static final int KEY_LETTER_WIDTH = 7;

    /** How values become heights. */
    public enum Scale {
        /** From zero on. */
        LINEAR,
        /** By powers of ten; what is not above zero stands at the bottom. */
        LOGARITHMIC
    }

    /** A point of a line. */
    public record Point(double x, double y) {}

    /** A line and its name. */
    public record Line(String name, List<Point> points) {}

    /** A label below the chart. */
    public record Mark(double x, String label) {}

    private final String title;
    private final Scale scale;
    private final List<Mark> marks;

    /**
     * A chart.
     *
     * @param title plain text above it
     * @param marks labels of the places along it
     */
    public LineChart(String title, Scale scale, List<Mark> marks) {
        this.title = title;
        this.scale = scale;
        this.marks = List.copyOf(marks);
    }

    /** Bounds of what is drawn; heights on the scale. */
    private record Frame(double left, double right, double bottom, double top) {
        double across(double x) {
            double share = right == left ? 0 : (x - left) / (right - left);
            return LEFT + share * (WIDTH - LEFT - RIGHT);
        }

        double up(double height) {
            double share = top == bottom ? 0 : (height - bottom) / (top - bottom);
            return HEIGHT - BOTTOM - Math.clamp(share, 0, 1) * (HEIGHT - TOP - BOTTOM);
        }
    }

    /** The chart of at most four lines, of which one at least has a point. */
    public String svg(List<Line> lines) {
        Frame frame = frame(lines);
        StringBuilder svg = new StringBuilder("<h3>").append(HtmlPage.escape(title));
        svg.append(
                "</h3>\n<svg viewBox=\"0 0 %d %d\" role=\"img\" aria-label=\"%s\">\n"
                        .formatted(WIDTH, HEIGHT, HtmlPage.escape(title)));
        rules(svg, frame);
        for (Mark mark : marks) {
            text(svg, frame.across(mark.x()), HEIGHT - 10, "middle", "", mark.label());
        }
        int keyAt = LEFT;
        for (int i = 0; i < lines.size(); i++) {
            Line line = lines.get(i);
            svg.append("<polyline class=\"line line").append(i).append("\" points=\"");
            for (Point point : line.points()) {
                svg.append(
                        String.format(
                                Locale.ROOT,
                                "%.1f,%.1f ",
                                frame.across(point.x()),
                                frame.up(height(point.y()))));
            }
            svg.append("\"/>\n");
            text(svg, keyAt, TOP - 12, "start", "key" + i, "— " + line.name());
            keyAt += (line.name().length() + 4) * KEY_LETTER_WIDTH;
        }
        return svg.append("</svg>\n").toString();
    }

    private double height(double value) {
        return scale == Scale.LINEAR ? value : Math.log10(Math.max(value, 1e-6));
    }

    private Frame frame(List<Line> lines) {
        double left = Double.MAX_VALUE;
        double right = -Double.MAX_VALUE;
        double bottom = Double.MAX_VALUE;
        double top = -Double.MAX_VALUE;
        for (Line line : lines) {
            for (Point point : line.points()) {
                left = Math.min(left, point.x());
                right = Math.max(right, point.x());
                bottom = Math.min(bottom, height(point.y()));
                top = Math.max(top, height(point.y()));
            }
        }
        return scale == Scale.LINEAR
                ? new Frame(left, right, 0, step(top) * LINEAR_RULES)
                : new Frame(
                        left,
                        right,
                        Math.floor(bottom),
                        Math.max(Math.ceil(top), Math.floor(bottom) + 1));
    }

    /** A round distance between rules, of which a few reach the highest value. */
    private static double step(double top) {
        double least = Math.max(top, 1e-9) / LINEAR_RULES;
        double decade = Math.pow(10, Math.floor(Math.log10(least)));
        for (double factor : new double[] {1, 1.5, 2, 2.5, 3, 4, 5, 7.5}) {
            if (decade * factor >= least) {
                return decade * factor;
            }
        }
        return decade * 10;
    }

    private void rules(StringBuilder svg, Frame frame) {
        double distance = scale == Scale.LINEAR ? (frame.top() - frame.bottom()) / LINEAR_RULES : 1;
        for (double at = frame.bottom(); at <= frame.top() + distance / 2; at += distance) {
            double y = frame.up(at);
            svg.append(
                    String.format(
                            Locale.ROOT,
                            "<line class=\"rule\" x1=\"%d\" x2=\"%d\" y1=\"%.1f\" y2=\"%.1f\"/>%n",
                            LEFT,
                            WIDTH - RIGHT,
                            y,
                            y));
            double value = scale == Scale.LINEAR ? at : Math.pow(10, at);
            text(svg, LEFT - 8, y + 4, "end", "", label(value));
        }
    }

    private static String label(double value) {
        if (value >= 1000 || value == 0) {
            return String.format(Locale.ROOT, "%,.0f", value);
        }
        return String.format(Locale.ROOT, "%.4f", value).replaceAll("\\.?0+$", "");
    }

    private static void text(
            StringBuilder svg, double x, double y, String anchor, String style, String content) {
        svg.append(
                String.format(
                        Locale.ROOT,
                        "<text class=\"%s\" x=\"%.1f\" y=\"%.1f\" text-anchor=\"%s\">%s</text>%n",
                        style,
                        x,
                        y,
                        anchor,
                        HtmlPage.escape(content)));
    }
}
