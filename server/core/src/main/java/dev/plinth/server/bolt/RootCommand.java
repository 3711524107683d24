package dev.plinth.server.bolt;

import dev.plinth.server.cli.CobraCommand;
import dev.plinth.server.cli.CommandFailure;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** The tool without a command. */
@Command(
        name = "bbolt",
        header = "A simple command line tool for inspecting bbolt databases",
        customSynopsis = "bbolt")
final class RootCommand extends CobraCommand {
    private final BoltContext context;

    @Option(names = {"-v", "--version"})
    private boolean isVersionAsked;

    RootCommand(BoltContext context) {
        this.context = context;
    }

    @Override
    protected boolean isRunnable() {
        return isVersionAsked;
    }

    @Override
    protected void run() throws CommandFailure {
        context.out().println("bbolt version dev");
    }
}
