package dev.plinth.server.bolt;

import dev.plinth.server.cli.CommandFailure;
import picocli.CommandLine.Command;

/** {@code surgery revert-meta-page}. */
@Command(
        name = "revert-meta-page",
        header = "Revert the meta page to revert the changes performed by the latest transaction",
        customSynopsis = "revert-meta-page <bbolt-file>")
final class RevertMetaPageCommand extends SurgeryCommand {
    RevertMetaPageCommand(BoltContext context) {
        super(context);
    }

    @Override
    void execute() throws CommandFailure {
        requireOutput();
        copy("[revert-meta-page]");
        operate("revert-meta-page command failed: ", surgeryOnTarget()::revertMetaPage);
        out().println("The meta page is reverted.");
    }
}
