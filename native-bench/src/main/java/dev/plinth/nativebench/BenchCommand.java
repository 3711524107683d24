package dev.plinth.nativebench;

import dev.plinth.nativebench.measure.Bench;
import dev.plinth.nativebench.measure.BenchOptions;
import dev.plinth.nativebench.measure.BenchResult;
import dev.plinth.nativebench.measure.Interference;
import dev.plinth.nativebench.measure.WritePath;
import dev.plinth.nativebench.report.BenchJson;
import dev.plinth.nativebench.report.BenchText;
import dev.plinth.nativebench.report.HtmlReport;
import dev.plinth.nativebench.report.StorageText;
import dev.plinth.nativebench.report.Verdict;
import dev.plinth.walio.check.LinuxSystemView;
import dev.plinth.walio.io.Clock;
import dev.plinth.walio.io.Disk;
import dev.plinth.walio.io.LinuxDisk;
import dev.plinth.walio.io.SystemClock;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code plinth disk bench}. */
@Command(
        name = "bench",
        abbreviateSynopsis = true,
        usageHelpAutoWidth = true,
        description = {
            "Measures what a durable write costs in a directory, in several ways, and judges the"
                    + " disk for a cluster's log.",
            "",
            "All ways take turns in slices of 40 ms, so figures of one run can be compared with each"
                    + " other; figures of two runs cannot. About 450 MB are written to new files,"
                    + " which are removed at the end.",
            "",
            "Ways (--path): direct-dsync (Plinth's), direct-fdatasync, buffered-dsync,"
                    + " buffered-fdatasync (its fallbacks), fallocate (etcd's), append (what the"
                    + " usual fio recipe measures), native-loop (direct-dsync from a loop of machine"
                    + " code, x86-64), no-sync (not durable: the floor of the device).",
            ""
        },
        footer = {
            "",
            "Examples:",
            "  plinth disk bench /var/lib/plinth",
            "  plinth disk bench /var/lib/plinth --seconds 300 --html report.html",
            "  plinth disk bench /wal --neighbour /data --interfere none,database",
            "  plinth disk bench . --size 4096 --depth 1 --interfere none -w json"
        },
        exitCodeListHeading = "%nExit codes:%n",
        exitCodeList = {
            "0:excellent or good",
            "1:acceptable",
            "2:slow or unusable, or the command line was wrong",
            "3:unsafe: the storage check has an error, or flushes seem to be ignored",
            "6:the measurement failed"
        })
final class BenchCommand implements Callable<Integer> {
    private static final int IO_ERROR = 6;

    @Spec private CommandSpec spec = CommandSpec.create();

    @Parameters(
            index = "0",
            paramLabel = "PATH",
            defaultValue = ".",
            description = "Directory where the log would be. Default: the working directory.")
    private Path directory = Path.of(".");

    @Option(
            names = "--neighbour",
            paramLabel = "PATH",
            description = "Directory of the second writer, to try separate devices. Default: PATH.")
    private @Nullable Path neighbour;

    @Option(
            names = "--seconds",
            paramLabel = "N",
            defaultValue = "60",
            description = {
                "Time for the whole matrix (default: ${DEFAULT-VALUE}).",
                "Far percentiles want more: p99.99 needs 10,000 writes of a cell."
            })
    private int seconds;

    @Option(
            names = "--size",
            split = ",",
            paramLabel = "BYTES",
            defaultValue = "4096,16384,65536",
            description = "Bytes of one write, multiples of 512 (default: ${DEFAULT-VALUE}).")
    private List<Integer> sizes = List.of();

    @Option(
            names = "--depth",
            split = ",",
            paramLabel = "N",
            defaultValue = "1,8",
            description = "Writers at once on the file (default: ${DEFAULT-VALUE}).")
    private List<Integer> depths = List.of();

    @Option(
            names = "--interfere",
            split = ",",
            paramLabel = "KIND",
            defaultValue = "none,database",
            description = {
                "What a second writer does beside (default: ${DEFAULT-VALUE}):",
                "none; database: 16 random pages + fdatasync every 5 ms; append: 64 KiB + fdatasync"
                        + " every 5 ms; fill: zeros a segment."
            })
    private List<String> interferences = List.of();

