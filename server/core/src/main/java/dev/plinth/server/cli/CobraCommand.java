package dev.plinth.server.cli;

import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/**
 * A command. Subclasses declare their flags as picocli options; flags that hold a number are of
 * type String, have been checked against their {@code paramLabel} before {@link #run} is called,
 * and are read with {@link GoNumbers}.
 */
public abstract class CobraCommand {
    @Option(names = {"-h", "--help"})
    private boolean isHelpAsked;

    @Parameters(arity = "0..*")
    private final List<String> arguments = new ArrayList<>();

    /** For subclasses. */
    protected CobraCommand() {}

    final boolean isHelpAsked() {
        return isHelpAsked;
    }

    /** The words that are no flags. */
    protected final List<String> arguments() {
        return arguments;
    }

    /** A word that is no flag. */
    protected final String argument(int index) {
        return arguments.get(index);
    }

    /** How many words the command takes. */
    protected ArgumentCount argumentCount() {
        return ArgumentCount.ANY;
    }

    /** Long names, without dashes, of the flags that must be given. */
    protected List<String> requiredFlags() {
        return List.of();
    }

    /** Whether the command does something itself, and not only through its subcommands. */
    protected boolean isRunnable() {
        return true;
    }

    /** Does the work. */
    protected abstract void run() throws CommandFailure;
}
