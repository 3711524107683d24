package dev.plinth.jmh.raft;

import dev.plinth.raft.Entry;
import java.util.ArrayList;
import java.util.List;
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
import org.openjdk.jmh.annotations.Warmup;

/**
 * Entries of 256 bytes from the proposal to being applied everywhere, leader and two followers on
 * one core. Time is that of all three together, compaction included. The entry itself is made by
 * {@link #entriesAlone}: what {@link #replicate} allocates more than that is the cost of consensus
 * ({@code -prof gc}). It is one object of 56 bytes an entry (the proposal at its place in the log),
 * its slots in seven arrays of references, and some 4 KiB of messages and lists for each batch.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.Throughput)
@OutputTimeUnit(TimeUnit.SECONDS)
@Warmup(iterations = 5, time = 2)
@Measurement(iterations = 5, time = 2)
@Fork(1)
public class ReplicationBenchmark {
    private static final int BATCH = 64;
    private static final int LARGE_BATCH = 256;
    private static final int ENTRY_SIZE = 256;

    @Param({"3"})
    int members;

    private MemoryCluster cluster;

    /** Starts the cluster. */
    @Setup
    public void start() {
        cluster = new MemoryCluster(members);
    }

    /** The allocation of the entries, to be taken off. */
    @Benchmark
    @OperationsPerInvocation(BATCH)
    public List<Entry> entriesAlone() {
        return batch(BATCH);
    }

    /** Batches as a busy server makes them of the proposals that wait. */
    @Benchmark
    @OperationsPerInvocation(BATCH)
    public long replicate() {
        cluster.replicate(batch(BATCH));
        return cluster.applied();
    }

    /** The same with larger batches, which shows what is spent on each. */
    @Benchmark
    @OperationsPerInvocation(LARGE_BATCH)
    public long replicateLargeBatches() {
        cluster.replicate(batch(LARGE_BATCH));
        return cluster.applied();
    }

    /** One proposal at a time: the cost without a batch. */
    @Benchmark
    public long replicateOneByOne() {
        cluster.replicate(List.of(Entry.proposal(new byte[ENTRY_SIZE])));
        return cluster.applied();
    }

    private static List<Entry> batch(int size) {
        List<Entry> entries = new ArrayList<>(size);
        for (int i = 0; i < size; i++) {
            entries.add(Entry.proposal(new byte[ENTRY_SIZE]));
        }
        return entries;
    }
}
