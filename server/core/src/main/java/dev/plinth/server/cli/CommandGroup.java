package dev.plinth.server.cli;

/** A command that only has subcommands; by itself it prints its help. */
public abstract class CommandGroup extends CobraCommand {
    /** For subclasses. */
    protected CommandGroup() {}

    @Override
    protected final boolean isRunnable() {
        return false;
    }

    @Override
    protected final void run() {}
}
