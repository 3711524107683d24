package dev.plinth.jmh.walio;

import dev.plinth.walio.WalOptions;
import dev.plinth.walio.WriteAheadLog;
import dev.plinth.walio.io.LinuxDisk;
import dev.plinth.walio.io.SystemClock;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/**
 * One entry made durable, and batches of 64. {@code -Dplinth.bench.dir=DIR} chooses the disk; with
 * {@code -prof gc} the bytes allocated per append are to be 0.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Fork(1)
@Warmup(iterations = 3, time = 2)
@Measurement(iterations = 5, time = 2)
public class AppendBenchmark {
    private static final int BATCH = 64;

    @Param({"100", "4096"})
    public int entryBytes;

    private Path directory;
    private WriteAheadLog log;
    private byte[] entry;
    private byte[] state;
    private long index;

    @Setup
    public void createLog() throws IOException {
        String parent =
                System.getProperty("plinth.bench.dir", System.getProperty("java.io.tmpdir"));
        directory = Files.createTempDirectory(Path.of(parent), "append");
        log =
                WriteAheadLog.create(
                        new LinuxDisk(),
                        new SystemClock(),
                        directory.resolve("wal"),
                        new byte[] {8, 1, 16, 1},
                        WalOptions.defaults());
        entry = new byte[entryBytes];
        Arrays.fill(entry, (byte) 7);
        state = new byte[] {8, 1, 16, 1, 24, 1};
    }

    @TearDown
    public void removeLog() throws IOException {
        log.close();
        for (Path file : Files.list(directory.resolve("wal")).toList()) {
            Files.delete(file);
        }
        Files.delete(directory.resolve("wal"));
        Files.delete(directory);
    }

    private void append() throws IOException {
        log.appendEntry(++index, entry, 0, entry.length);
    }

    private void keepDiskSmall() throws IOException {
        if (index % 65_536 == 0) {
            log.releaseTo(index);
            log.purge(2);
        }
    }

    /** The latency of a lone client's write. */
    @Benchmark
    public void appendAndCommit() throws IOException {
        append();
        log.appendState(state);
        log.commit();
        keepDiskSmall();
    }

    /** Per entry when 64 wait for each commit. */
    @Benchmark
    @OperationsPerInvocation(BATCH)
    public void appendInBatches() throws IOException {
        for (int i = 0; i < BATCH; i++) {
            append();
        }
        log.appendState(state);
        log.commit();
        keepDiskSmall();
    }
}
