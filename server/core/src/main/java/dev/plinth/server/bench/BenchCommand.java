package dev.plinth.server.bench;

import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.HelpCommand;

/** {@code plinth bench}. */
@Command(
        name = "plinth bench",
        mixinStandardHelpOptions = true,
        description = "Measures servers that speak etcd's protocol.",
        subcommands = {CompareCommand.class, FootprintCommand.class, HelpCommand.class})
public final class BenchCommand {
    private BenchCommand() {}

    /** Runs it; the exit code is 0, 1 for an error, or 2 for wrong usage. */
    public static void main(String[] arguments) {
        System.exit(
                new CommandLine(new BenchCommand())
                        .setCaseInsensitiveEnumValuesAllowed(true)
                        .execute(arguments));
    }
}
