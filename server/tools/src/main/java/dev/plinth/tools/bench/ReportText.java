package dev.plinth.tools.bench;

import dev.plinth.server.config.GoDuration;
import java.math.BigDecimal;
import java.util.Locale;

/** The report as etcd's tool prints it. Source: tools.md 5. */
final class ReportText {
    private static final double NANOS = 1e9;
    private static final int BUCKETS = 10;
    private static final int BAR_CELLS = 40;
    private static final double[] PERCENTS = {10, 25, 50, 75, 90, 95, 99, 99.9};
    private static final int PLAIN_EXPONENT_MIN = -4;
    private static final int PLAIN_EXPONENT_MAX = 20;

    private final boolean isPrecise;
    private final boolean isSampled;
    private final long epochOffsetNanos;

    /**
     * A way to print.
     *
     * @param isPrecise all digits instead of four behind the point
     * @param isSampled whether each second is listed
     * @param epochOffsetNanos what the clock of the calls lacks to be time since 1970
     */
    ReportText(boolean isPrecise, boolean isSampled, long epochOffsetNanos) {
        this.isPrecise = isPrecise;
        this.isSampled = isSampled;
        this.epochOffsetNanos = epochOffsetNanos;
    }

    /** The report of one kind of call. */
    String of(Section section) {
        Latencies latencies = section.latencies();
        StringBuilder text = new StringBuilder();
        if (latencies.count() > 0) {
            text.append("\nSummary:\n");
            line(text, "Total", seconds(section.elapsedNanos() / NANOS) + ".");
            line(text, "Slowest", seconds(latencies.slowestNanos() / NANOS) + ".");
            line(text, "Fastest", seconds(latencies.fastestNanos() / NANOS) + ".");
            line(text, "Average", seconds(latencies.meanNanos() / NANOS) + ".");
            line(text, "Stddev", seconds(latencies.deviationNanos() / NANOS) + ".");
            line(text, "Requests/sec", number(section.perSecond()));
            histogram(text, latencies);
            distribution(text, latencies);
            if (isSampled) {
                sample(text, latencies.seconds());
            }
        }
        if (!latencies.errors().isEmpty()) {
            text.append("\nError distribution:\n");
            latencies
                    .errors()
                    .forEach((error, count) -> text.append("  [%d]\t%s\n".formatted(count, error)));
        }
        return text.toString();
    }

    private static void line(StringBuilder text, String label, String value) {
        text.append("  ").append(label).append(":\t").append(value).append('\n');
    }

    private void histogram(StringBuilder text, Latencies latencies) {
        double[] limits = new double[BUCKETS + 1];
        long fastest = latencies.fastestNanos();
        double width = (latencies.slowestNanos() - fastest) / (double) BUCKETS;
        for (int i = 0; i < BUCKETS; i++) {
            limits[i] = fastest + width * i;
        }
        limits[BUCKETS] = (double) latencies.slowestNanos();
        long[] counts = latencies.countsUpTo(limits);
        long most = 1;
        for (long count : counts) {
            most = Math.max(most, count);
        }
        text.append("\nResponse time histogram:\n");
        for (int i = 0; i <= BUCKETS; i++) {
            text.append("  %s [%d]\t|".formatted(number(limits[i] / NANOS), counts[i]))
                    .append("∎".repeat((int) (counts[i] * BAR_CELLS / most)))
                    .append('\n');
        }
    }

    private void distribution(StringBuilder text, Latencies latencies) {
        text.append("\nLatency distribution:\n");
        for (double percent : PERCENTS) {
            long index = (long) Math.ceil(percent * latencies.count() / 100);
            if (index >= latencies.count()) {
                continue;
            }
            long nanos = latencies.nanosAtIndex(index);
            if (nanos > 0) {
                text.append("  %s%% in %s.\n".formatted(shortest(percent), seconds(nanos / NANOS)));
            }
        }
    }

    private void sample(StringBuilder text, SecondSeries series) {
        text.append("\nSample in one second (unix latency throughput):\n")
                .append(
                        "UNIX-SECOND,MIN-LATENCY-MS,AVG-LATENCY-MS,MAX-LATENCY-MS,AVG-THROUGHPUT\n");
        for (SecondSeries.Second second : series.all()) {
            text.append(second.number() + Math.floorDiv(epochOffsetNanos, (long) NANOS))
                    .append(',')
                    .append(GoDuration.format(second.shortest()))
                    .append(',')
                    .append(GoDuration.format(second.mean()))
                    .append(',')
                    .append(GoDuration.format(second.longest()))
                    .append(',')
                    .append(second.count())
                    .append('\n');
        }
    }

    private String seconds(double seconds) {
        return number(seconds) + " secs";
    }

    private String number(double value) {
        return isPrecise ? shortest(value) : String.format(Locale.ROOT, "%4.4f", value);
    }

    /** The fewest digits that name the number, as Go's {@code %g} writes them. */
    static String shortest(double value) {
        if (value == 0) {
            return "0";
        }
        BigDecimal digits = new BigDecimal(Double.toString(value)).stripTrailingZeros();
        int exponent = digits.precision() - digits.scale() - 1;
        if (exponent >= PLAIN_EXPONENT_MIN && exponent <= PLAIN_EXPONENT_MAX) {
            return digits.toPlainString();
        }
        return "%se%s%02d"
                .formatted(
                        digits.movePointLeft(exponent).toPlainString(),
                        exponent < 0 ? "-" : "+",
                        Math.abs(exponent));
    }
}
