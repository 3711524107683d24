package dev.plinth.server.bolt;

import dev.plinth.pagestore.DatabaseException.Corrupted;
import dev.plinth.pagestore.format.PageHeader;
import dev.plinth.pagestore.inspect.RawPages;
import dev.plinth.pagestore.inspect.RawRun;
import dev.plinth.server.cli.ArgumentCount;
import dev.plinth.server.cli.CommandFailure;
import dev.plinth.server.cli.GoNumbers;
import java.nio.file.Path;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code page-item}: one element of a leaf. */
@Command(
        name = "page-item",
        header = "print a page item key and value in a bbolt database",
        customSynopsis = "page-item [options] <bbolt-file> pageid itemid")
final class PageItemCommand extends BoltCommand {
    @Option(names = "--key-only", description = "Print only the key")
    private boolean isKeyOnly;

    @Option(names = "--value-only", description = "Print only the value")
    private boolean isValueOnly;

    @Option(
            names = "--format",
            paramLabel = "string",
            defaultValue = "auto",
            description = "Output format one of: " + ByteFormat.NAMES)
    private String format = "auto";

    PageItemCommand(BoltContext context) {
        super(context);
    }

    @Override
    protected ArgumentCount argumentCount() {
        return ArgumentCount.exactly(3);
    }

    @Override
    void execute() throws CommandFailure {
        long page = GoNumbers.parseDecimalUint(argument(1));
        // Cut to 16 bits, as the reference does.
        int item = (int) GoNumbers.parseDecimalUint(argument(2)) & 0xFFFF;
        if (isKeyOnly && isValueOnly) {
            throw new CommandFailure(
                    "the --key-only or --value-only flag may be set, but not both");
        }
        Path source = source();
        try (RawPages pages = RawPages.open(disk(), source);
                RawRun run = pages.read(page)) {
            requireItem(run, item);
            if (!isValueOnly) {
                ByteFormat.printLine(out(), run.key(item), format);
            }
            if (!isKeyOnly) {
                ByteFormat.printLine(out(), run.value(item), format);
            }
        } catch (Corrupted e) {
            throw new CommandFailure(e.reason(), List.of("  " + e.getMessage()));
        }
    }

    private static void requireItem(RawRun run, int item) throws CommandFailure {
        if (item >= run.count()) {
            throw new CommandFailure(
                    "leafPageElement: expected item index less than %d, but got %d"
                            .formatted(run.count(), item));
        }
        if (run.flags() != PageHeader.LEAF) {
            throw new CommandFailure(
                    "leafPageElement: expected page type of 'leaf', but got '" + run.type() + "'");
        }
    }
}
