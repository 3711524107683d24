package dev.plinth.jmh.pagestore;

import dev.plinth.pagestore.Durability;
import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/**
 * One transaction of puts into 200,000 keys with values of 256 bytes, and opening that file. With
 * durability NEVER the time is the engine's own; with EVERY_COMMIT the device's is in it. A batch
 * of 1 is a commit of its own. {@code -Dplinth.bench.dir=DIR} chooses the disk.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Fork(value = 1, jvmArgsAppend = "--enable-native-access=ALL-UNNAMED")
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
public class WriteBenchmark {
    @Param({"1", "100", "10000"})
    public int batch;

    @Param({"NEVER", "EVERY_COMMIT"})
    public Durability durability;

    private Path home;
    private PlinthStore store;
    private final byte[] value = new byte[Workload.VALUE_BYTES];
    private long random;
    private long next;

    @Setup(Level.Iteration)
    public void fill() throws IOException {
        home = BenchFolder.create("write");
        store = new PlinthStore(home, PlinthStore.etcdLike());
        store.durable(false);
        StoreComparison.fill(store, value);
        store.durable(durability == Durability.EVERY_COMMIT);
        next = Workload.KEYS;
    }

    @TearDown(Level.Iteration)
    public void delete() throws IOException {
        store.close();
        BenchFolder.delete(home);
    }

    @Benchmark
    public void randomPuts() {
        store.put(batch, 0.5, () -> Workload.randomKey(random++), value);
    }

    @Benchmark
    public void sequentialPuts() {
        store.put(batch, 0.9, () -> next++, value);
    }

    /** Opens the file for writing, which walks the tree, as its free pages are not listed. */
    @Benchmark
    public long open() {
        store.durable(durability == Durability.EVERY_COMMIT);
        return store.database().stats().sizeBytes();
    }
}
