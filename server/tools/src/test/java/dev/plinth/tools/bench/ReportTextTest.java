package dev.plinth.tools.bench;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** The report, as etcd's tool would print the same calls. */
class ReportTextTest {
    private static final long SECOND = TimeUnit.SECONDS.toNanos(1);

    /** Ten calls of 1 to 10 ms, one each second. */
    private static Section tenCalls() {
        Latencies latencies = new Latencies();
        for (int i = 1; i <= 10; i++) {
            long begin = i * SECOND;
            latencies.record(begin, begin + TimeUnit.MILLISECONDS.toNanos(i));
        }
        return new Section("ten", latencies, 2 * SECOND);
    }

    @Test
    void summaryHistogramAndDistribution() {
        assertThat(new ReportText(false, false, 0).of(tenCalls()))
                .isEqualTo(
                        """

                        Summary:
                          Total:\t2.0000 secs.
                          Slowest:\t0.0100 secs.
                          Fastest:\t0.0010 secs.
                          Average:\t0.0055 secs.
                          Stddev:\t0.0029 secs.
                          Requests/sec:\t5.0000

                        Response time histogram:
                          0.0010 [1]\t|BAR
                          0.0019 [0]\t|
                          0.0028 [1]\t|BAR
                          0.0037 [1]\t|BAR
                          0.0046 [1]\t|BAR
                          0.0055 [1]\t|BAR
                          0.0064 [1]\t|BAR
                          0.0073 [1]\t|BAR
                          0.0082 [1]\t|BAR
                          0.0091 [1]\t|BAR
                          0.0100 [1]\t|BAR

                        Latency distribution:
                          10% in 0.0020 secs.
                          25% in 0.0040 secs.
                          50% in 0.0060 secs.
                          75% in 0.0090 secs.
                          90% in 0.0100 secs.
                        """
                                .replace("BAR", "∎".repeat(40)));
    }

    @Test
    void secondsWithoutCallsAreListedToo() {
        Latencies latencies = new Latencies();
        latencies.record(5 * SECOND, 5 * SECOND + 1_500_000);
        latencies.record(7 * SECOND, 7 * SECOND + 2_000_000);
        latencies.record(7 * SECOND + 1, 7 * SECOND + 1 + 4_000_000);
        assertThat(
                        new ReportText(false, true, 1000 * SECOND)
                                .of(new Section("x", latencies, 3 * SECOND)))
                .endsWith(
                        """

                        Sample in one second (unix latency throughput):
                        UNIX-SECOND,MIN-LATENCY-MS,AVG-LATENCY-MS,MAX-LATENCY-MS,AVG-THROUGHPUT
                        1005,1.5ms,1.5ms,1.5ms,1
                        1006,0s,0s,0s,0
                        1007,2ms,3ms,4ms,2
                        """);
    }

    @Test
    void errorsAloneMakeNoSummary() {
        Latencies latencies = new Latencies();
        latencies.failed("etcdserver: request timed out");
        latencies.failed("etcdserver: request timed out");
        assertThat(new ReportText(false, false, 0).of(new Section("x", latencies, SECOND)))
                .isEqualTo("\nError distribution:\n  [2]\tetcdserver: request timed out\n");
    }

    @Test
    void shortestDigitsAsGoWritesThem() {
        assertThat(ReportText.shortest(0.0019)).isEqualTo("0.0019");
        assertThat(ReportText.shortest(4991.5281)).isEqualTo("4991.5281");
        assertThat(ReportText.shortest(0.00001234)).isEqualTo("1.234e-05");
        assertThat(ReportText.shortest(1e21)).isEqualTo("1e+21");
        assertThat(ReportText.shortest(100)).isEqualTo("100");
        assertThat(ReportText.shortest(0)).isEqualTo("0");
    }
}
