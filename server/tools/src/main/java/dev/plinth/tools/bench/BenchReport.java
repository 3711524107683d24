package dev.plinth.tools.bench;

import dev.plinth.tools.cli.ParsedFlags;
import dev.plinth.walio.io.Clock;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** What a benchmark has measured so far: printed at once, and kept for the files. One thread. */
final class BenchReport {
    private final BenchContext context;
    private final ParsedFlags flags;
    private final ReportText text;
    private final List<Section> sections = new ArrayList<>();

    BenchReport(BenchContext context, ParsedFlags flags) {
        this.context = context;
        this.flags = flags;
        Clock clock = context.clock();
        long epochOffset =
                TimeUnit.MILLISECONDS.toNanos(clock.wallMillis()) - clock.monotonicNanos();
        this.text = new ReportText(flags.isOn("precise"), flags.isOn("sample"), epochOffset);
    }

    /** Prints something that is no section. */
    void print(String more) {
        context.console().print(more);
    }

    /**
     * Prints a section.
     *
     * @param heading what stands above it
     */
    void add(String heading, Section section) {
        sections.add(section);
        print(heading + text.of(section));
        context.console().flush();
    }

    /** Writes the files that the flags ask for. */
    void writeFiles() throws IOException {
        ReportFiles files = new ReportFiles(flags.command().path(), sections);
        if (!flags.text("csv").isEmpty()) {
            files.writeCsv(context.directory().resolve(flags.text("csv")));
        }
        if (!flags.text("html").isEmpty()) {
            files.writeHtml(context.directory().resolve(flags.text("html")));
        }
        if (flags.isOn("report-perfdash")) {
            String folder = context.environment().getOrDefault("ARTIFACTS", "_artifacts");
            files.writePerfdash(context.directory().resolve(folder), context.clock().wallMillis());
        }
    }
}
