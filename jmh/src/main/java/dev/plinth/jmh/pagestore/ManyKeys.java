package dev.plinth.jmh.pagestore;

import dev.plinth.pagestore.Bucket;
import dev.plinth.pagestore.ByteView;
import dev.plinth.pagestore.Database;
import dev.plinth.pagestore.Durability;
import dev.plinth.pagestore.Options;
import dev.plinth.pagestore.ReadTransaction;
import dev.plinth.walio.io.LinuxDisk;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Objects;

/**
 * Opening a file takes no heap that grows with its keys: makes a file of 10,000,000 keys, then
 * opens it and reads some of them. To be run twice, the second time with a heap of a few mebibytes.
 *
 * <pre>
 *   java            ... ManyKeys make FILE [KEYS]
 *   java -Xmx12m    ... ManyKeys open FILE
 * </pre>
 */
public final class ManyKeys {
    private static final byte[] BUCKET = "bench".getBytes(StandardCharsets.US_ASCII);
    private static final Options OPTIONS = Options.etcd().withPopulate(false);

    private ManyKeys() {}

    /** See the class comment. */
    public static void main(String[] arguments) {
        Path path = Path.of(arguments[1]);
        if (arguments[0].equals("make")) {
            make(path, arguments.length > 2 ? Long.parseLong(arguments[2]) : 10_000_000);
        } else {
            open(path);
        }
    }

    private static void make(Path path, long keys) {
        byte[] key = new byte[Workload.KEY_BYTES];
        byte[] value = new byte[32];
        long[] next = {0};
        try (Database database =
                Database.open(new LinuxDisk(), path, OPTIONS.withDurability(Durability.NEVER))) {
            while (next[0] < keys) {
                database.update(transaction -> {
                    Bucket bucket = transaction.createBucketIfMissing(BUCKET);
                    bucket.setFillPercent(0.9);
                    bucket.setSequence(keys);
                    for (int i = 0; i < 100_000 && next[0] < keys; i++) {
                        Workload.key(next[0]++, key);
                        bucket.put(key, value);
                    }
                });
            }
            database.sync();
        }
        System.out.printf("%d keys written%n", keys);
    }

    private static void open(Path path) {
        long before = usedHeapBytes();
        long start = System.nanoTime();
        try (Database database = Database.open(new LinuxDisk(), path, OPTIONS)) {
            long nanos = System.nanoTime() - start;
            long heapBytes = usedHeapBytes() - before;
            System.out.printf(
                    "opened %d MiB for writing in %.0f ms; heap for it %d KiB of at most %d MiB%n",
                    database.stats().sizeBytes() >> 20,
                    nanos / 1e6,
                    heapBytes >> 10,
                    Runtime.getRuntime().maxMemory() >> 20);
            try (ReadTransaction transaction = database.beginRead()) {
                readSome(Objects.requireNonNull(transaction.root().bucket(BUCKET)));
            }
        }
    }

    private static void readSome(Bucket bucket) {
        byte[] key = new byte[Workload.KEY_BYTES];
        ByteView view = new ByteView();
        int gets = 100_000;
        for (int i = 0; i < gets; i++) {
            Workload.key(Long.remainderUnsigned(Workload.mix(i), bucket.sequence()), key);
            if (!bucket.get(key, view)) {
                throw new IllegalStateException("a key is missing");
            }
        }
        System.out.printf("%d of %d keys read%n", gets, bucket.sequence());
    }

    private static long usedHeapBytes() {
        System.gc();
        return ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed();
    }
}
