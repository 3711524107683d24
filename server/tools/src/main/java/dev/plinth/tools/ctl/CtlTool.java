package dev.plinth.tools.ctl;

import dev.plinth.server.config.CompatVersion;
import dev.plinth.tools.cli.Command;
import dev.plinth.tools.cli.CommandLine;
import dev.plinth.tools.cli.CompletionCommand;
import dev.plinth.tools.cli.HelpCommand;
import dev.plinth.tools.cli.HelpText;
import dev.plinth.tools.cli.ManualCommand;
import dev.plinth.tools.text.Console;
import dev.plinth.tools.text.ProcessWords;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/** {@code plinth ctl}, also under the name {@code etcdctl}. */
public final class CtlTool {
    private static final String KEYS = "Key-value commands";
    private static final String CLUSTER = "Cluster maintenance commands";
    private static final String CONCURRENCY = "Concurrency commands";
    private static final String AUTHENTICATION = "Authentication commands";
    private static final String UTILITY = "Utility commands";
    private static final String FOOTER =
            "Use \"etcdctl options\" for a list of global command-line options (applies to all"
                    + " commands).";

    private CtlTool() {}

    /** The program. */
    public static void main(String[] words) {
        Console console = Console.ofProcess();
        int code =
                run(
                        console,
                        System.getenv(),
                        Path.of(""),
                        new ProcessSignals(),
                        ProcessWords.of(words));
        // Nothing is left to do: no need to wait for the threads of connections.
        Runtime.getRuntime().halt(code);
    }

    /**
     * Runs one command line.
     *
     * @param environment variables, of which those that begin with {@code ETCDCTL_} count
     * @param directory what relative paths are relative to
     * @param signals how the command learns that it is to end
     * @return the exit code
     */
    public static int run(
            Console console,
            Map<String, String> environment,
            Path directory,
            EndSignals signals,
            List<String> words) {
        CtlContext context = new CtlContext(console, environment, directory, signals);
        return new CommandLine(commands(context), console, false).execute(words);
    }

    private static Command commands(CtlContext context) {
        KeyCommands keys = new KeyCommands(context);
        MaintenanceCommands maintenance = new MaintenanceCommands(context);
        Command root =
                new Command("etcdctl", "A simple command line client for etcd3.")
                        .inheritedFlags(GlobalFlags.ALL)
                        .footer(FOOTER);
        return root.add(
                keys.get().inGroup(KEYS),
                keys.put().inGroup(KEYS),
                keys.del().inGroup(KEYS),
                new TxnCommand(context).command().inGroup(KEYS),
                keys.compaction().inGroup(KEYS),
                new WatchCommand(context).command().inGroup(KEYS),
                new LeaseCommands(context).command().inGroup(KEYS),
                maintenance.alarm().inGroup(CLUSTER),
                maintenance.defrag().inGroup(CLUSTER),
                new EndpointCommands(context).command().inGroup(CLUSTER),
                maintenance.moveLeader().inGroup(CLUSTER),
                new MemberCommands(context).command().inGroup(CLUSTER),
                new SnapshotCommand(context).command().inGroup(CLUSTER),
                maintenance.downgrade().inGroup(CLUSTER),
                new LockCommand(context).command().inGroup(CONCURRENCY),
                new ElectCommand(context).command().inGroup(CONCURRENCY),
                new AuthCommand(context).command().inGroup(AUTHENTICATION),
                new UserCommand(context).command().inGroup(AUTHENTICATION),
                new RoleCommand(context).command().inGroup(AUTHENTICATION),
                version(context.console()).inGroup(UTILITY),
                new MirrorCommand(context).command().inGroup(UTILITY),
                new CheckCommand(context).command().inGroup(UTILITY),
                new CompletionCommand(root, context.console()).command().inGroup(UTILITY),
                new ManualCommand(root, context.console()).command().inGroup(UTILITY),
                options(context.console()).inGroup(UTILITY),
                new HelpCommand(root, context.console()).command().inGroup(UTILITY));
    }

    private static Command version(Console console) {
        return new Command("version", "Prints the version of etcdctl")
                .does(_ -> {
                    console.println("etcdctl version: " + CompatVersion.V3_7.release());
                    console.println("API version: " + CompatVersion.V3_7.minor());
                });
    }

    private static Command options(Console console) {
        return new Command("options", "Prints the global command-line options")
                .does(_ -> {
                    console.println("The following options can be passed to any command:\n");
                    console.print(HelpText.flags(GlobalFlags.ALL));
                });
    }
}
