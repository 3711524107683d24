package dev.plinth.server.boot;

import dev.plinth.server.metrics.Metrics;
import dev.plinth.server.quota.MemoryBudget;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.ToDoubleFunction;

/** Registers what requests hold in memory. */
final class MemoryMetrics {
    private final Metrics metrics;

    MemoryMetrics(Metrics metrics) {
        this.metrics = metrics;
    }

    void register(MemoryBudget budget) {
        metrics.gauge(
                "plinth_memory_budget_bytes",
                "What requests may hold in memory together; 0 is no bound.",
                budget::limitBytes);
        metrics.gauges(
                "plinth_memory_charged_bytes",
                "What requests hold in memory, as far as there is a budget for it.",
                "use",
                () -> perUse(budget::chargedBytes));
        metrics.gauges(
                "plinth_memory_refusals",
                "Requests refused so far, and events put off, because the budget was used up.",
                "use",
                () -> perUse(budget::refusals));
    }

    private static Map<String, Double> perUse(ToDoubleFunction<MemoryBudget.Use> value) {
        Map<String, Double> values = new LinkedHashMap<>();
        for (MemoryBudget.Use use : MemoryBudget.Use.values()) {
            values.put(use.label(), value.applyAsDouble(use));
        }
        return values;
    }
}
