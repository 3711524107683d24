package dev.plinth.server.bench;

import java.util.Map;
import java.util.TreeMap;
import picocli.CommandLine;
import picocli.CommandLine.Command;

/** The part of {@code plinth bench} that starts the servers itself. */
@Command(
        name = "plinth bench",
        mixinStandardHelpOptions = true,
        description = "Measures servers that speak etcd's protocol.",
        subcommands = {
            CompareCommand.class,
            FootprintCommand.class,
            CatchUpCommand.class,
            StarvationCommand.class
        })
public final class BenchCommand {
    private BenchCommand() {}

    /** The commands, each with its first line of description. */
    public static Map<String, String> descriptions() {
        Map<String, String> descriptions = new TreeMap<>();
        new CommandLine(new BenchCommand())
                .getSubcommands()
                .forEach((name, command) ->
                        descriptions.put(
                                name, command.getCommandSpec().usageMessage().description()[0]));
        return descriptions;
    }

    /** Runs it; the exit code is 0, 1 for an error, or 2 for wrong usage. */
    public static void main(String[] arguments) {
        System.exit(
                new CommandLine(new BenchCommand())
                        .setCaseInsensitiveEnumValuesAllowed(true)
                        .execute(arguments));
    }
}
