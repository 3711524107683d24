package dev.plinth.server.peer;

import dev.plinth.server.cluster.MemberIds;
import dev.plinth.server.metrics.Buckets;
import dev.plinth.server.metrics.Counter;
import dev.plinth.server.metrics.Gauge;
import dev.plinth.server.metrics.Histogram;
import dev.plinth.server.metrics.Labeled;
import dev.plinth.server.metrics.Metrics;

/** What is told of the traffic between members, under etcd's names, apart by the other member. */
public final class NetworkMetrics {
    private static final Buckets ROUND_TRIP_SECONDS = Buckets.doubling(0.0001, 16);
    private static final Buckets SNAPSHOT_SECONDS = Buckets.doubling(0.1, 10);
    private static final String TO = "To";
    private static final String FROM = "From";

    final Labeled<Gauge> known;
    final Labeled<Gauge> active;
    final Labeled<Counter> disconnected;
    final Labeled<Counter> sentBytes;
    final Labeled<Counter> receivedBytes;
    final Labeled<Counter> sentFailures;
    final Labeled<Counter> receivedFailures;
    final Labeled<Counter> snapshotsSent;
    final Labeled<Counter> snapshotFailures;
    final Labeled<Gauge> snapshotsUnderWay;
    final Labeled<Histogram> snapshotSeconds;
    final Labeled<Counter> snapshotsReceived;
    final Labeled<Counter> snapshotReceiveFailures;
    final Labeled<Gauge> snapshotReceivesUnderWay;
    final Labeled<Histogram> snapshotReceiveSeconds;
    final Labeled<Histogram> roundTripSeconds;

    private final ReceiveMetrics strangers;

    /**
     * @param metrics where they are shown
     */
    public NetworkMetrics(Metrics metrics) {
        known =
                metrics.gauges(
                        "etcd_network_known_peers",
                        "The current number of known peers.",
                        "Local",
                        "Remote");
        active =
                metrics.gauges(
                        "etcd_network_active_peers",
                        "The current number of active peer connections.",
                        "Local",
                        "Remote");
        disconnected =
                metrics.counters(
                        "etcd_network_disconnected_peers_total",
                        "The total number of disconnected peers.",
                        "Local",
                        "Remote");
        sentBytes =
                metrics.counters(
                        "etcd_network_peer_sent_bytes_total",
                        "The total number of bytes sent to peers.",
                        TO);
        receivedBytes =
                metrics.counters(
                        "etcd_network_peer_received_bytes_total",
                        "The total number of bytes received from peers.",
                        FROM);
        receivedFailures =
                metrics.counters(
                        "etcd_network_peer_received_failures_total",
                        "The total number of receive failures from peers.",
                        FROM);
        sentFailures =
                metrics.counters(
                        "etcd_network_peer_sent_failures_total",
                        "The total number of send failures from peers.",
                        TO);
        snapshotsSent =
                metrics.counters(
                        "etcd_network_snapshot_send_success",
                        "Total number of successful snapshot sends",
                        TO);
        snapshotFailures =
                metrics.counters(
                        "etcd_network_snapshot_send_failures",
                        "Total number of snapshot send failures",
                        TO);
        snapshotsUnderWay =
                metrics.gauges(
                        "etcd_network_snapshot_send_inflights_total",
                        "Total number of inflight snapshot sends",
                        TO);
        snapshotSeconds =
                metrics.histograms(
                        "etcd_network_snapshot_send_total_duration_seconds",
                        "Total latency distributions of v3 snapshot sends",
                        SNAPSHOT_SECONDS,
                        TO);
        snapshotsReceived =
                metrics.counters(
                        "etcd_network_snapshot_receive_success",
                        "Total number of successful snapshot receives",
                        FROM);
        snapshotReceiveFailures =
                metrics.counters(
                        "etcd_network_snapshot_receive_failures",
                        "Total number of snapshot receive failures",
                        FROM);
        snapshotReceivesUnderWay =
                metrics.gauges(
                        "etcd_network_snapshot_receive_inflights_total",
                        "Total number of inflight snapshot receives",
                        FROM);
        snapshotReceiveSeconds =
                metrics.histograms(
                        "etcd_network_snapshot_receive_total_duration_seconds",
                        "Total latency distributions of v3 snapshot receives",
                        SNAPSHOT_SECONDS,
                        FROM);
        roundTripSeconds =
                metrics.histograms(
                        "etcd_network_peer_round_trip_time_seconds",
                        "Round-Trip-Time histogram between peers",
                        ROUND_TRIP_SECONDS,
                        TO);
        strangers = new ReceiveMetrics(this, MemberIds.text(0));
    }

    /** Senders that are no members, taken together: whoever sends does not choose our labels. */
    ReceiveMetrics strangers() {
        return strangers;
    }
}
