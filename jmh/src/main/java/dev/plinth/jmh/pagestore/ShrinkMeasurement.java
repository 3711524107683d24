package dev.plinth.jmh.pagestore;

import dev.plinth.pagestore.Bucket;
import dev.plinth.pagestore.ByteView;
import dev.plinth.pagestore.Cursor;
import dev.plinth.pagestore.Database;
import dev.plinth.pagestore.Durability;
import dev.plinth.pagestore.OnlineShrink;
import dev.plinth.pagestore.Options;
import dev.plinth.pagestore.ReadTransaction;
import dev.plinth.pagestore.Stats;
import dev.plinth.pagestore.WriteTransaction;
import dev.plinth.walio.io.LinuxDisk;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Objects;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.locks.LockSupport;

/**
 * A file of 1 GiB of which four fifths are deleted is made small again while a writer commits and
 * readers read. Prints how the file shrinks, and how long the writer's commits took beyond the time
 * of syncs, their own and those of the steps that they waited for: the work of the steps is in
 * there.
 *
 * <pre>
 *   ShrinkMeasurement DIRECTORY [MEBIBYTES] [PAGES-PER-STEP] [READERS] [SCANS-PER-SECOND]
 * </pre>
 *
 * <p>Each reader scans 100 values so many times a second; 0 stands for as often as it can, which on
 * few cores measures how long the writer waits for a core.
 */
public final class ShrinkMeasurement {
    private static final byte[] BUCKET = "bench".getBytes(StandardCharsets.US_ASCII);
    private static final int VALUE_BYTES = 1000;
    private static final int KEPT_OF = 5;

    /** Commits before the shrinking begins, as many as it takes about, for comparison. */
    private static final int UNDISTURBED_COMMITS = 10_000;

    private final Database database;
    private final long keys;
    private final byte[] value = new byte[VALUE_BYTES];
    private final OnlineShrink shrink;
    private final CountDownLatch warm = new CountDownLatch(UNDISTURBED_COMMITS);
    private volatile boolean finished;

    private long[] excessNanos = new long[1 << 10];
    private int commits;
    private long reads;

    private ShrinkMeasurement(Database database, long fileBytes) {
        this.database = database;
        this.shrink = new OnlineShrink(database);
        this.keys = fileBytes / (VALUE_BYTES + 60);
    }

    /** See the class comment. Exits with 1 if the file stays larger than 1.3 times what lives. */
    public static void main(String[] arguments) throws IOException, InterruptedException {
        Path path = Path.of(arguments[0]).resolve("shrink.db");
        long mebibytes = arguments.length > 1 ? Long.parseLong(arguments[1]) : 1024;
        int pagesPerStep = arguments.length > 2 ? Integer.parseInt(arguments[2]) : 8;
        int readers = arguments.length > 3 ? Integer.parseInt(arguments[3]) : 2;
        int scansPerSecond = arguments.length > 4 ? Integer.parseInt(arguments[4]) : 2_000;
        Files.deleteIfExists(path);
        Options options = Options.etcd().withPopulate(false);
        try (Database filled =
                Database.open(new LinuxDisk(), path, options.withDurability(Durability.NEVER))) {
            new ShrinkMeasurement(filled, mebibytes << 20).fill();
        }
        double ratio;
        try (Database database = Database.open(new LinuxDisk(), path, options)) {
            ratio =
                    new ShrinkMeasurement(database, mebibytes << 20)
                            .run(pagesPerStep, readers, scansPerSecond);
        }
        Files.deleteIfExists(path);
        System.exit(ratio <= 1.3 ? 0 : 1);
    }

    private void fill() {
        long[] next = {0};
        while (next[0] < keys) {
            database.update(transaction -> {
                Bucket bucket = transaction.createBucketIfMissing(BUCKET);
                bucket.setFillPercent(0.9);
                for (int i = 0; i < 10_000; i++) {
                    bucket.put(key(next[0]++), value);
                }
            });
        }
        next[0] = 0;
        while (next[0] < keys) {
            database.update(transaction -> {
                Bucket bucket = Objects.requireNonNull(transaction.bucket(BUCKET));
                for (int i = 0; i < 10_000 && next[0] < keys; i++, next[0]++) {
                    if (next[0] / 16 % KEPT_OF != 0) {
                        bucket.delete(key(next[0]));
                    }
                }
            });
        }
        database.sync();
    }

