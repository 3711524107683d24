package dev.plinth.tools.bench;

import java.util.Arrays;
import java.util.TreeMap;

/** What happened in each second of a run. One thread writes. */
final class SecondSeries {
    private static final long SECOND = 1_000_000_000L;
    private static final int COUNT = 0;
    private static final int SUM = 1;
    private static final int SHORTEST = 2;
    private static final int LONGEST = 3;

    /**
     * One second. Times are nanoseconds, 0 where nothing happened.
     *
     * @param number seconds of the clock that the calls were timed by
     * @param count calls that began in it
     */
    record Second(long number, long count, long shortest, long mean, long longest) {}

    private final TreeMap<Long, long[]> seconds = new TreeMap<>();
    private long present = Long.MIN_VALUE;
    private long[] figures = {};

    void record(long beginNanos, long nanos) {
        turnTo(beginNanos);
        add(figures, 1, nanos, nanos, nanos);
    }

    /** So many things that took no time. */
    void recordMoments(long nowNanos, int count) {
        turnTo(nowNanos);
        add(figures, count, 0, 0, 0);
    }

    private void turnTo(long nanos) {
        long second = Math.floorDiv(nanos, SECOND);
        if (second != present) {
            figures = at(second);
            present = second;
        }
    }

    private long[] at(long second) {
        return seconds.computeIfAbsent(second, _ -> new long[] {0, 0, Long.MAX_VALUE, 0});
    }

    private static void add(long[] figures, long count, long sum, long shortest, long longest) {
        figures[COUNT] += count;
        figures[SUM] += sum;
        figures[SHORTEST] = Math.min(figures[SHORTEST], shortest);
        figures[LONGEST] = Math.max(figures[LONGEST], longest);
    }

    void add(SecondSeries other) {
        other.seconds.forEach((second, more) ->
                add(at(second), more[COUNT], more[SUM], more[SHORTEST], more[LONGEST]));
    }

    /** All seconds from the first to the last, those without a call too. */
    Second[] all() {
        if (seconds.isEmpty()) {
            return new Second[0];
        }
        long first = seconds.firstKey();
        Second[] all = new Second[(int) (seconds.lastKey() - first + 1)];
        Arrays.setAll(all, i -> new Second(first + i, 0, 0, 0, 0));
        seconds.forEach((second, figures) ->
                all[(int) (second - first)] =
                        new Second(
                                second,
                                figures[COUNT],
                                figures[SHORTEST],
                                figures[SUM] / figures[COUNT],
                                figures[LONGEST]));
        return all;
    }
}
