package dev.plinth.server.bench;

import static org.assertj.core.api.Assertions.assertThat;

import dev.plinth.server.bench.ComparisonTable.Cell;
import dev.plinth.server.bench.ComparisonTable.Figure;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Medians, spreads and ratios of numbers that can be checked by hand. */
class ComparisonTableTest {
    private static ComparisonTable<Double> table(List<Double> first, List<Double> second) {
        Map<String, List<Double>> rounds = new LinkedHashMap<>();
        rounds.put("first", first);
        rounds.put("second", second);
        return new ComparisonTable<>(
                "title", List.of(new Figure<>("figure", Double::doubleValue)), rounds);
    }

    private static List<Cell> cells(List<Double> first, List<Double> second) {
        ComparisonTable<Double> table = table(first, second);
        return table.cells(table.figures().getFirst());
    }

    @Test
    void theMiddleOfThreeAndItsRatioToTheFirstPeer() {
        assertThat(cells(List.of(4.0, 2.0, 3.0), List.of(12.0, 6.0, 5.0)))
                .containsExactly(
                        new Cell("3.000 (2.000-4.000)", ""),
                        new Cell("6.000 (5.000-12.0)", "x2.00"));
    }

    @Test
    void betweenTheTwoInTheMiddleOfFour() {
        assertThat(cells(List.of(1.0, 2.0, 4.0, 100.0), List.of(1500.0)))
                .containsExactly(new Cell("3.000 (1.000-100.0)", ""), new Cell("1,500", "x500.00"));
    }

    @Test
    void whatWasNotMeasuredIsLeftOut() {
        assertThat(cells(List.of(Double.NaN), List.of(Double.NaN, 2.0)))
                .containsExactly(new Cell("-", ""), new Cell("2.000", ""));
    }

    @Test
    void columnsStandBelowTheirNames() {
        List<String> lines = table(List.of(1.0), List.of(2.0)).text().lines().toList();
        assertThat(lines).hasSize(3);
        assertThat(lines.get(0)).isEqualTo("title");
        assertThat(lines.get(1)).endsWith("first" + " ".repeat(28) + "second");
        assertThat(lines.get(2))
                .startsWith("  figure ")
                .endsWith("1.000" + " ".repeat(23) + "2.000 x2.00");
        assertThat(lines.get(1)).hasSameSizeAs(lines.get(2));
    }
}
