package dev.plinth.tools.bench;

import java.util.Map;
import java.util.TreeMap;
import org.HdrHistogram.Histogram;
import org.HdrHistogram.HistogramIterationValue;

/**
 * How long calls took, and how often they failed. One thread writes; whoever has seen it end may
 * read.
 *
 * <p>Number, shortest, longest, mean and deviation are exact; ranks and shares come from a
 * histogram of three digits, so they are at most a thousandth off. Noting a call takes no memory
 * and a few nanoseconds, however many there are.
 */
final class Latencies {
    private static final int DIGITS = 3;

    private final Histogram histogram = new Histogram(DIGITS);
    private final SecondSeries seconds = new SecondSeries();
    private final Map<String, Integer> errors = new TreeMap<>();
    private long fastest = Long.MAX_VALUE;
    private long slowest;
    private double sum;
    private double squares;

    /** A call that began and ended at these times, in nanoseconds of one clock. */
    void record(long beginNanos, long endNanos) {
        long nanos = Math.max(0, endNanos - beginNanos);
        histogram.recordValue(nanos);
        fastest = Math.min(fastest, nanos);
        slowest = Math.max(slowest, nanos);
        sum += nanos;
        squares += (double) nanos * nanos;
        seconds.record(beginNanos, nanos);
    }

    /** So many things that happened at one moment, and took no time. */
    void recordMoments(long nowNanos, int count) {
        if (count > 0) {
            histogram.recordValueWithCount(0, count);
            fastest = 0;
            seconds.recordMoments(nowNanos, count);
        }
    }

    /** A call that was refused, or got no answer. */
    void failed(String error) {
        errors.merge(error, 1, Integer::sum);
    }

    /** Takes in what another has noted. */
    void add(Latencies other) {
        histogram.add(other.histogram);
        seconds.add(other.seconds);
        other.errors.forEach((error, count) -> errors.merge(error, count, Integer::sum));
        fastest = Math.min(fastest, other.fastest);
        slowest = Math.max(slowest, other.slowest);
        sum += other.sum;
        squares += other.squares;
    }

    /** How many calls were answered. */
    long count() {
        return histogram.getTotalCount();
    }

    long fastestNanos() {
        return count() == 0 ? 0 : fastest;
    }

    long slowestNanos() {
        return slowest;
    }

    double meanNanos() {
        return count() == 0 ? 0 : sum / count();
    }

    /** Deviation of the whole, not of a sample. */
    double deviationNanos() {
        double mean = meanNanos();
        return count() == 0 ? 0 : Math.sqrt(Math.max(0, squares / count() - mean * mean));
    }

    /** How often which error came. */
    Map<String, Integer> errors() {
        return errors;
    }

    SecondSeries seconds() {
        return seconds;
    }

    /**
     * The shortest time that at least this share of all calls did not exceed.
     *
     * @param percent above 0, at most 100
     */
    long nanosAt(double percent) {
        if (count() == 0) {
            return 0;
        }
        long nanos = histogram.getValueAtPercentile(percent);
        return Math.clamp(nanos, fastest, slowest);
    }

    /**
     * The time at a place in the sorted row of all calls.
     *
     * @param index from 0 to the number of calls less one
     */
    long nanosAtIndex(long index) {
        long seen = 0;
        for (HistogramIterationValue step : histogram.recordedValues()) {
            seen += step.getCountAddedInThisIterationStep();
            if (seen > index) {
                return Math.clamp(step.getValueIteratedTo(), fastest, slowest);
            }
        }
        throw new IndexOutOfBoundsException("call " + index + " of " + count());
    }

    /**
     * How many calls took no longer than a limit, but longer than the limit before it.
     *
     * @param limits ascending; the last is not below the longest time
     */
    long[] countsUpTo(double[] limits) {
        long[] counts = new long[limits.length];
        int at = 0;
        for (HistogramIterationValue step : histogram.recordedValues()) {
            long lowest = histogram.lowestEquivalentValue(step.getValueIteratedTo());
            long nanos = Math.clamp(lowest, fastest, slowest);
            while (at < limits.length - 1 && nanos > limits[at]) {
                at++;
            }
            counts[at] += step.getCountAddedInThisIterationStep();
        }
        return counts;
    }
}
