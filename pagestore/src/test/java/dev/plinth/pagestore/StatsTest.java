package dev.plinth.pagestore;

import static org.assertj.core.api.Assertions.assertThat;

import dev.plinth.walio.io.LinuxDisk;
import java.nio.file.Path;
import java.util.Objects;
import java.util.stream.Stream;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Measures and page kinds of the recorded files are those that the reference prints. */
class StatsTest {
    @TempDir Path directory;

    static Stream<String> filesWithStats() {
        return Vectors.databases().stream().filter(name -> Vectors.exists(name + ".stats.txt"));
    }

    static Stream<String> filesWithPages() {
        return Vectors.databases().stream().filter(name -> Vectors.exists(name + ".pages.txt"));
    }

    @ParameterizedTest
    @MethodSource("filesWithStats")
    void bucketMeasuresAreTheRecordedOnes(String name) {
        try (Database database = open(name);
                ReadTransaction transaction = database.beginRead()) {
            BucketStats total = BucketStats.NONE;
            Cursor cursor = transaction.root().cursor();
            int buckets = 0;
            for (boolean more = cursor.first(); more; more = cursor.next()) {
                Bucket bucket = Objects.requireNonNull(transaction.bucket(cursor.keyBytes()));
                total = total.plus(bucket.stats());
                buckets++;
            }
            assertThat(print(total, buckets)).isEqualTo(Vectors.text(name + ".stats.txt"));
        }
    }

    private static String print(BucketStats stats, int buckets) {
        return String.join(
                "\n",
                "Aggregate statistics for " + buckets + " buckets",
                "",
                "Page count statistics",
                "\tNumber of logical branch pages: " + stats.branchPages(),
                "\tNumber of physical branch overflow pages: " + stats.branchOverflowPages(),
                "\tNumber of logical leaf pages: " + stats.leafPages(),
                "\tNumber of physical leaf overflow pages: " + stats.leafOverflowPages(),
                "Tree statistics",
                "\tNumber of keys/value pairs: " + stats.keys(),
                "\tNumber of levels in B+tree: " + stats.depth(),
                "Page size utilization",
                "\tBytes allocated for physical branch pages: " + stats.branchBytes(),
                "\tBytes actually used for branch data: "
                        + stats.branchUsedBytes()
                        + percent(stats.branchUsedBytes(), stats.branchBytes()),
                "\tBytes allocated for physical leaf pages: " + stats.leafBytes(),
                "\tBytes actually used for leaf data: "
                        + stats.leafUsedBytes()
                        + percent(stats.leafUsedBytes(), stats.leafBytes()),
                "Bucket statistics",
                "\tTotal number of buckets: " + stats.buckets(),
                "\tTotal number on inlined buckets: "
                        + stats.inlineBuckets()
                        + percent(stats.inlineBuckets(), stats.buckets()),
                "\tBytes used for inlined buckets: "
                        + stats.inlineUsedBytes()
                        + percent(stats.inlineUsedBytes(), stats.leafUsedBytes()),
                "");
    }

    private static String percent(long used, long of) {
        return " (" + (of == 0 ? 0 : (int) ((float) used * 100f / of)) + "%)";
    }

    @ParameterizedTest
    @MethodSource("filesWithPages")
    void pageKindsAreTheRecordedOnes(String name) {
        StringBuilder table = new StringBuilder();
        table.append("ID       TYPE       ITEMS  OVRFLW\n");
        table.append("======== ========== ====== ======\n");
        try (Database database = open(name);
                ReadTransaction transaction = database.beginRead()) {
            PageInfo page = transaction.page(0);
            for (long id = 0; page != null; page = transaction.page(id)) {
                boolean free = page.isFree();
                table.append(
                        String.format(
                                "%-8d %-10s %-6s %-6s\n",
                                id,
                                page.type(),
                                free ? "" : page.count(),
                                free || page.overflow() == 0 ? "" : page.overflow()));
                id += 1 + (free ? 0 : page.overflow());
            }
        }
        assertThat(table.toString()).isEqualTo(Vectors.text(name + ".pages.txt"));
    }

    private Database open(String name) {
        Options options = Options.defaults().withReadOnly(true).withPreloadFreelist(true);
        return Database.open(new LinuxDisk(), Vectors.unpack(name, directory), options);
    }
}
