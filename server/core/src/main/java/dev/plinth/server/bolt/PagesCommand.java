package dev.plinth.server.bolt;

import dev.plinth.pagestore.PageInfo;
import dev.plinth.pagestore.inspect.InspectedFile;
import dev.plinth.server.cli.ArgumentCount;
import dev.plinth.server.cli.CommandFailure;
import picocli.CommandLine.Command;

/** {@code pages}: a table of all pages. */
@Command(
        name = "pages",
        header = "print a list of pages in bbolt database",
        description = {
            "Pages prints a table of pages with their type (meta, leaf, branch, freelist).",
            "Leaf and branch pages will show a key count in the \"items\" column while the",
            "freelist will show the number of free pages in the \"items\" column.",
            "",
            "The \"overflow\" column shows the number of blocks that the page spills over",
            "into. Normally there is no overflow but large keys and values can cause",
            "a single page to take up multiple blocks."
        },
        customSynopsis = "pages <bbolt-file>")
final class PagesCommand extends BoltCommand {
    PagesCommand(BoltContext context) {
        super(context);
    }

    @Override
    protected ArgumentCount argumentCount() {
        return ArgumentCount.exactly(1);
    }

    @Override
    void execute() throws CommandFailure {
        try (InspectedFile file = inspectWithFreePages()) {
            out().println("ID       TYPE       ITEMS  OVRFLW");
            out().println("======== ========== ====== ======");
            file.forEachPage(this::print);
        }
    }

    private void print(PageInfo row) {
        String count = row.isFree() ? "" : Integer.toString(row.count());
        String overflow = row.overflow() == 0 ? "" : Long.toString(row.overflow());
        out().printf("%-8d %-10s %-6s %-6s%n", row.id(), row.type(), count, overflow);
    }
}
