package dev.plinth.server.dump;

import com.google.protobuf.InvalidProtocolBufferException;
import dev.plinth.pagestore.DatabaseException;
import dev.plinth.pagestore.inspect.RawPages;
import dev.plinth.pagestore.inspect.RawRun;
import dev.plinth.server.cli.CommandFailure;
import dev.plinth.server.cli.GoNumbers;
import dev.plinth.server.dump.BucketDecoder.RevisionBytes;
import java.io.IOException;
import picocli.CommandLine.Command;

/**
 * {@code scan-keys}: the keys on all leaf pages, found without the tree, so that those on pages
 * which were freed show too.
 */
@Command(
        name = "scan-keys",
        header =
                "scan-keys scans all the key-value pairs starting from a specific revision in the key space.",
        customSynopsis = "scan-keys [data dir or db file path] [start revision]")
final class ScanKeysCommand extends DumpDbCommand {
    private static final int FIRST_PAGE = 2;
    private static final String LEAF = "leaf";

    ScanKeysCommand(DumpContext context) {
        super(context, 2);
    }

    @Override
    void dump() throws Refusal, IOException {
        long start;
        try {
            start = GoNumbers.parseInt(argument(1));
        } catch (CommandFailure e) {
            throw new Refusal(String.valueOf(e.getMessage()));
        }
        try (RawPages pages = RawPages.open(context().disk(), file())) {
            long mark = pages.highWaterMark();
            long end = mark < 0 ? pages.pagesInFile() : Math.min(mark, pages.pagesInFile());
            for (long page = FIRST_PAGE; page < end; ) {
                page += scan(pages, page, start);
            }
        }
    }

    /** Prints the keys of a page; returns how many pages it takes. */
    private long scan(RawPages pages, long page, long start) {
        try (RawRun run = pages.read(page)) {
            if (run.type().equals(LEAF)) {
                print(run, page, start);
            }
            return run.overflow() + 1;
        } catch (DatabaseException e) {
            context()
                    .log("Reading page " + page + " failed: " + e.getMessage() + ". Continuing...");
            return 1;
        }
    }

    private void print(RawRun run, long page, long start) {
        for (int i = 0; i < run.count(); i++) {
            if (run.isBucket(i)) {
                return;
            }
            byte[] key = run.key(i);
            try {
                RevisionBytes revision = RevisionBytes.of(key);
                if (revision.main() < start) {
                    continue;
                }
                context()
                        .out()
                        .println(
                                "pageID="
                                        + page
                                        + ", index="
                                        + i
                                        + "/"
                                        + (run.count() - 1)
                                        + ", "
                                        + BucketDecoder.text("key", key, run.value(i)));
            } catch (InvalidProtocolBufferException e) {
                context()
                        .log(
                                "Decoding revision failed, pageID: "
                                        + page
                                        + ", index: "
                                        + i
                                        + ", "
                                        + e.getMessage());
                return;
            }
        }
    }
}
