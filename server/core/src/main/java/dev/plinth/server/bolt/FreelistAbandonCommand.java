package dev.plinth.server.bolt;

import dev.plinth.server.cli.CommandFailure;
import picocli.CommandLine.Command;

/** {@code surgery freelist abandon}. */
@Command(
        name = "abandon",
        header = "Abandon the freelist from both meta pages",
        customSynopsis = "abandon <bbolt-file>")
final class FreelistAbandonCommand extends SurgeryCommand {
    FreelistAbandonCommand(BoltContext context) {
        super(context);
    }

    @Override
    void execute() throws CommandFailure {
        requireOutput();
        copy("[freelist abandon]");
        // The reference's spelling.
        operate("abandom-freelist command failed: ", surgeryOnTarget()::abandonFreelist);
        out().println("The freelist was abandoned in both meta pages.");
        out().println(
                        "It may cause some delay on next startup because bbolt needs to scan the whole db"
                                + " to reconstruct the free list.");
    }
}
