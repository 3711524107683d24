package dev.plinth.server.bolt;

import picocli.CommandLine.Command;

/** {@code version}. */
@Command(
        name = "version",
        header = "print the current version of bbolt",
        customSynopsis = "version")
final class VersionCommand extends BoltCommand {
    /** Whose commands, outputs and file format these are. */
    private static final String REFERENCE_VERSION = "1.5.0";

    VersionCommand(BoltContext context) {
        super(context);
    }

    @Override
    void execute() {
        out().println("bbolt Version: " + REFERENCE_VERSION);
        out().println("Java Version: " + Runtime.version());
        String architecture = System.getProperty("os.arch");
        out().println("Java OS/Arch: linux/" + architecture);
    }
}
