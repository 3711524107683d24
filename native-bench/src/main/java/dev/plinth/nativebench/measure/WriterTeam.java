package dev.plinth.nativebench.measure;

import dev.plinth.walio.io.Clock;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BrokenBarrierException;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.HdrHistogram.Histogram;

/**
 * Threads that write at once. They wait for each other before a slice begins, so that its time is
 * spent in writing and not in waking up. Driven by one thread.
 */
final class WriterTeam implements AutoCloseable {
    private final Clock clock;
    private final ExecutorService threads;
    private final List<Histogram> latencies = new ArrayList<>();

    WriterTeam(Clock clock, int writersMax) {
        this.clock = clock;
        threads =
                Executors.newFixedThreadPool(
                        writersMax, Thread.ofPlatform().name("writer-", 0).daemon().factory());
        for (int i = 0; i < writersMax; i++) {
            latencies.add(Cell.newHistogram());
        }
    }

    /**
     * A slice of {@code depth} writers.
     *
     * @param latency takes what all of them noted
     * @return how long it took, from the first write to the last
     */
    long run(PathWriter writer, int depth, MemorySegment bytes, long nanos, Histogram latency)
            throws IOException {
        CyclicBarrier start = new CyclicBarrier(depth);
        List<Future<Span>> spans = new ArrayList<>();
        for (int i = 0; i < depth; i++) {
            Histogram own = latencies.get(i);
            own.reset();
            spans.add(threads.submit(() -> write(writer, bytes, nanos, start, own)));
        }
        long begin = Long.MAX_VALUE;
        long end = Long.MIN_VALUE;
        for (int i = 0; i < depth; i++) {
            Span span = await(spans.get(i));
            begin = Math.min(begin, span.begin());
            end = Math.max(end, span.end());
            latency.add(latencies.get(i));
        }
        return end - begin;
    }

    private record Span(long begin, long end) {}

    private Span write(
            PathWriter writer,
            MemorySegment bytes,
            long nanos,
            CyclicBarrier start,
            Histogram latency)
            throws IOException, InterruptedException, BrokenBarrierException {
        start.await();
        long begin = clock.monotonicNanos();
        return new Span(begin, writer.run(bytes, begin + nanos, latency));
    }

    private static Span await(Future<Span> span) throws IOException {
        try {
            return span.get();
        } catch (ExecutionException e) {
            throw e.getCause() instanceof IOException io ? io : new IOException(e.getCause());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted", e);
        }
    }

    @Override
    public void close() {
        threads.shutdownNow();
    }
}
