package dev.plinth.nativebench;

import dev.plinth.nativebench.calls.CallBench;
import dev.plinth.nativebench.calls.CallCost;
import dev.plinth.nativebench.report.JsonWriter;
import dev.plinth.walio.io.SystemClock;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code plinth disk calls}. */
@Command(
        name = "calls",
        usageHelpAutoWidth = true,
        description = {
            "Times system calls made from Java: by downcalls of java.lang.foreign (FFM), by JNA, by"
                    + " FileChannel, beside a loop of machine code as the floor.",
            "",
            "getppid is the cheapest call that enters the kernel. pread and pwrite move 4 KiB"
                    + " between memory and the page cache; no device is waited for. Against a"
                    + " commit of 100 µs all of them are small; they matter for reads and for"
                    + " batches of small transfers.",
            ""
        })
final class CallsCommand implements Callable<Integer> {
    private static final int IO_ERROR = 6;
    private static final int ROUNDS_PER_SECOND = 40;

    @Spec private CommandSpec spec = CommandSpec.create();

    @Option(
            names = "--seconds",
            paramLabel = "N",
            defaultValue = "5",
            description = "About how long to measure (default: ${DEFAULT-VALUE}).")
    private int seconds;

    @Option(
            names = {"-w", "--write-out"},
            paramLabel = "FORMAT",
            defaultValue = "text",
            description = "text or json (default: ${DEFAULT-VALUE})")
    private OutputFormat format = OutputFormat.TEXT;

    @Override
    public Integer call() {
        try {
            print(measure());
            return 0;
        } catch (IOException e) {
            spec.commandLine().getErr().println("plinth disk calls: " + e.getMessage());
            return IO_ERROR;
        }
    }

    private List<CallCost> measure() throws IOException {
        ProgressBar.Style style =
                format == OutputFormat.TEXT && Terminal.isTerminal(Terminal.STANDARD_ERROR)
                        ? ProgressBar.Style.BAR
                        : ProgressBar.Style.SILENT;
        PrintWriter errors = spec.commandLine().getErr();
        Path directory = Files.createTempDirectory("plinth-disk-calls");
        try (ProgressBar bar = new ProgressBar(errors, new SystemClock(), style)) {
            int rounds = Math.max(1, seconds) * ROUNDS_PER_SECOND;
            CallBench bench = new CallBench(directory.resolve("blocks"), rounds, 1);
            return bench.run((done, all) -> bar.progress((double) done / all, "calling"));
        } finally {
            Files.delete(directory);
        }
    }

    private void print(List<CallCost> costs) {
        PrintWriter out = spec.commandLine().getOut();
        switch (format) {
            case TEXT -> out.print(text(costs));
            case JSON -> out.println(json(costs));
        }
        out.flush();
    }

    private static String text(List<CallCost> costs) {
        StringBuilder text = new StringBuilder();
        String operation = "";
        for (CallCost cost : costs) {
            if (!cost.operation().equals(operation)) {
                operation = cost.operation();
                text.append("%n%-30s %10s %10s%n".formatted(operation, "median", "best batch"));
            }
            text.append(
                    String.format(
                            Locale.ROOT,
                            "  %-28s %7.0f ns %7.0f ns  %s%n",
                            cost.label(),
                            cost.medianNanos(),
                            cost.bestNanos(),
                            cost.remark()));
        }
        return text.toString();
    }

    private static String json(List<CallCost> costs) {
        JsonWriter json = new JsonWriter();
        json.array();
        for (CallCost cost : costs) {
            json.object()
                    .field("operation", cost.operation())
                    .field("way", cost.label())
                    .field("medianNanos", cost.medianNanos())
                    .field("bestNanos", cost.bestNanos())
                    .end();
        }
        return json.end().toString();
    }
}
