package dev.plinth.server.bench;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.ToDoubleFunction;

/** Medians, spreads, and ratios to the first peer, one line per figure. */
final class ComparisonTable {
    private ComparisonTable() {}

    /**
     * One line.
     *
     * @param <T> what was measured, of which it is a part; a figure that is not a number is left
     *     out
     */
    record Figure<T>(String name, ToDoubleFunction<T> of) {}

    /** The first peer of {@code rounds} is the one that ratios refer to. */
    static <T> String of(String title, List<Figure<T>> figures, Map<String, List<T>> rounds) {
        StringBuilder text = new StringBuilder(title).append('\n');
        text.append("  %-38s".formatted(""));
        rounds.keySet().forEach(name -> text.append("%34s".formatted(name)));
        text.append('\n');
        Map.Entry<String, List<T>> first = rounds.entrySet().iterator().next();
        for (Figure<T> figure : figures) {
            double reference = median(figure, first.getValue());
            text.append("  %-38s".formatted(figure.name()));
            rounds.forEach((name, ofPeer) ->
                    text.append(cell(figure, ofPeer, reference, name.equals(first.getKey()))));
            text.append('\n');
        }
        return text.toString();
    }

    private static <T> String cell(
            Figure<T> figure, List<T> rounds, double reference, boolean isReference) {
        double[] values = sorted(figure, rounds);
        if (values.length == 0) {
            return "%34s".formatted("-");
        }
        String spread =
                values.length == 1
                        ? number(values[0])
                        : "%s (%s-%s)"
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

    private static <T> double median(Figure<T> figure, List<T> rounds) {
        double[] values = sorted(figure, rounds);
        if (values.length == 0) {
            return 0;
        }
        int middle = values.length / 2;
        return values.length % 2 == 1 ? values[middle] : (values[middle - 1] + values[middle]) / 2;
    }

    private static <T> double[] sorted(Figure<T> figure, List<T> rounds) {
        double[] values =
                rounds.stream()
                        .mapToDouble(figure.of())
                        .filter(value -> !Double.isNaN(value))
                        .toArray();
        Arrays.sort(values);
        return values;
    }

    private static String number(double value) {
        return value >= 1000
                ? String.format(Locale.ROOT, "%,.0f", value)
                : String.format(Locale.ROOT, value >= 10 ? "%.1f" : "%.3f", value);
    }
}
