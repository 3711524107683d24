package dev.plinth.server.bolt;

import dev.plinth.server.cli.CommandFailure;
import dev.plinth.server.cli.GoNumbers;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code surgery clear-page-elements}. */
@Command(
        name = "clear-page-elements",
        header = "Clears elements from the given page, which can be a branch or leaf page",
        customSynopsis = "clear-page-elements <bbolt-file>")
final class ClearPageElementsCommand extends SurgeryCommand {
    @Option(names = "--pageId", paramLabel = "uint", defaultValue = "0", description = "page id")
    private String pageId = "0";

    @Option(
            names = "--from-index",
            paramLabel = "int",
            defaultValue = "0",
            description = "start element index (included) to clear, starting from 0")
    private String fromIndex = "0";

    @Option(
            names = "--to-index",
            paramLabel = "int",
            defaultValue = "0",
            description =
                    "end element index (excluded) to clear, starting from 0, -1 means to the end"
                            + " of page")
    private String toIndex = "0";

    ClearPageElementsCommand(BoltContext context) {
        super(context);
    }

    @Override
    List<String> ownRequiredFlags() {
        return List.of("pageId", "from-index", "to-index");
    }

    @Override
    void execute() throws CommandFailure {
        requireOutput();
        long page = ClearPageCommand.clearablePage(pageId);
        int from = index(fromIndex);
        int to = index(toIndex);
        copy("[clear-page-element]");
        operate(
                "clear-page-element command failed: ",
                () -> {
                    if (surgeryOnTarget().clearElements(page, from, to)) {
                        warnOfLostPages();
                    }
                });
        out().println(
                        "All elements in [%d, %d) in page %s were cleared"
                                .formatted(from, to, Long.toUnsignedString(page)));
    }

    /** A page has no more than 65535 elements: what is beyond is out of range in any case. */
    private static int index(String text) throws CommandFailure {
        return Math.clamp(GoNumbers.parseInt(text), Integer.MIN_VALUE, Integer.MAX_VALUE);
    }
}
