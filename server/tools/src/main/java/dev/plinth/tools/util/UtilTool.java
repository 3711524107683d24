package dev.plinth.tools.util;

import dev.plinth.server.config.CompatVersion;
import dev.plinth.tools.cli.Command;
import dev.plinth.tools.cli.CommandLine;
import dev.plinth.tools.cli.CompletionCommand;
import dev.plinth.tools.cli.Flag;
import dev.plinth.tools.cli.HelpCommand;
import dev.plinth.tools.cli.ManualCommand;
import dev.plinth.tools.text.Console;
import dev.plinth.tools.text.ProcessWords;
import dev.plinth.walio.io.Clock;
import dev.plinth.walio.io.Disk;
import dev.plinth.walio.io.LinuxDisk;
import dev.plinth.walio.io.SystemClock;
import java.nio.file.Path;
import java.util.List;

/** {@code plinth util}, also under the name {@code etcdutl}. */
public final class UtilTool {
    private static final List<Flag> GLOBAL =
            List.of(
                    Flag.text(
                                    "write-out",
                                    "simple",
                                    "set the output format (fields, json, protobuf, simple, table)")
                            .withShorthand("w"),
                    Flag.duration(
                            "timeout",
                            "10s",
                            "time to wait for the lock of the database file; 0 waits without end"),
                    Flag.text(
                            UtilContext.COMPAT_VERSION,
                            CompatVersion.V3_7.minor(),
                            "which etcdutl to be: 3.5, 3.6 or 3.7; decides in which form snapshot"
                                    + " restore writes the log and what snapshot status counts and"
                                    + " prints (not a flag of etcdutl)"));

    private UtilTool() {}

    /** The program. */
    public static void main(String[] words) {
        Console console = Console.ofProcess();
        int code =
                run(
                        new LinuxDisk(),
                        new SystemClock(),
                        Path.of(""),
                        console,
                        ProcessWords.of(words));
        Runtime.getRuntime().halt(code);
    }

    /**
     * Runs one command line.
     *
     * @param disk where the files are
     * @param clock time
     * @param directory what relative paths are relative to
     * @return the exit code
     */
    public static int run(
            Disk disk, Clock clock, Path directory, Console console, List<String> words) {
        UtilContext context = new UtilContext(disk, clock, directory, console);
        return new CommandLine(commands(context), console, true).execute(words);
    }

    private static Command commands(UtilContext context) {
        DatabaseCommands database = new DatabaseCommands(context);
        Command root =
                new Command("etcdutl", "An administrative command line tool for etcd3.")
                        .inheritedFlags(GLOBAL);
        return root.add(
                new CompletionCommand(root, context.console()).command(),
                new DecodeCommand(context).command(),
                database.defrag(),
                database.hashKv(),
                new HelpCommand(root, context.console()).command(),
                new ManualCommand(root, context.console()).command(),
                new MigrateCommand(context).command(),
                new Command("snapshot <subcommand>", "Manages etcd node snapshots")
                        .add(
                                new SnapshotRestore(context).command(),
                                new SnapshotStatus(context).command()),
                new VerifyCommand(context).command(),
                version(context.console()));
    }

    private static Command version(Console console) {
        return new Command("version", "Prints the version of etcdutl")
                .does(_ -> {
                    console.println("etcdutl version: " + CompatVersion.V3_7.release());
                    console.println("API version: " + CompatVersion.V3_7.minor());
                });
    }
}
