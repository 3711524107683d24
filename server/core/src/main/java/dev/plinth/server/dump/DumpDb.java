package dev.plinth.server.dump;

import dev.plinth.server.cli.CobraTool;
import dev.plinth.server.cli.CommandGroup;
import java.util.List;
import picocli.CommandLine;
import picocli.CommandLine.Command;

/** {@code plinth dump-db}: a database as text, in the form of etcd's own tool. Changes nothing. */
public final class DumpDb {
    private DumpDb() {}

    /** The program without a command. */
    @Command(
            name = "dump-db",
            header = "Prints what a database file, or that of a data folder, holds.",
            customSynopsis = "dump-db")
    private static final class Root extends CommandGroup {}

    /** The program; the process ends with 0, or 1 after an error. */
    public static void main(String[] words) {
        System.exit(run(DumpContext.ofProcess(), List.of(words)));
    }

    /** Runs one command line; returns the exit code. */
    public static int run(DumpContext context, List<String> words) {
        List<DumpDbCommand> commands =
                List.of(
                        new ListBucketCommand(context),
                        new IterateBucketCommand(context),
                        new ScanKeysCommand(context),
                        new HashCommand(context));
        CommandLine root = new CommandLine(new Root());
        commands.forEach(root::addSubcommand);
        int exit = new CobraTool(root, context.out(), context.err()).execute(words);
        boolean failed = commands.stream().anyMatch(DumpDbCommand::hasFailed);
        return failed ? 1 : exit;
    }
}
