package dev.plinth.server.gateway;

import dev.plinth.server.metrics.Counter;
import dev.plinth.server.metrics.Gauge;
import dev.plinth.server.metrics.Labeled;
import dev.plinth.server.metrics.Metrics;
import java.util.List;

/** Counts the outcomes of health checks, and scrapes. Any thread. */
final class HealthMetrics {
    private final Counter successes;
    private final Counter failures;
    private final Labeled<Gauge> checks;
    private final Labeled<Counter> checkCounts;
    private final Labeled<Counter> scrapes;

    HealthMetrics(Metrics metrics) {
        successes =
                metrics.counter(
                        "etcd_server_health_success",
                        "The total number of successful health checks");
        failures =
                metrics.counter(
                        "etcd_server_health_failures", "The total number of failed health checks");
        checks =
                metrics.gauges(
                        "etcd_server_healthcheck",
                        "The result of each kind of healthcheck.",
                        "type",
                        "name");
        checkCounts =
                metrics.counters(
                        "etcd_server_healthchecks_total",
                        "The total number of each kind of healthcheck.",
                        "type",
                        "name",
                        "status");
        scrapes =
                metrics.counters(
                        "promhttp_metric_handler_requests_total",
                        "Total number of scrapes by HTTP status code.",
                        "code");
        for (String code : List.of("200", "500", "503")) {
            var _ = scrapes.with(code);
        }
        metrics.gauge(
                "promhttp_metric_handler_requests_in_flight",
                "Current number of scrapes being served.",
                () -> 1);
    }

    void success() {
        successes.increment();
    }

    void failure() {
        failures.increment();
    }

    void checked(String type, String name, boolean isSuccess) {
        checks.with(type, name).set(isSuccess ? 1 : 0);
        checkCounts.with(type, name, isSuccess ? "success" : "error").increment();
    }

    void scraped() {
        scrapes.with("200").increment();
    }
}
