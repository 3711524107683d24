package dev.plinth.server.boot;

import dev.plinth.server.config.FeatureGates;
import dev.plinth.server.config.ServerConfig;
import dev.plinth.server.metrics.Counter;
import dev.plinth.server.metrics.Gauge;
import dev.plinth.server.metrics.Labeled;
import dev.plinth.server.metrics.Metrics;
import java.util.List;

/**
 * Metrics that say what was started, and those of parts that a member does not have: the V2 store
 * and the proxy, which etcd shows at zero too, so that dashboards find them.
 */
final class FixedMetrics {
    private FixedMetrics() {}

    static void register(Metrics metrics, ServerConfig config) {
        metrics.info(
                "etcd_server_go_version",
                "Which Go version server is running with. 1 for 'server_go_version' label with"
                        + " current version.",
                "server_go_version",
                "java" + Runtime.version().feature());
        Labeled<Gauge> features =
                metrics.gauges(
                        "etcd_server_feature_enabled",
                        "Whether or not a feature is enabled. 1 is enabled, 0 is not.",
                        "name",
                        "stage");
        FeatureGates.all()
                .forEach((name, gate) ->
                        features.with(name, gate.stage().name())
                                .set(config.gates().isOn(name) ? 1 : 0));
        for (String name :
                List.of(
                        "etcd_grpc_proxy_cache_hits_total",
                        "etcd_grpc_proxy_cache_misses_total",
                        "etcd_grpc_proxy_cache_keys_total",
                        "etcd_grpc_proxy_watchers_coalescing_total",
                        "etcd_debugging_store_watchers")) {
            metrics.gauge(name, "Always 0: a member has no such part.", () -> 0);
        }
        for (String name :
                List.of(
                        "etcd_grpc_proxy_events_coalescing_total",
                        "etcd_debugging_store_expires_total",
                        "etcd_debugging_store_watch_requests_total")) {
            metrics.counter(name, "Always 0: a member has no such part.", () -> 0);
        }
        storeActions(metrics);
    }

    private static void storeActions(Metrics metrics) {
        for (String name : List.of("reads", "writes")) {
            for (String suffix : List.of("_total", "_failed_total")) {
                Labeled<Counter> actions =
                        metrics.counters(
                                "etcd_debugging_store_" + name + suffix,
                                "Always 0: there is no V2 store.",
                                "action");
                var _ = actions.with(name.equals("reads") ? "getRecursive" : "set");
            }
        }
    }
}
