package dev.plinth.server.bench;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.ToDoubleFunction;

/** Medians, spreads, and ratios to the first peer, one line per figure. */
final class ComparisonTable {
    private ComparisonTable() {}

    /** One measured round of one peer. */
    record Round(
            double perSecond,
            double p50Millis,
            double p99Millis,
            double cpuSecondsPer100k,
            double writtenBytesPerCall,
            double peakResidentMegabytes,
            double anonymousMegabytes,
            long failures) {}

    private record Figure(String name, ToDoubleFunction<Round> of) {}

    private static final List<Figure> FIGURES =
            List.of(
                    new Figure("calls per second", Round::perSecond),
                    new Figure("latency p50, ms", Round::p50Millis),
                    new Figure("latency p99, ms", Round::p99Millis),
                    new Figure("CPU s per 100,000", Round::cpuSecondsPer100k),
                    new Figure("device bytes per call", Round::writtenBytesPerCall),
                    new Figure("peak resident, MB", Round::peakResidentMegabytes),
                    new Figure("anonymous, MB", Round::anonymousMegabytes),
                    new Figure("failed calls", Round::failures));

    /** The first peer of {@code rounds} is the one that ratios refer to. */
    static String of(String title, Map<String, List<Round>> rounds) {
        StringBuilder text = new StringBuilder(title).append('\n');
        text.append("  %-22s".formatted(""));
        rounds.keySet().forEach(name -> text.append("%34s".formatted(name)));
        text.append('\n');
        Map.Entry<String, List<Round>> first = rounds.entrySet().iterator().next();
        for (Figure figure : FIGURES) {
            double reference = median(figure, first.getValue());
            text.append("  %-22s".formatted(figure.name()));
            rounds.forEach((name, ofPeer) ->
                    text.append(cell(figure, ofPeer, reference, name.equals(first.getKey()))));
            text.append('\n');
        }
        return text.toString();
    }

    private static String cell(
            Figure figure, List<Round> rounds, double reference, boolean isReference) {
        double[] values = sorted(figure, rounds);
        String spread =
                "%s (%s-%s)"
                        .formatted(
                                number(median(figure, rounds)),
                                number(values[0]),
                                number(values[values.length - 1]));
        String ratio =
                isReference || reference == 0
                        ? ""
                        : String.format(Locale.ROOT, " x%.2f", median(figure, rounds) / reference);
        return "%34s".formatted(spread + ratio);
    }

    private static double median(Figure figure, List<Round> rounds) {
        double[] values = sorted(figure, rounds);
        int middle = values.length / 2;
        return values.length % 2 == 1 ? values[middle] : (values[middle - 1] + values[middle]) / 2;
    }

    private static double[] sorted(Figure figure, List<Round> rounds) {
        double[] values = rounds.stream().mapToDouble(figure.of()).toArray();
        Arrays.sort(values);
        return values;
    }

    private static String number(double value) {
        return value >= 1000
                ? String.format(Locale.ROOT, "%,.0f", value)
                : String.format(Locale.ROOT, value >= 10 ? "%.1f" : "%.3f", value);
    }
}
