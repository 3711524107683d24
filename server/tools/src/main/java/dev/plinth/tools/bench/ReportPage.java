package dev.plinth.tools.bench;

import dev.plinth.server.bench.page.HtmlPage;
import dev.plinth.server.bench.page.LineChart;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * The report as a page that needs nothing else: figures, the curve of the percentiles, and what
 * happened in each second. Light or dark, as the reader's system is.
 */
final class ReportPage {
    private static final double MILLI = 1e6;
    private static final double[] TILE_PERCENTS = {50, 99, 99.9};
    private static final int DECADE_STEPS = 24;
    private static final double NINES_MAX = 5;

    private final String command;
    private final List<Section> sections;

    ReportPage(String command, List<Section> sections) {
        this.command = command;
        this.sections = sections;
    }

    String html() {
        StringBuilder body = new StringBuilder();
        for (Section section : sections) {
            append(body, section);
        }
        return HtmlPage.of(command, body.toString());
    }

    private static void append(StringBuilder body, Section section) {
        Latencies latencies = section.latencies();
        body.append("<section>\n<h2>").append(HtmlPage.escape(section.name())).append("</h2>\n");
        body.append("<div class=\"tiles\">\n");
        tile(body, "calls per second", "%,.0f", section.perSecond());
        tile(body, "calls", "%,.0f", (double) latencies.count());
        for (double percent : TILE_PERCENTS) {
            String label = "p" + ReportText.shortest(percent) + ", ms";
            tile(body, label, "%.3f", latencies.nanosAt(percent) / MILLI);
        }
        tile(body, "slowest, ms", "%.3f", latencies.slowestNanos() / MILLI);
        body.append("</div>\n");
        if (latencies.count() > 0) {
            body.append(percentiles(latencies));
            body.append(seconds(latencies.seconds().all()));
        }
        errors(body, latencies.errors());
        body.append("</section>\n");
    }

    private static void tile(StringBuilder body, String label, String format, double value) {
        body.append("<div class=\"tile\"><b>")
                .append(String.format(Locale.ROOT, format, value))
                .append("</b>")
                .append(label)
                .append("</div>\n");
    }

    /** Latency over how many calls are slower, both in powers of ten. */
    private static String percentiles(Latencies latencies) {
        List<LineChart.Point> points = new ArrayList<>();
        double nines = Math.min(NINES_MAX, Math.max(1, Math.log10((double) latencies.count())));
        int steps = (int) (nines * DECADE_STEPS);
        for (int i = 0; i <= steps; i++) {
            double x = (double) i / DECADE_STEPS;
            double percent = Math.max(1e-6, 100 * (1 - Math.pow(10, -x)));
            points.add(new LineChart.Point(x, latencies.nanosAt(percent) / MILLI));
        }
        List<LineChart.Mark> marks = new ArrayList<>();
        marks.add(new LineChart.Mark(0, "0%"));
        String[] names = {"90%", "99%", "99.9%", "99.99%", "99.999%"};
        for (int i = 0; i < nines - 1e-9 && i < names.length; i++) {
            marks.add(new LineChart.Mark(i + 1, names[i]));
        }
        return new LineChart("Latency by percentile, ms", LineChart.Scale.LOGARITHMIC, marks)
                .svg(List.of(new LineChart.Line("this share of calls was faster", points)));
    }

    private static String seconds(SecondSeries.Second[] seconds) {
        if (seconds.length < 2) {
            return "";
        }
        List<LineChart.Point> rate = new ArrayList<>();
        List<LineChart.Point> mean = new ArrayList<>();
        List<LineChart.Point> longest = new ArrayList<>();
        for (int i = 0; i < seconds.length; i++) {
            SecondSeries.Second second = seconds[i];
            rate.add(new LineChart.Point(i, (double) second.count()));
            mean.add(new LineChart.Point(i, second.mean() / MILLI));
            longest.add(new LineChart.Point(i, second.longest() / MILLI));
        }
        List<LineChart.Mark> marks = new ArrayList<>();
        int step = Math.max(1, (seconds.length + 7) / 8);
        for (int i = 0; i < seconds.length; i += step) {
            marks.add(new LineChart.Mark(i, i + " s"));
        }
        return new LineChart("Calls begun in each second", LineChart.Scale.LINEAR, marks)
                        .svg(List.of(new LineChart.Line("calls", rate)))
                + new LineChart(
                                "Latency of the calls begun in each second, ms",
                                LineChart.Scale.LINEAR,
                                marks)
                        .svg(
                                List.of(
                                        new LineChart.Line("mean", mean),
                                        new LineChart.Line("slowest", longest)));
    }

    private static void errors(StringBuilder body, Map<String, Integer> errors) {
        if (errors.isEmpty()) {
            return;
        }
        body.append("<h3>Errors</h3>\n<table>\n<tr><th>error</th><th>calls</th></tr>\n");
        errors.forEach((error, count) ->
                body.append("<tr><td>")
                        .append(HtmlPage.escape(error))
                        .append("</td><td class=\"n\">")
                        .append(count)
                        .append("</td></tr>\n"));
        body.append("</table>\n");
    }
}
