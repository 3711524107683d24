package dev.plinth.nativebench;

import dev.plinth.nativebench.report.StorageText;
import dev.plinth.walio.check.LinuxSystemView;
import dev.plinth.walio.check.StorageInspector;
import dev.plinth.walio.check.StorageReport;
import dev.plinth.walio.io.LinuxDisk;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code plinth disk check}. */
@Command(
        name = "check",
        usageHelpAutoWidth = true,
        description = {
            "Says what lies under a directory and what is bad about it.",
            "",
            "File system, mount options, ext4's features, the kernel's known bugs, the device's"
                    + " write cache, free space: each finding with its consequence and a remedy. The"
                    + " server does the same at start. Nothing is measured, and nothing is written"
                    + " except for one small file where only a sync can tell whether ext4's fast"
                    + " commit is on; as root the super block tells.",
            "",
            "Levels: an ERROR can lose what was acknowledged, and a server with --strict-storage"
                    + " refuses it; a WARNING puts availability or speed at risk; an INFO is worth"
                    + " knowing.",
            ""
        },
        exitCodeListHeading = "%nExit codes:%n",
        exitCodeList = {
            "0:no finding of level error",
            "1:at least one finding of level error",
            "2:the command line was wrong",
            "6:the directory could not be looked at"
        })
final class CheckCommand implements Callable<Integer> {
    private static final int ERROR_FOUND = 1;
    private static final int IO_ERROR = 6;

    @Spec private CommandSpec spec = CommandSpec.create();

    @Parameters(
            index = "0",
            paramLabel = "PATH",
            defaultValue = ".",
            description = {
                "Directory to look at; if it is not there yet, the nearest one above it.",
                "Default: the working directory."
            })
    private Path path = Path.of(".");

    @Option(
            names = {"-w", "--write-out"},
            paramLabel = "FORMAT",
            defaultValue = "text",
            description = "text or json (default: ${DEFAULT-VALUE})")
    private OutputFormat format = OutputFormat.TEXT;

    @Override
    public Integer call() {
        PrintWriter out = spec.commandLine().getOut();
        StorageReport report;
        try {
            report = new StorageInspector(new LinuxSystemView(new LinuxDisk())).inspect(path);
        } catch (IOException e) {
            spec.commandLine().getErr().println("plinth disk check: " + e.getMessage());
            return IO_ERROR;
        }
        switch (format) {
            case TEXT -> out.print(StorageText.text(report));
            case JSON -> out.println(StorageText.json(report));
        }
        out.flush();
        return report.isRefusedWhenStrict() ? ERROR_FOUND : 0;
    }
}