    @Option(
            names = "--path",
            split = ",",
            paramLabel = "WAY",
            description = "Ways to write. Default: all.")
    private List<String> paths = List.of();

    @Option(
            names = "--file-size",
            paramLabel = "MB",
            defaultValue = "64",
            description = "Size of each file written to (default: ${DEFAULT-VALUE}).")
    private int fileMegabytes;

    @Option(
            names = "--seed",
            paramLabel = "N",
            defaultValue = "1",
            description = "Seed of the order of slices (default: ${DEFAULT-VALUE}).")
    private long seed;

    @Option(
            names = "--html",
            paramLabel = "FILE",
            description = "Write a report with charts, one file without scripts.")
    private @Nullable Path html;

    @Option(
            names = {"-w", "--write-out"},
            paramLabel = "FORMAT",
            defaultValue = "text",
            description = "text or json (default: ${DEFAULT-VALUE})")
    private OutputFormat format = OutputFormat.TEXT;

    private final Disk disk = new LinuxDisk();
    private final Clock clock = new SystemClock();

    @Override
    public Integer call() {
        BenchOptions options = options();
        try {
            BenchResult result = measure(options);
            Verdict verdict = Verdict.of(result);
            print(result, verdict);
            return verdict.grade().exitCode();
        } catch (IOException e) {
            spec.commandLine().getErr().println("plinth disk bench: " + e.getMessage());
            return IO_ERROR;
        }
    }

    private BenchOptions options() {
        try {
            BenchOptions options =
                    new BenchOptions(
                            directory,
                            Optional.ofNullable(neighbour).orElse(directory),
                            seconds,
                            sizes,
                            depths,
                            interferences.stream().map(Interference::of).toList(),
                            paths.isEmpty()
                                    ? Arrays.asList(WritePath.values())
                                    : paths.stream().map(WritePath::of).toList(),
                            fileMegabytes * 1_048_576L,
                            seed);
            options.loads();
            return options;
        } catch (IllegalArgumentException e) {
            throw new ParameterException(spec.commandLine(), String.valueOf(e.getMessage()));
        }
    }

    private BenchResult measure(BenchOptions options) throws IOException {
        ProgressBar.Style style =
                format == OutputFormat.JSON
                        ? ProgressBar.Style.SILENT
                        : Terminal.isTerminal(Terminal.STANDARD_ERROR)
                                ? ProgressBar.Style.BAR
                                : ProgressBar.Style.LINES;
        String name = "plinth-disk-bench-" + ProcessHandle.current().pid();
        Path work = options.directory().resolve(name);
        Path neighbourWork = options.neighbourDirectory().resolve(name);
        Thread removal = new Thread(() -> remove(work, neighbourWork));
        Runtime.getRuntime().addShutdownHook(removal);
        try (ProgressBar bar = new ProgressBar(spec.commandLine().getErr(), clock, style)) {
            Bench bench = new Bench(disk, clock, new LinuxSystemView(disk), bar, options);
            return bench.run(work, neighbourWork, machine());
        } finally {
            Runtime.getRuntime().removeShutdownHook(removal);
            remove(work, neighbourWork);
        }
    }

    /** Leaves nothing behind, after Ctrl-C too. */
    private void remove(Path work, Path neighbourWork) {
        for (Path directoryMade : List.of(work, neighbourWork)) {
            try {
                Bench.remove(disk, directoryMade);
            } catch (IOException e) {
                spec.commandLine()
                        .getErr()
                        .println("plinth disk bench: left behind: " + e.getMessage());
            }
        }
    }

    private static String machine() {
        return Runtime.getRuntime().availableProcessors()
                + " processors "
                + System.getProperty("os.arch")
                + ", Java "
                + Runtime.version();
    }

    private void print(BenchResult result, Verdict verdict) throws IOException {
        PrintWriter out = spec.commandLine().getOut();
        switch (format) {
            case TEXT -> {
                out.print(StorageText.text(result.storage()));
                out.print(BenchText.of(result, verdict));
            }
            case JSON -> out.println(BenchJson.of(result, verdict));
        }
        out.flush();
        if (html != null) {
            Path unfinished = html.resolveSibling(html.getFileName() + ".part");
            Files.writeString(unfinished, HtmlReport.of(result, verdict));
            Files.move(unfinished, html, StandardCopyOption.REPLACE_EXISTING);
        }
    }
}
