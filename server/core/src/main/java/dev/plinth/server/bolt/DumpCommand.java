package dev.plinth.server.bolt;

import dev.plinth.pagestore.DatabaseException;
import dev.plinth.pagestore.inspect.RawPages;
import dev.plinth.server.cli.ArgumentCount;
import dev.plinth.server.cli.CommandFailure;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import picocli.CommandLine.Command;

/** {@code dump}: pages in hexadecimal. */
@Command(
        name = "dump",
        header = "prints a hexadecimal dump of one or more pages of bbolt database.",
        customSynopsis = "dump <bbolt-file> pageid [pageid...]")
final class DumpCommand extends BoltCommand {
    private static final int LINE_BYTES = 16;

    DumpCommand(BoltContext context) {
        super(context);
    }

    @Override
    protected ArgumentCount argumentCount() {
        return ArgumentCount.atLeast(2);
    }

    @Override
    void execute() throws CommandFailure {
        List<Long> ids = PageIds.parse(arguments().subList(1, arguments().size()));
        if (ids.isEmpty()) {
            throw new CommandFailure("page id required");
        }
        Path source = source();
        try (RawPages pages = RawPages.open(disk(), source)) {
            for (int i = 0; i < ids.size(); i++) {
                if (i > 0) {
                    out().println(PageCommand.SEPARATOR);
                }
                dump(pages.pageBytes(ids.get(i)), ids.get(i) * pages.pageSize());
            }
        } catch (DatabaseException.Corrupted e) {
            throw new CommandFailure(e.reason(), List.of("  " + e.getMessage()));
        }
    }

    private void dump(byte[] page, long address) {
        boolean isSkipping = false;
        for (int at = 0; at < page.length; at += LINE_BYTES) {
            boolean isRepeated =
                    at > 0
                            && at + LINE_BYTES < page.length
                            && Arrays.equals(page, at - LINE_BYTES, at, page, at, at + LINE_BYTES);
            if (!isRepeated) {
                out().println(line(page, at, address));
            } else if (!isSkipping) {
                out().printf("%07x *%n", address + at);
            }
            isSkipping = isRepeated;
        }
        out().println();
    }

    private static String line(byte[] page, int at, long address) {
        StringBuilder line = new StringBuilder(String.format("%07x", address + at));
        for (int i = 0; i < LINE_BYTES; i += 2) {
            line.append(String.format(" %02x%02x", page[at + i], page[at + i + 1]));
        }
        return line.toString();
    }
}
