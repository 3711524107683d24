package dev.plinth.server.bolt;

import dev.plinth.server.cli.CommandFailure;
import dev.plinth.server.cli.GoNumbers;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code surgery clear-page}. */
@Command(
        name = "clear-page",
        header = "Clears all elements from the given page, which can be a branch or leaf page",
        customSynopsis = "clear-page <bbolt-file>")
final class ClearPageCommand extends SurgeryCommand {
    @Option(names = "--pageId", paramLabel = "uint", defaultValue = "0", description = "page Id")
    private String pageId = "0";

    ClearPageCommand(BoltContext context) {
        super(context);
    }

    @Override
    List<String> ownRequiredFlags() {
        return List.of("pageId");
    }

    @Override
    void execute() throws CommandFailure {
        requireOutput();
        long page = clearablePage(pageId);
        copy("[clear-page]");
        operate(
                "clear-page command failed: ",
                () -> {
                    if (surgeryOnTarget().clearPage(page)) {
                        warnOfLostPages();
                    }
                });
        out().println("The page (" + Long.toUnsignedString(page) + ") was cleared");
    }

    static long clearablePage(String text) throws CommandFailure {
        long page = GoNumbers.parseUint(text);
        if (page == 0 || page == 1) {
            throw new CommandFailure("the pageId must be at least 2, but got " + page);
        }
        return page;
    }
}
