package dev.plinth.server.boot;

import dev.plinth.server.cluster.Membership;
import dev.plinth.server.metrics.Gauge;
import dev.plinth.server.metrics.Labeled;
import dev.plinth.server.metrics.Metrics;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Shows what the cluster has agreed on: 1 for the present version, 0 for those before. */
final class ClusterVersionMetric {
    private final Membership membership;
    private final Labeled<Gauge> versions;
    private @Nullable String shown;

    ClusterVersionMetric(Metrics metrics, Membership membership) {
        this.membership = membership;
        versions =
                metrics.gauges(
                        "etcd_cluster_version",
                        "Which version is running. 1 for 'cluster_version' label with current"
                                + " cluster version",
                        "cluster_version");
    }

    /** Looks whether the version has changed; the apply loop alone. */
    void follow() {
        String now = membership.view().version();
        if (Objects.equals(now, shown)) {
            return;
        }
        if (shown != null) {
            versions.with(minor(shown)).set(0);
        }
        if (now != null) {
            versions.with(minor(now)).set(1);
        }
        shown = now;
    }

    private static String minor(String version) {
        return version.substring(0, version.lastIndexOf('.'));
    }
}
