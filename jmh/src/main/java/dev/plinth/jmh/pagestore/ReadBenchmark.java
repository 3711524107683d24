package dev.plinth.jmh.pagestore;

import dev.plinth.pagestore.Bucket;
import dev.plinth.pagestore.ByteView;
import dev.plinth.pagestore.Cursor;
import dev.plinth.pagestore.ReadTransaction;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/**
 * Reads in 200,000 keys with values of 256 bytes. With {@code -prof gc} the bytes allocated per get
 * into a view, seek and step of a scan are to be 0. {@code -Dplinth.bench.dir=DIR} chooses the
 * disk.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Fork(value = 1, jvmArgsAppend = "--enable-native-access=ALL-UNNAMED")
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
public class ReadBenchmark {
    private static final int SCANNED = 1000;

    private Path home;
    private PlinthStore store;
    private ReadTransaction transaction;
    private Bucket bucket;
    private Cursor cursor;
    private final ByteView view = new ByteView();
    private final byte[] key = new byte[Workload.KEY_BYTES];
    private long number;

    @Setup
    public void fill() throws IOException {
        home = BenchFolder.create("read");
        store = new PlinthStore(home, PlinthStore.etcdLike());
        store.durable(false);
        StoreComparison.fill(store, new byte[Workload.VALUE_BYTES]);
        transaction = store.database().beginRead();
        bucket = Objects.requireNonNull(transaction.root().bucket(PlinthStore.BUCKET));
        cursor = bucket.cursor();
    }

    @TearDown
    public void delete() throws IOException {
        transaction.close();
        store.close();
        BenchFolder.delete(home);
    }

    @Benchmark
    public int get() {
        Workload.key(Workload.randomKey(number++), key);
        return bucket.get(key, view) ? view.length() : -1;
    }

    @Benchmark
    public int seek() {
        Workload.key(Workload.randomKey(number++), key);
        return cursor.seek(key) ? 1 : 0;
    }

    @Benchmark
    @OperationsPerInvocation(SCANNED)
    public long scan() {
        Workload.key(Workload.randomKey(number++) / 2, key);
        long sum = 0;
        boolean more = cursor.seek(key);
        for (int i = 0; i < SCANNED && more; i++) {
            cursor.value(view);
            sum += view.length();
            more = cursor.next();
        }
        return sum;
    }

    /** A transaction of its own for one get, with a checked slice of the value. */
    @Benchmark
    public long transactionWithSlice() {
        Workload.key(Workload.randomKey(number++), key);
        return store.database()
                .view(reader ->
                        Objects.requireNonNull(
                                        Objects.requireNonNull(
                                                        reader.root().bucket(PlinthStore.BUCKET))
                                                .get(key))
                                .byteSize());
    }
}
