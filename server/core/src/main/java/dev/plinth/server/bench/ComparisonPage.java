package dev.plinth.server.bench;

import dev.plinth.server.bench.page.HtmlPage;
import dev.plinth.server.bench.page.LineChart;
import java.util.ArrayList;
import java.util.List;
import java.util.function.ToDoubleFunction;

/** Comparisons as a page: each with its table, and its rounds one by one. */
final class ComparisonPage {
    private static final int LINES_MAX = 4;

    private ComparisonPage() {}

    static String of(List<ComparisonTable<Round>> tables) {
        StringBuilder body =
                new StringBuilder(
                        "<p class=\"faint\">Median (lowest-highest) of the rounds, and its ratio to the"
                                + " first server's.</p>\n");
        for (ComparisonTable<Round> table : tables) {
            body.append("<section>\n<h2>").append(HtmlPage.escape(table.title())).append("</h2>\n");
            append(body, table);
            if (table.rounds().values().iterator().next().size() > 1) {
                body.append(chart("Calls per second, by round", table, Round::perSecond));
                body.append(chart("Latency p99 by round, ms", table, Round::p99Millis));
            }
            body.append("</section>\n");
        }
        return HtmlPage.of("Servers compared", body.toString());
    }

    private static void append(StringBuilder body, ComparisonTable<Round> table) {
        body.append("<div class=\"scroll\"><table>\n<tr><th></th>");
        table.rounds()
                .keySet()
                .forEach(name ->
                        body.append("<th class=\"n\" colspan=\"2\">")
                                .append(HtmlPage.escape(name))
                                .append("</th>"));
        body.append("</tr>\n");
        for (ComparisonTable.Figure<Round> figure : table.figures()) {
            body.append("<tr><td>").append(HtmlPage.escape(figure.name())).append("</td>");
            for (ComparisonTable.Cell cell : table.cells(figure)) {
                body.append("<td class=\"n\">")
                        .append(cell.median())
                        .append("</td><td>")
                        .append(cell.ratio().isEmpty() ? "" : "<b>" + cell.ratio() + "</b>")
                        .append("</td>");
            }
            body.append("</tr>\n");
        }
        body.append("</table></div>\n");
    }

    private static String chart(
            String title, ComparisonTable<Round> table, ToDoubleFunction<Round> figure) {
        List<LineChart.Line> lines = new ArrayList<>();
        List<LineChart.Mark> marks = new ArrayList<>();
        table.rounds()
                .forEach((name, rounds) -> {
                    List<LineChart.Point> points = new ArrayList<>();
                    for (int i = 0; i < rounds.size(); i++) {
                        points.add(
                                new LineChart.Point(i + 1.0, figure.applyAsDouble(rounds.get(i))));
                    }
                    lines.add(new LineChart.Line(name, points));
                });
        for (int i = 1; i <= lines.getFirst().points().size(); i++) {
            marks.add(new LineChart.Mark(i, String.valueOf(i)));
        }
        return new LineChart(title, LineChart.Scale.LINEAR, marks)
                .svg(lines.subList(0, Math.min(LINES_MAX, lines.size())));
    }
}
