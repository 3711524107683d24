package dev.plinth.server.bolt;

import static java.util.Objects.requireNonNull;

import dev.plinth.pagestore.BucketStats;
import dev.plinth.pagestore.Cursor;
import dev.plinth.pagestore.Database;
import dev.plinth.pagestore.Options;
import dev.plinth.pagestore.ReadTransaction;
import dev.plinth.server.cli.ArgumentCount;
import dev.plinth.server.cli.CommandFailure;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import picocli.CommandLine.Command;

/** {@code stats}: pages, bytes and keys of the top-level buckets with a prefix. */
@Command(
        name = "stats",
        header = "print stats of bbolt database",
        description = {
            "usage: bolt stats PATH",
            "",
            "Stats performs an extensive search of the database to track every page",
            "reference. It starts at the current meta page and recursively iterates",
            "through every accessible bucket.",
            "",
            "The following errors can be reported:",
            "",
            "    already freed",
            "        The page is referenced more than once in the freelist.",
            "",
            "    unreachable unfreed",
            "        The page is not referenced by a bucket or in the freelist.",
            "",
            "    reachable freed",
            "        The page is referenced by a bucket but is also in the freelist.",
            "",
            "    out of bounds",
            "        A page is referenced that is above the high water mark.",
            "",
            "    multiple references",
            "        A page is referenced by more than one other page.",
            "",
            "    invalid type",
            "        The page type is not \"meta\", \"leaf\", \"branch\", or \"freelist\".",
            "",
            "No errors should occur in your database. However, if for some reason you",
            "experience corruption, please submit a ticket to the etcd-io/bbolt project page:",
            "",
            "  https://github.com/etcd-io/bbolt/issues"
        },
        customSynopsis = "stats <bbolt-file>")
final class StatsCommand extends BoltCommand {
    StatsCommand(BoltContext context) {
        super(context);
    }

    @Override
    protected ArgumentCount argumentCount() {
        return new ArgumentCount(1, 2);
    }

    @Override
    void execute() throws CommandFailure {
        byte[] prefix =
                (arguments().size() > 1 ? argument(1) : "").getBytes(StandardCharsets.UTF_8);
        Options options =
                Options.defaults()
                        .withReadOnly(true)
                        .withPreloadFreelist(true)
                        .withLockWait(context().lockWait());
        BucketStats sum = BucketStats.NONE;
        int buckets = 0;
        try (Database database = Database.open(disk(), source(), options);
                ReadTransaction transaction = database.beginRead()) {
            Cursor cursor = transaction.root().cursor();
            for (boolean found = cursor.first(); found; found = cursor.next()) {
                byte[] name = cursor.keyBytes();
                if (cursor.isBucket() && startsWith(name, prefix)) {
                    sum = sum.plus(requireNonNull(transaction.bucket(name)).stats());
                    buckets++;
                }
            }
        }
        print(buckets, sum);
    }

    private static boolean startsWith(byte[] name, byte[] prefix) {
        return name.length >= prefix.length
                && Arrays.equals(name, 0, prefix.length, prefix, 0, prefix.length);
    }

    private void print(int buckets, BucketStats s) {
        out().println("Aggregate statistics for " + buckets + " buckets\n");
        out().println("Page count statistics");
        line("Number of logical branch pages", s.branchPages());
        line("Number of physical branch overflow pages", s.branchOverflowPages());
        line("Number of logical leaf pages", s.leafPages());
        line("Number of physical leaf overflow pages", s.leafOverflowPages());
        out().println("Tree statistics");
        line("Number of keys/value pairs", s.keys());
        line("Number of levels in B+tree", s.depth());
        out().println("Page size utilization");
        line("Bytes allocated for physical branch pages", s.branchBytes());
        line("Bytes actually used for branch data", s.branchUsedBytes(), s.branchBytes());
        line("Bytes allocated for physical leaf pages", s.leafBytes());
        line("Bytes actually used for leaf data", s.leafUsedBytes(), s.leafBytes());
        out().println("Bucket statistics");
        line("Total number of buckets", s.buckets());
        line("Total number on inlined buckets", s.inlineBuckets(), s.buckets());
        line("Bytes used for inlined buckets", s.inlineUsedBytes(), s.leafUsedBytes());
    }

    private void line(String name, long value) {
        out().println("\t" + name + ": " + value);
    }

    private void line(String name, long value, long whole) {
        // Single precision, cut off: the reference's percentages.
        int percent = whole == 0 ? 0 : (int) ((float) value * 100f / (float) whole);
        out().println("\t" + name + ": " + value + " (" + percent + "%)");
    }
}
