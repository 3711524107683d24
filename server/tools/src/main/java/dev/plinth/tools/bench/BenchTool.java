package dev.plinth.tools.bench;

import dev.plinth.server.bench.BenchCommand;
import dev.plinth.tools.cli.Command;
import dev.plinth.tools.cli.CommandLine;
import dev.plinth.tools.cli.CompletionCommand;
import dev.plinth.tools.cli.HelpCommand;
import dev.plinth.tools.cli.ManualCommand;
import dev.plinth.tools.text.Console;
import dev.plinth.tools.text.ProcessWords;
import dev.plinth.walio.io.LinuxDisk;
import dev.plinth.walio.io.SystemClock;
import java.nio.file.Path;
import java.util.List;

/** {@code plinth bench}, also under the name {@code benchmark}. */
public final class BenchTool {
    private BenchTool() {}

    /** The program. */
    public static void main(String[] words) {
        if (words.length > 0 && BenchCommand.descriptions().containsKey(words[0])) {
            BenchCommand.main(words);
            return;
        }
        BenchContext context =
                new BenchContext(
                        Console.ofProcess(),
                        new SystemClock(),
                        System.getenv(),
                        Path.of(""),
                        Runtime.getRuntime().availableProcessors());
        Runtime.getRuntime().halt(run(context, ProcessWords.of(words)));
    }

    /** Runs one command line; returns the exit code. */
    static int run(BenchContext context, List<String> words) {
        return new CommandLine(commands(context), context.console(), false).execute(words);
    }

    private static Command commands(BenchContext context) {
        Console console = context.console();
        WatchCommands watches = new WatchCommands(context);
        TxnCommands txn = new TxnCommands(context);
        Command root =
                new Command(
                                "benchmark",
                                "A low-level benchmark tool for servers that speak etcd's protocol.")
                        .inheritedFlags(BenchFlags.ALL);
        root.add(
                new PutCommand(context).command(),
                new RangeCommand(context).command(),
                txn.put(),
                txn.mixed(),
                new LeaseCommand(context).command(),
                new StmCommand(context).command(),
                watches.watch(),
                watches.latency(),
                watches.get(),
                new StoreCommand(context, new LinuxDisk()).command());
        BenchCommand.descriptions()
                .forEach((name, description) ->
                        root.add(
                                new Command(name, description)
                                        .describe(
                                                "Flags of its own: \"plinth bench %s --help\" lists them."
                                                        .formatted(name))));
        return root.add(
                new CompletionCommand(root, console).command(),
                new ManualCommand(root, console).command(),
                new HelpCommand(root, console).command());
    }
}
