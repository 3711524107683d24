package dev.plinth.nativebench.report;

import dev.plinth.nativebench.measure.BenchResult;
import dev.plinth.nativebench.measure.Cell;
import dev.plinth.nativebench.measure.Interference;
import dev.plinth.nativebench.measure.Load;
import dev.plinth.nativebench.measure.WritePath;
import dev.plinth.walio.check.Finding;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Optional;

/**
 * A measurement as one HTML file: no scripts, nothing from elsewhere, light or dark as the reader's
 * device is set. The order is that of a reader's questions: is the disk good, how do the ways to
 * write compare, how far do single writes stray, when; all figures; what lies below; how to read
 * it.
 */
public final class HtmlReport {
    private final BenchResult result;
    private final Verdict verdict;
    private final Load base;
    private final StringBuilder page = new StringBuilder(1 << 16);

    private HtmlReport(BenchResult result, Verdict verdict) {
        this.result = result;
        this.verdict = verdict;
        this.base = result.baseLoad();
    }

    /** The whole file. */
    public static String of(BenchResult result, Verdict verdict) {
        HtmlReport report = new HtmlReport(result, verdict);
        report.head();
        report.verdict();
        report.paths();
        report.histograms();
        report.overTime();
        report.matrix();
        report.storage();
        report.howToRead();
        return report.page.append("</body></html>\n").toString();
    }

    private void head() {
        page.append("<!DOCTYPE html>\n<html lang=\"en\"><head><meta charset=\"utf-8\"/>")
                .append("<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\"/>")
                .append("<title>Disk bench: ")
                .append(escape(result.storage().facts().path().toString()))
                .append("</title><style>\n")
                .append(styleSheet())
                .append("</style></head><body>\n<h1>Durable writes in ")
                .append(escape(result.storage().facts().path().toString()))
                .append("</h1>\n<p class=\"quiet\">")
                .append(
                        Instant.ofEpochMilli(result.startedWallMillis())
                                .truncatedTo(ChronoUnit.SECONDS))
                .append(" · ")
                .append(result.options().seconds())
                .append(" s · ")
                .append(escape(result.machine()))
                .append("</p>\n");
    }

