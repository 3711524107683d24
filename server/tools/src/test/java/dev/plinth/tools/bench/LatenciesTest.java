package dev.plinth.tools.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.SplittableRandom;
import org.assertj.core.data.Percentage;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What the recorder tells, against the sorted row of all that it was told. */
class LatenciesTest {
    private static final Percentage A_THOUSANDTH = Percentage.withPercentage(0.1);

    /** Random times: even, skewed, with far outliers, or all alike. */
    private static long[] times(SplittableRandom random) {
        long[] times = new long[random.nextInt(1, 5000)];
        int shape = random.nextInt(4);
        long widest = 1L << random.nextInt(8, 40);
        for (int i = 0; i < times.length; i++) {
            times[i] =
                    switch (shape) {
                        case 0 -> random.nextLong(widest);
                        case 1 -> (long) Math.exp(random.nextDouble() * Math.log((double) widest));
                        case 2 -> random.nextInt(100) == 0 ? widest : random.nextInt(1000, 2000);
                        default -> widest;
                    };
        }
        return times;
    }

    /** Two recorders that are added up must tell what one tells. */
    private static Latencies recorded(long[] times, SplittableRandom random) {
        Latencies[] parts = {new Latencies(), new Latencies()};
        for (long time : times) {
            long begin = random.nextLong(1_000_000_000_000L);
            parts[random.nextInt(2)].record(begin, begin + time);
        }
        Latencies all = new Latencies();
        all.add(parts[0]);
        all.add(parts[1]);
        return all;
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20})
    void tellsWhatTheSortedRowTells(long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        long[] times = times(random);
        Latencies latencies = recorded(times, random);
        Arrays.sort(times);

        assertThat(latencies.count()).isEqualTo(times.length);
        assertThat(latencies.fastestNanos()).isEqualTo(times[0]);
        assertThat(latencies.slowestNanos()).isEqualTo(times[times.length - 1]);
        double mean = Arrays.stream(times).average().orElseThrow();
        assertThat(latencies.meanNanos()).isCloseTo(mean, within(mean * 1e-9));
        double variance =
                Arrays.stream(times).mapToDouble(time -> (time - mean) * (time - mean)).sum()
                        / times.length;
        assertThat(latencies.deviationNanos())
                .isCloseTo(Math.sqrt(variance), within(mean * 1e-4 + 1));
        for (double percent : new double[] {0.1, 1, 10, 50, 90, 99, 99.9, 100}) {
            long index = Math.max(0, (long) Math.ceil(percent * times.length / 100 - 1e-9) - 1);
            assertThat(latencies.nanosAt(percent))
                    .as("%s%% of %d", percent, times.length)
                    .isCloseTo(times[(int) index], A_THOUSANDTH);
        }
        for (int i = 0; i < 20; i++) {
            int index = random.nextInt(times.length);
            assertThat(latencies.nanosAtIndex(index)).isCloseTo(times[index], A_THOUSANDTH);
        }
    }

    @ParameterizedTest
    @ValueSource(longs = {21, 22, 23, 24, 25, 26, 27, 28, 29, 30})
    void countsWhatLiesBetweenLimits(long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        long[] times = times(random);
        Latencies latencies = recorded(times, random);
        double[] limits = new double[11];
        double width = (latencies.slowestNanos() - latencies.fastestNanos()) / 10.0;
        Arrays.setAll(limits, i -> latencies.fastestNanos() + width * i);
        limits[10] = (double) latencies.slowestNanos();

        long[] counts = latencies.countsUpTo(limits);

        assertThat(Arrays.stream(counts).sum()).isEqualTo(times.length);
        long upTo = 0;
        for (int i = 0; i < limits.length; i++) {
            upTo += counts[i];
            double limit = limits[i];
            long fewest = Arrays.stream(times).filter(time -> time <= limit * 0.999).count();
            long most = Arrays.stream(times).filter(time -> time <= limit * 1.001).count();
            assertThat(upTo).as("up to limit %d", i).isBetween(fewest, most);
        }
    }
}