    private static byte[] key(long number) {
        byte[] key = new byte[Workload.KEY_BYTES];
        Workload.key(number, key);
        return key;
    }

    private double run(int pagesPerStep, int readerCount, int scansPerSecond)
            throws InterruptedException {
        long live = liveBytes();
        System.out.printf("before: file %d MiB, live %d MiB%n", fileBytes() >> 20, live >> 20);
        Thread writer = Thread.ofPlatform().name("writer").start(this::write);
        Thread[] readers = new Thread[readerCount];
        for (int i = 0; i < readerCount; i++) {
            readers[i] = Thread.ofPlatform().name("reader-" + i).start(() -> read(scansPerSecond));
        }
        warm.await();
        long start = System.nanoTime();
        long steps = 0;
        long longest = 0;
        OnlineShrink.Step step;
        do {
            long begin = System.nanoTime();
            step = shrink.step(pagesPerStep);
            longest = Math.max(longest, System.nanoTime() - begin);
            if (++steps % 500 == 0) {
                System.out.printf("step %d: file %d MiB%n", steps, step.fileBytes() >> 20);
            }
        } while (!step.finished());
        long nanos = System.nanoTime() - start;
        finished = true;
        writer.join();
        for (Thread reader : readers) {
            reader.join();
        }
        shrink.step(pagesPerStep);
        live = liveBytes();
        double ratio = (double) fileBytes() / live;
        System.out.printf(
                "after %.1f s, %d steps (longest %.1f ms): file %d MiB, live %d MiB, ratio %.2f%n",
                nanos / 1e9, steps, longest / 1e6, fileBytes() >> 20, live >> 20, ratio);
        report();
        return ratio;
    }

    private void report() {
        report("before", 0, UNDISTURBED_COMMITS);
        report("during", UNDISTURBED_COMMITS, commits);
        System.out.printf("%d reads%n", reads);
    }

    private void report(String when, int from, int to) {
        long[] sorted = Arrays.copyOfRange(excessNanos, from, to);
        Arrays.sort(sorted);
        int count = sorted.length;
        System.out.printf(
                "%s: %d commits, beyond syncs: median %.2f ms, p99 %.2f ms, p99.9 %.2f ms,"
                        + " longest %.2f ms; over 5 ms: %d%n",
                when,
                count,
                sorted[count / 2] / 1e6,
                sorted[count - 1 - count / 100] / 1e6,
                sorted[count - 1 - count / 1000] / 1e6,
                sorted[count - 1] / 1e6,
                Arrays.stream(sorted).filter(nanos -> nanos > 5_000_000).count());
    }

    private void write() {
        long number = 0;
        while (!finished) {
            byte[] key = key(Long.remainderUnsigned(Workload.mix(number++), keys));
            long start = System.nanoTime();
            long syncNanos = -shrink.syncNanos();
            try (WriteTransaction transaction = database.beginWrite()) {
                Objects.requireNonNull(transaction.root().bucket(BUCKET)).put(key, value);
                transaction.commit();
                syncNanos += transaction.stats().syncNanos();
            }
            if (commits == excessNanos.length) {
                excessNanos = Arrays.copyOf(excessNanos, commits * 2);
            }
            syncNanos += shrink.syncNanos();
            excessNanos[commits++] = System.nanoTime() - start - syncNanos;
            warm.countDown();
        }
    }

    private void read(int scansPerSecond) {
        ByteView view = new ByteView();
        long count = 0;
        long between = scansPerSecond == 0 ? 0 : 1_000_000_000L / scansPerSecond;
        long next = System.nanoTime();
        while (!finished) {
            next += between;
            LockSupport.parkNanos(between == 0 ? 0 : next - System.nanoTime());
            try (ReadTransaction transaction = database.beginRead()) {
                Cursor cursor = Objects.requireNonNull(transaction.root().bucket(BUCKET)).cursor();
                boolean more = cursor.seek(key(Long.remainderUnsigned(Workload.mix(count), keys)));
                for (int i = 0; more && i < 100; i++) {
                    cursor.value(view);
                    count++;
                    more = cursor.next();
                }
            }
        }
        synchronized (this) {
            reads += count;
        }
    }

    private long fileBytes() {
        try {
            return Files.size(database.path());
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    private long liveBytes() {
        Stats stats = database.stats();
        long dead = stats.freePages() + stats.pendingPages();
        return stats.sizeBytes() - dead * database.pageSize();
    }
}
