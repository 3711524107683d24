package dev.plinth.jmh.walio;

import java.io.IOException;
import java.util.Arrays;
import java.util.List;

/** One way to make 4 KiB durable, and how long each of its writes took. One thread. */
final class Contender {
    /** What a way stands for in the comparison. */
    enum Kind {
        LOG,
        /** A pure overwrite of written blocks; the fastest of them is the disk's floor. */
        FLOOR,
        ETCD,
        /** Shown to explain the others, not compared. */
        EXPLANATION
    }

    /** A durable write. */
    interface Operation {
        void run() throws IOException;
    }

    private final Kind kind;
    private final String name;
    private final Operation operation;
    private long[] samples = {};
    private int count;

    Contender(Kind kind, String name, Operation operation) {
        this.kind = kind;
        this.name = name;
        this.operation = operation;
    }

    void warmUp() throws IOException {
        operation.run();
    }

    void forgetSamples(int samplesMax) {
        samples = new long[samplesMax];
        count = 0;
    }

    void sample() throws IOException {
        long started = System.nanoTime();
        operation.run();
        samples[count++] = System.nanoTime() - started;
    }

    /** Microseconds below which this share of the writes stayed. */
    double micros(double percent) {
        long[] sorted = Arrays.copyOf(samples, count);
        Arrays.sort(sorted);
        return sorted[(int) Math.min(count - 1, count * percent / 100)] / 1000.0;
    }

    /** The best of a kind at a percentile. */
    static double best(List<Contender> all, Kind kind, double percent) {
        return all.stream()
                .filter(contender -> contender.kind == kind)
                .mapToDouble(contender -> contender.micros(percent))
                .min()
                .orElseThrow();
    }

    @Override
    public String toString() {
        return "%-52s p50 %8.1f us   p99 %8.1f us   p99.9 %8.1f us   (%d)"
                .formatted(name, micros(50), micros(99), micros(99.9), count);
    }
}
