package dev.plinth.tools.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.format.DateTimeFormatter;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Locale;

/** What was measured, as files for other programs and for browsers. */
final class ReportFiles {
    private static final double MILLI = 1e6;
    private static final double[] PERCENTS = {10, 25, 50, 75, 90, 95, 99, 99.9, 99.99, 100};

    private final String command;
    private final List<Section> sections;

    /**
     * A report.
     *
     * @param command what was run, from the program's name on
     */
    ReportFiles(String command, List<Section> sections) {
        this.command = command;
        this.sections = sections;
    }

    /** One line per figure: section, figure, value, unit. */
    void writeCsv(Path file) throws IOException {
        StringBuilder csv = new StringBuilder("section,figure,value,unit\n");
        for (Section section : sections) {
            Latencies latencies = section.latencies();
            line(csv, section, "total", section.elapsedNanos() / 1e9, "s");
            line(csv, section, "calls", (double) latencies.count(), "");
            line(csv, section, "rate", section.perSecond(), "1/s");
            line(csv, section, "fastest", latencies.fastestNanos() / MILLI, "ms");
            line(csv, section, "average", latencies.meanNanos() / MILLI, "ms");
            line(csv, section, "stddev", latencies.deviationNanos() / MILLI, "ms");
            for (double percent : PERCENTS) {
                String figure = "p" + ReportText.shortest(percent);
                line(csv, section, figure, latencies.nanosAt(percent) / MILLI, "ms");
            }
            latencies
                    .errors()
                    .forEach((error, count) -> line(csv, section, "error: " + error, count, ""));
        }
        Files.writeString(file, csv);
    }

    private static void line(
            StringBuilder csv, Section section, String figure, double value, String unit) {
        csv.append(section.name())
                .append(',')
                .append(quoted(figure))
                .append(',')
                .append(ReportText.shortest(value))
                .append(',')
                .append(unit)
                .append('\n');
    }

    private static String quoted(String text) {
        return text.contains(",") || text.contains("\"")
                ? '"' + text.replace("\"", "\"\"") + '"'
                : text;
    }

    /** A page that stands alone. */
    void writeHtml(Path file) throws IOException {
        Files.writeString(file, new ReportPage(command, sections).html());
    }

    /**
     * A file in the form that etcd's tool writes for perfdash.
     *
     * @param folder is made if it is not there
     */
    void writePerfdash(Path folder, long wallMillis) throws IOException {
        String operation = command.substring(command.indexOf(' ') + 1);
        String time =
                DateTimeFormatter.ISO_INSTANT.format(
                        Instant.ofEpochMilli(wallMillis).truncatedTo(ChronoUnit.SECONDS));
        StringBuilder items = new StringBuilder();
        for (Section section : sections) {
            items.append(items.isEmpty() ? "" : ",").append(item(section));
        }
        Files.createDirectories(folder);
        Files.writeString(
                folder.resolve("EtcdAPI_benchmark_%s_%s.json".formatted(operation, time)),
                """
                {
                  "version": "v1",
                  "dataItems": [%s
                  ]
                }\
                """
                        .formatted(items));
    }

    private String item(Section section) {
        Latencies latencies = section.latencies();
        return """

            {
              "data": {
                "Perc50": %s,
                "Perc90": %s,
                "Perc99": %s
              },
              "unit": "ms",
              "labels": {
                "Operation": "%s"
              }
            }\
        """
                .formatted(
                        millis(latencies, 50),
                        millis(latencies, 90),
                        millis(latencies, 99),
                        section.name().toUpperCase(Locale.ROOT));
    }

    private static String millis(Latencies latencies, double percent) {
        return ReportText.shortest(
                Math.round(latencies.nanosAt(percent) / MILLI * 10_000) / 10_000.0);
    }
}
