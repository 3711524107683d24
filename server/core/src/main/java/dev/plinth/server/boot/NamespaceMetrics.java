package dev.plinth.server.boot;

import dev.plinth.mvcc.quota.NamespaceQuotas;
import dev.plinth.mvcc.quota.NamespaceUsage;
import dev.plinth.server.metrics.Metrics;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.ToDoubleFunction;

/** Registers what is used of each prefix's quota. */
final class NamespaceMetrics {
    private final Metrics metrics;

    NamespaceMetrics(Metrics metrics) {
        this.metrics = metrics;
    }

    void register(NamespaceQuotas quotas) {
        perPrefix(
                quotas,
                "plinth_namespace_used_bytes",
                "Bytes of live keys and values below a prefix that has a quota.",
                NamespaceUsage::bytes);
        perPrefix(
                quotas,
                "plinth_namespace_quota_bytes",
                "Quota of these bytes; -1 is none.",
                usage -> usage.limits().bytesMax());
        perPrefix(
                quotas,
                "plinth_namespace_used_keys",
                "Live keys below a prefix that has a quota.",
                NamespaceUsage::keys);
        perPrefix(
                quotas,
                "plinth_namespace_quota_keys",
                "Quota of these keys; -1 is none.",
                usage -> usage.limits().keysMax());
        metrics.counter(
                "plinth_namespace_quota_refusals_total",
                "Writes refused on this member because a prefix would be over its quota.",
                quotas::refusals);
    }

    private void perPrefix(
            NamespaceQuotas quotas,
            String name,
            String help,
            ToDoubleFunction<NamespaceUsage> value) {
        metrics.gauges(
                name,
                help,
                "prefix",
                () -> {
                    Map<String, Double> values = new LinkedHashMap<>();
                    for (NamespaceUsage usage : quotas.usages()) {
                        values.put(
                                new String(usage.prefix(), StandardCharsets.UTF_8),
                                value.applyAsDouble(usage));
                    }
                    return values;
                });
    }
}
