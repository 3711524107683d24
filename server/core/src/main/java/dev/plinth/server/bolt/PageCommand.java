package dev.plinth.server.bolt;

import dev.plinth.pagestore.DatabaseException.Corrupted;
import dev.plinth.pagestore.inspect.RawPages;
import dev.plinth.pagestore.inspect.RawRun;
import dev.plinth.server.cli.ArgumentCount;
import dev.plinth.server.cli.CommandFailure;
import java.nio.file.Path;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code page}: pages for people to read. A page that cannot be printed does not stop the rest. */
@Command(
        name = "page",
        header = "page prints one or more pages in human readable format.",
        customSynopsis = "page <bbolt-file> [pageid...]")
final class PageCommand extends BoltCommand {
    static final String SEPARATOR = "=".repeat(47);

    /** A damaged meta page may claim any number of pages; those beyond the file are all alike. */
    private static final long PAGES_BEYOND_FILE_MAX = 1000;

    @Option(names = "--all", description = "List all pages.")
    private boolean isAll;

    @Option(
            names = "--format-value",
            paramLabel = "string",
            defaultValue = "auto",
            description =
                    "Output format one of: "
                            + ByteFormat.NAMES
                            + ". Applies to values on the leaf page.")
    private String format = "auto";

    PageCommand(BoltContext context) {
        super(context);
    }

    @Override
    protected ArgumentCount argumentCount() {
        return ArgumentCount.atLeast(1);
    }

    @Override
    void execute() throws CommandFailure {
        List<Long> ids = PageIds.parse(arguments().subList(1, arguments().size()));
        if (ids.isEmpty() && !isAll) {
            throw new CommandFailure("page id required");
        }
        if (isAll && !ids.isEmpty()) {
            throw new CommandFailure("invalid args: either use '--all' or 'pageid...'");
        }
        Path source = source();
        if (isAll) {
            printAll(source);
        } else {
            printListed(source, ids);
        }
    }

    private void printListed(Path source, List<Long> ids) {
        for (int i = 0; i < ids.size(); i++) {
            if (i > 0) {
                out().println(SEPARATOR);
            }
            try (RawPages pages = RawPages.open(disk(), source)) {
                print(pages, ids.get(i));
            } catch (Corrupted e) {
                printFailure(ids.get(i), "read Page size: " + e.reason());
            }
        }
    }

    private void printAll(Path source) {
        try (RawPages pages = RawPages.open(disk(), source)) {
            long end = pages.highWaterMark();
            long limit = pages.pagesInFile() + PAGES_BEYOND_FILE_MAX;
            long page = 0;
            while (Long.compareUnsigned(page, end) < 0 && page < limit) {
                if (page > 0) {
                    out().println(SEPARATOR);
                }
                page += print(pages, page);
            }
            if (Long.compareUnsigned(page, end) < 0) {
                out().println(SEPARATOR);
                out().println(
                                "Printing pages %d to %s failed: the file has %d pages."
                                        .formatted(
                                                page,
                                                Long.toUnsignedString(end - 1),
                                                pages.pagesInFile()));
            }
        } catch (Corrupted e) {
            out().print("cannot read number of pages: " + e.reason());
        }
    }

    /** Prints a page; returns how many pages have been dealt with. */
    private long print(RawPages pages, long page) {
        try (RawRun run = pages.read(page)) {
            new PagePrinter(out(), format).print(run);
            return run.overflow() + 1;
        } catch (Corrupted e) {
            printFailure(page, e.reason());
        } catch (CommandFailure e) {
            printFailure(page, String.valueOf(e.getMessage()));
        }
        return 1;
    }

    private void printFailure(long page, String reason) {
        out().println(
                        "Printing page "
                                + Long.toUnsignedString(page)
                                + " failed: "
                                + reason
                                + ". Continuing...");
    }
}
