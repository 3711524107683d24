package dev.plinth.server.bench;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.ToDoubleFunction;

/**
 * Medians, spreads, and ratios to the first peer, one line per figure.
 *
 * @param <T> what was measured
 * @param title what the load was
 * @param figures the lines
 * @param rounds of each peer; the first peer is the one that ratios refer to
 */
record ComparisonTable<T>(String title, List<Figure<T>> figures, Map<String, List<T>> rounds) {
    private static final int NAME_WIDTH = 38;
    private static final int CELL_WIDTH = 34;

    /**
     * One line.
     *
     * @param <T> what was measured, of which it is a part; a figure that is not a number is left
     *     out
     */
    record Figure<T>(String name, ToDoubleFunction<T> of) {}

    /**
     * One figure of one peer.
     *
     * @param median and spread, as they are shown
     * @param ratio to the first peer; empty for that itself, and where there is none
     */
    record Cell(String median, String ratio) {}

    /** The table in columns. */
    String text() {
        StringBuilder text = new StringBuilder(title).append('\n');
        text.append(" ".repeat(NAME_WIDTH + 2));
        rounds.keySet().forEach(name -> text.append(right(name)));
        text.append('\n');
        for (Figure<T> figure : figures) {
            text.append("  ").append(figure.name());
            text.append(" ".repeat(Math.max(1, NAME_WIDTH - figure.name().length())));
            for (Cell cell : cells(figure)) {
                text.append(right((cell.median() + " " + cell.ratio()).stripTrailing()));
            }
            text.append('\n');
        }
        return text.toString();
    }

    private static String right(String text) {
        return " ".repeat(Math.max(1, CELL_WIDTH - text.length())) + text;
    }

    /** A line: one cell for each peer. */
    List<Cell> cells(Figure<T> figure) {
        List<List<T>> peers = List.copyOf(rounds.values());
        double reference = median(figure, peers.getFirst());
        List<Cell> cells = new ArrayList<>();
        for (int i = 0; i < peers.size(); i++) {
            double[] values = sorted(figure, peers.get(i));
            if (values.length == 0) {
                cells.add(new Cell("-", ""));
                continue;
            }
            double median = median(figure, peers.get(i));
            String spread =
                    values.length == 1
                            ? ""
                            : " (%s-%s)"
                                    .formatted(
                                            number(values[0]), number(values[values.length - 1]));
            String ratio =
                    i == 0 || reference == 0
                            ? ""
                            : String.format(Locale.ROOT, "x%.2f", median / reference);
            cells.add(new Cell(number(median) + spread, ratio));
        }
        return cells;
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