    private static String styleSheet() {
        try (InputStream in = HtmlReport.class.getResourceAsStream("report.css")) {
            return new String(
                    Objects.requireNonNull(in, "report.css").readAllBytes(),
                    StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static String escape(String plain) {
        return Svg.escape(plain);
    }

    private void verdict() {
        page.append("<section class=\"sheet verdict ")
                .append(colour(verdict.grade()))
                .append("\"><strong>")
                .append(word(verdict.grade()))
                .append("</strong><p>")
                .append(escape(verdict.reason()))
                .append("</p>");
        verdict.judged().ifPresent(this::keyFigures);
        if (!verdict.advice().isEmpty()) {
            page.append("<ul>");
            verdict.advice().forEach(a -> page.append("<li>").append(escape(a)).append("</li>"));
            page.append("</ul>");
        }
        page.append("<details><summary>The grades</summary><div class=\"scroll\"><table><tr>")
                .append("<th>grade</th><th>p50</th><th>p99</th><th>p99 beside a writer</th>")
                .append("<th class=\"wide\">use</th></tr>");
        for (Grade grade : Grade.values()) {
            gradeRow(grade);
        }
        page.append("</table></div></details></section>\n");
    }

    private void keyFigures(Cell cell) {
        page.append("<div class=\"keys\">");
        key(Units.time(cell.percentile(50)), "median of " + cell.load().title());
        key(Units.time(cell.percentile(99)), "99th percentile");
        beside(cell).ifPresent(b -> key(Units.time(b.percentile(99)), "99th, beside a database"));
        key(Units.rate(cell.perSecond()), "durable writes");
        page.append("</div>");
    }

    private void key(String figure, String what) {
        page.append("<div><b>")
                .append(escape(figure))
                .append("</b><span>")
                .append(escape(what))
                .append("</span></div>");
    }

    private void gradeRow(Grade grade) {
        page.append("<tr")
                .append(grade == verdict.grade() ? " class=\"here\"" : "")
                .append("><td>")
                .append(word(grade))
                .append("</td>");
        if (!grade.hasBounds() || grade == Grade.UNUSABLE) {
            page.append("<td>–</td><td>–</td><td>–</td>");
        } else {
            bound(grade.medianMicrosMax());
            bound(grade.p99MicrosMax());
            bound(grade.p99BesideWriterMicrosMax());
        }
        page.append("<td class=\"wide\">").append(escape(grade.use())).append("</td></tr>");
    }

    private void bound(long micros) {
        page.append("<td>&lt; ").append(LogScale.label(micros * 1000)).append("</td>");
    }

    private static String word(Grade grade) {
        String name = grade.name();
        return name.charAt(0) + name.substring(1).toLowerCase(Locale.ROOT);
    }

    private static String colour(Grade grade) {
        return switch (grade) {
            case EXCELLENT, GOOD -> "good";
            case ACCEPTABLE -> "middling";
            case SLOW, UNUSABLE, SUSPICIOUS, UNSAFE -> "bad";
        };
    }

    private Optional<Cell> beside(Cell cell) {
        Load load = cell.load();
        return result.cell(
                cell.path(), new Load(load.sizeBytes(), load.depth(), Interference.DATABASE));
    }

    private List<Cell> measured(Load load) {
        return result.cells(load).stream().filter(cell -> cell.count() > 0).toList();
    }

    private void paths() {
        Load loaded = new Load(base.sizeBytes(), base.depth(), Interference.DATABASE);
        boolean both = base.interference() == Interference.NONE && !measured(loaded).isEmpty();
        List<Cell> shown = new ArrayList<>(measured(base));
        if (both) {
            shown.addAll(measured(loaded));
        }
        LogScale scale = RangeChart.scale(shown);
        page.append("<h2>Ways to write, ")
                .append(escape(base.title()))
                .append(
                        "</h2><p class=\"quiet\">Dot: median. Bar: to the 99th percentile. Line: to"
                                + " the 99.9th. On the right: median · 99th.</p><div"
                                + " class=\"sheet\">")
                .append(RangeChart.draw("Ways to write, " + base.title(), measured(base), scale))
                .append("</div>");
        if (both) {
            page.append("<h3>The same beside a database writer</h3><p class=\"quiet\">")
                    .append(escape(Interference.DATABASE.text()))
                    .append("</p><div class=\"sheet\">")
                    .append(RangeChart.draw(loaded.title(), measured(loaded), scale))
                    .append("</div>");
        }
        page.append("<dl class=\"sheet\">");
        for (Cell cell : measured(base)) {
            page.append("<dt>")
                    .append(cell.path().label())
                    .append("</dt><dd>")
                    .append(escape(cell.path().method() + " – " + cell.path().role()))
                    .append("</dd>");
        }
        page.append("</dl>\n");
    }

    private void histograms() {
        long low = Long.MAX_VALUE;
        long high = 0;
        for (Cell cell : measured(base)) {
            low = Math.min(low, cell.percentile(0.1));
            high = Math.max(high, cell.percentile(99.9));
            high = Math.max(high, beside(cell).map(b -> b.percentile(99)).orElse(0L));
        }
        LogScale scale = LogScale.around(low, high);
        page.append("<h2>How long single writes take</h2><p class=\"quiet\">")
                .append(escape(base.title()))
                .append(". Columns: share of all writes. The last column holds all above.</p>")
                .append("<div class=\"legend\"><span><i class=\"fill-other\"></i>alone</span>")
                .append("<span><i class=\"fill-outline\"></i>beside a database writer</span>")
                .append("</div><div class=\"pair\">");
        for (Cell cell : measured(base)) {
            Optional<Cell> beside =
                    base.interference() == Interference.NONE ? beside(cell) : Optional.empty();
            page.append("<div class=\"sheet\"><h3>")
                    .append(cell.path().label())
                    .append("</h3><span class=\"quiet\">")
                    .append(escape(cell.path().role()))
                    .append("</span>")
                    .append(HistogramChart.draw(cell, beside, scale))
                    .append("</div>");
        }
        page.append("</div>\n");
    }

    private void overTime() {
        page.append("<h2>Over time</h2><p class=\"quiet\">Lines: median of a slice. Dots: its")
                .append(" slowest write.</p><div class=\"legend\"><span><i")
                .append(" class=\"fill-plinth\"></i>direct-dsync</span><span><i")
                .append(" class=\"fill-etcd\"></i>fallocate (etcd)</span></div>")
                .append("<div class=\"pair\">");
        for (Load load : result.loads()) {
            if (load.sizeBytes() != base.sizeBytes() || load.depth() != base.depth()) {
                continue;
            }
            List<Cell> cells =
                    measured(load).stream()
                            .filter(cell ->
                                    cell.path() == WritePath.DIRECT_DSYNC
                                            || cell.path() == WritePath.FALLOCATE)
                            .toList();
            if (!cells.isEmpty()) {
                page.append("<div class=\"sheet\"><h3>")
                        .append(escape(load.title()))
                        .append("</h3>")
                        .append(TimeChart.draw(cells))
                        .append("</div>");
            }
        }
        page.append("</div>\n");
    }

    private void matrix() {
        page.append("<h2>All figures</h2><p class=\"quiet\">A dash: too few writes for that")
                .append(" percentile.</p><div class=\"sheet\">");
        for (Load load : result.loads()) {
            page.append("<details")
                    .append(load.equals(base) ? " open=\"open\"" : "")
                    .append("><summary>")
                    .append(escape(load.title()))
                    .append("</summary><div class=\"scroll\"><table><tr><th>path</th><th>p50</th>")
                    .append("<th>p99</th><th>p99.9</th><th>p99.99</th><th>max</th><th>writes</th>")
                    .append("<th>measured</th></tr>");
            measured(load).forEach(this::row);
            page.append("</table></div></details>");
        }
        page.append("</div>\n");
    }

    private void row(Cell cell) {
        page.append("<tr class=\"")
                .append(PathStyle.of(cell.path()))
                .append("\"><td>")
                .append(cell.path().label())
                .append("</td>");
        for (double percentile : BenchText.PERCENTILES) {
            page.append("<td>").append(BenchText.percentile(cell, percentile)).append("</td>");
        }
        page.append("<td>")
                .append(Units.time(cell.latency().getMaxValue()))
                .append("</td><td>")
                .append(Units.rate(cell.perSecond()))
                .append("</td><td>")
                .append(String.format(Locale.ROOT, "%,d", cell.count()))
                .append("</td></tr>");
    }

    private void storage() {
        page.append("<h2>What lies below</h2><div class=\"sheet\"><dl>");
        StorageText.facts(result.storage())
                .forEach((name, value) ->
                        page.append("<dt>")
                                .append(escape(name.strip()))
                                .append("</dt><dd>")
                                .append(escape(value))
                                .append("</dd>"));
        page.append("<dt>direct alignment</dt><dd>")
                .append(alignment())
                .append("</dd><dt>zero fill</dt><dd>")
                .append(Math.round(result.zeroFillBytesPerSecond() / 1e6))
                .append(" MB/s</dd><dt>processors busy</dt><dd>")
                .append(Math.round(result.processorsBusyShare() * 100))
                .append(" % of the run</dd></dl>");
        for (Finding finding : result.storage().findings()) {
            page.append("<div class=\"finding ")
                    .append(finding.level().word())
                    .append("\"><span class=\"tag\">")
                    .append(finding.level().word())
                    .append("</span><b>")
                    .append(escape(finding.fact()))
                    .append("</b><p>")
                    .append(escape(finding.consequence()))
                    .append("</p><p class=\"quiet\">")
                    .append(escape(finding.remedy()))
                    .append("</p></div>");
        }
        page.append("</div>\n");
    }

    private String alignment() {
        int bytes = result.directAlignmentBytes();
        return bytes > 0 ? bytes + " bytes" : bytes == 0 ? "O_DIRECT refused" : "unknown";
    }

    private void howToRead() {
        page.append(
                """
                <h2>How to read this</h2>
                <p>A member of a cluster answers a write when its log has it on stable storage, so
                the median of <em>direct-dsync</em> is the floor below each put, and the 99th
                percentile is what one client in a hundred waits for. Writes of one batch share one
                such wait: more clients do not make it longer.</p>
                <p>All ways to write took turns in slices of 40 ms, in random order. A disturbance
                hits all of them, so compare rows of one report, and never figures of two runs.
                Times of other loads on the machine are in here; the shape of the histogram tells:
                one hill is the device, a second one to the right is somebody else, or the device's
                own housekeeping.</p>
                <p>The second writer commits 16 random pages five milliseconds apart, as a database
                beside the log does. If it moves the 99th percentile a lot, give the log a device of
                its own; no setting helps as much.</p>
                """);
        page.append("<p class=\"quiet\">Made by <code>plinth disk bench --seconds ")
                .append(result.options().seconds())
                .append(" --seed ")
                .append(result.options().seed())
                .append("</code></p>");
    }
}
