package dev.plinth.nativebench;

import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code plinth disk}: what this machine's storage is worth to a log. */
@Command(
        name = "plinth disk",
        description = {"What the storage under a directory is worth to a member of a cluster.", ""},
        footer = {
            "",
            "Examples:",
            "  plinth disk check /var/lib/plinth",
            "  plinth disk bench /var/lib/plinth --html report.html",
            "  plinth disk calls"
        },
        subcommands = {CheckCommand.class, BenchCommand.class, CallsCommand.class},
        usageHelpAutoWidth = true,
        synopsisSubcommandLabel = "COMMAND")
public final class DiskMain implements Runnable {
    @Spec private CommandSpec spec = CommandSpec.create();

    /** Runs a command and exits with its code. */
    public static void main(String[] arguments) {
        System.exit(commandLine().execute(arguments));
    }

    /** The commands, for a launcher that has others beside them. */
    public static CommandLine commandLine() {
        CommandLine commands = new CommandLine(new DiskMain());
        addHelp(commands);
        commands.getSubcommands().values().forEach(DiskMain::addHelp);
        return commands.setCaseInsensitiveEnumValuesAllowed(true);
    }

    private static void addHelp(CommandLine command) {
        command.getCommandSpec()
                .addOption(
                        OptionSpec.builder("-h", "--help")
                                .usageHelp(true)
                                .description("Show this help.")
                                .build());
    }

    @Override
    public void run() {
        throw new ParameterException(spec.commandLine(), "a command is missing");
    }
}
