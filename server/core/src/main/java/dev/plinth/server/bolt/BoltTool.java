package dev.plinth.server.bolt;

import dev.plinth.server.cli.CobraTool;
import dev.plinth.walio.io.LinuxDisk;
import dev.plinth.walio.io.SystemClock;
import java.io.BufferedOutputStream;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.random.RandomGenerator;
import picocli.CommandLine;

/** {@code plinth bolt}, also under the name {@code bbolt}. */
public final class BoltTool {
    private static final int OUTPUT_BUFFER_BYTES = 1 << 16;

    private BoltTool() {}

    /** The program; the process ends with 0, or 1 after an error. */
    public static void main(String[] words) {
        PrintStream out =
                new PrintStream(
                        new BufferedOutputStream(
                                new FileOutputStream(FileDescriptor.out), OUTPUT_BUFFER_BYTES),
                        false,
                        StandardCharsets.UTF_8);
        PrintStream err =
                new PrintStream(
                        new FileOutputStream(FileDescriptor.err), true, StandardCharsets.UTF_8);
        BoltContext context =
                new BoltContext(
                        new LinuxDisk(),
                        Path.of(""),
                        Path.of(System.getProperty("java.io.tmpdir")),
                        out,
                        err,
                        new SystemClock(),
                        RandomGenerator.getDefault());
        System.exit(run(context, List.of(words)));
    }

    /** Runs one command line; returns the exit code. */
    public static int run(BoltContext context, List<String> words) {
        return new CobraTool(commands(context), context.out(), context.err()).execute(words);
    }

    private static CommandLine commands(BoltContext context) {
        CommandLine root = new CommandLine(new RootCommand(context));
        root.addSubcommand(new VersionCommand(context))
                .addSubcommand(new CheckCommand(context))
                .addSubcommand(new InfoCommand(context))
                .addSubcommand(new InspectCommand(context))
                .addSubcommand(new BucketsCommand(context))
                .addSubcommand(new KeysCommand(context))
                .addSubcommand(new GetCommand(context))
                .addSubcommand(new PagesCommand(context))
                .addSubcommand(new PageCommand(context))
                .addSubcommand(new PageItemCommand(context))
                .addSubcommand(new DumpCommand(context))
                .addSubcommand(new StatsCommand(context))
                .addSubcommand(new CompactCommand(context))
                .addSubcommand(new BenchCommand(context))
                .addSubcommand(new HelpCommand(context))
                .addSubcommand(new MapCommand(context))
                .addSubcommand(surgery(context));
        return root;
    }

    private static CommandLine surgery(BoltContext context) {
        return new CommandLine(new SurgeryGroups.Surgery())
                .addSubcommand(new RevertMetaPageCommand(context))
                .addSubcommand(new CopyPageCommand(context))
                .addSubcommand(new ClearPageCommand(context))
                .addSubcommand(new ClearPageElementsCommand(context))
                .addSubcommand(
                        new CommandLine(new SurgeryGroups.Freelist())
                                .addSubcommand(new FreelistAbandonCommand(context))
                                .addSubcommand(new FreelistRebuildCommand(context)))
                .addSubcommand(
                        new CommandLine(new SurgeryGroups.Meta())
                                .addSubcommand(new MetaValidateCommand(context))
                                .addSubcommand(new MetaUpdateCommand(context)));
    }
}
