package dev.plinth.jmh.mvcc;

import static java.nio.charset.StandardCharsets.US_ASCII;

import dev.plinth.mvcc.index.IndexReader;
import dev.plinth.mvcc.index.KeyIndex;
import dev.plinth.mvcc.index.KeyState;
import dev.plinth.mvcc.reclaim.Epochs;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
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
 * The key index with many keys, one thread: look-ups, counts and scans of a published state, and
 * puts that are published one by one, as the apply thread does. Run with {@code -prof gc} it shows
 * what is left to the collector. At the end it prints native bytes for each key.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Fork(1)
@Warmup(iterations = 3, time = 2)
@Measurement(iterations = 5, time = 2)
public class IndexBenchmark {
    private static final int SCANNED = 100;

    @Param("1000000")
    private int keys;

    private final SplittableRandom random = new SplittableRandom(1);
    private final KeyState state = new KeyState();
    private Epochs epochs;
    private KeyIndex index;
    private IndexReader reader;
    private byte[][] names;
    private long revision = 1;
    private int root;
    private int inserted;

    @Setup
    public void fill() {
        epochs = new Epochs();
        index = new KeyIndex(epochs);
        names = new byte[keys][];
        for (int i = 0; i < keys; i++) {
            names[i] = name(random.nextInt(Integer.MAX_VALUE), i);
            put(names[i]);
        }
        reader = index.newReader();
    }

    private static byte[] name(int group, int i) {
        return "/registry/pods/ns-%05d/pod-%07d".formatted(group % 2000, i).getBytes(US_ASCII);
    }

    private void put(byte[] key) {
        index.put(key, ++revision, 0, state);
        root = index.publish();
        index.published(epochs.advance());
    }

    @TearDown
    public void report() {
        System.out.printf(
                "%n%,d keys: %.1f bytes used and %.1f reserved for each%n",
                keys + inserted,
                (double) index.usedBytes() / (keys + inserted),
                (double) index.memoryBytes() / (keys + inserted));
        index.close();
    }

    private byte[] anyKey() {
        return names[random.nextInt(keys)];
    }

    /** A key as it is now. */
    @Benchmark
    public boolean get() {
        return reader.find(root, anyKey(), Long.MAX_VALUE, state);
    }

    /** How many keys there are between two, which may be any part of the tree. */
    @Benchmark
    public long count() {
        return reader.countNewest(root, anyKey(), new byte[0]);
    }

    /** The next hundred keys. */
    @Benchmark
    public int scan() {
        int[] left = {SCANNED};
        reader.scan(root, anyKey(), new byte[0], revision, (_, _) -> --left[0] > 0);
        return left[0];
    }

    /** A revision of a key that is there. */
    @Benchmark
    public long overwrite() {
        put(anyKey());
        return revision;
    }

    /** A key that is not there yet, anywhere. */
    @Benchmark
    public long insert() {
        put(name(random.nextInt(Integer.MAX_VALUE), keys + inserted++));
        return revision;
    }
}
