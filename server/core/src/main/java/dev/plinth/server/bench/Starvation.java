package dev.plinth.server.bench;

import dev.plinth.server.bench.ComparisonTable.Figure;
import java.util.List;

/** One round of a watcher beside lists. */
record Starvation(
        double p50Millis,
        double p99Millis,
        double worstMillis,
        double listsPerSecond,
        double httpListsPerSecond) {
    static final List<Figure<Starvation>> FIGURES =
            List.of(
                    new Figure<>("event after put, p50, ms", Starvation::p50Millis),
                    new Figure<>("event after put, p99, ms", Starvation::p99Millis),
                    new Figure<>("event after put, worst, ms", Starvation::worstMillis),
                    new Figure<>("lists by gRPC per second", Starvation::listsPerSecond),
                    new Figure<>("lists by HTTP per second", Starvation::httpListsPerSecond));
}
