package dev.plinth.server.bolt;

import dev.plinth.pagestore.surgery.Surgery;
import dev.plinth.server.cli.CommandFailure;
import dev.plinth.server.cli.GoNumbers;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code surgery copy-page}. */
@Command(
        name = "copy-page",
        header = "Copy page from the source page Id to the destination page Id",
        customSynopsis = "copy-page <bbolt-file>")
final class CopyPageCommand extends SurgeryCommand {
    @Option(
            names = "--from-page",
            paramLabel = "uint",
            defaultValue = "0",
            description = "source page Id")
    private String fromPage = "0";

    @Option(
            names = "--to-page",
            paramLabel = "uint",
            defaultValue = "0",
            description = "destination page Id")
    private String toPage = "0";

    CopyPageCommand(BoltContext context) {
        super(context);
    }

    @Override
    List<String> ownRequiredFlags() {
        return List.of("from-page", "to-page");
    }

    @Override
    void execute() throws CommandFailure {
        requireOutput();
        long from = GoNumbers.parseUint(fromPage);
        long to = GoNumbers.parseUint(toPage);
        if (from == to) {
            throw new CommandFailure(
                    "'--from-page' and '--to-page' have the same value: "
                            + Long.toUnsignedString(from));
        }
        copy("[copy-page]");
        operate("copy-page command failed: ", () -> surgeryOnTarget().copyPage(from, to));
        boolean[] hasFreelist = new boolean[1];
        operate("", () -> hasFreelist[0] = new Surgery(disk(), source()).hasFreelist());
        if (hasFreelist[0]) {
            out().println("WARNING: the free list might have changed.");
            adviseAbandon();
        }
        out().println(
                        "The page %s was successfully copied to page %s"
                                .formatted(Long.toUnsignedString(from), Long.toUnsignedString(to)));
    }
}
