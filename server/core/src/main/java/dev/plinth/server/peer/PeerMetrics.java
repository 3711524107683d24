package dev.plinth.server.peer;

import dev.plinth.server.cluster.MemberIds;
import dev.plinth.server.metrics.Counter;
import dev.plinth.server.metrics.Gauge;
import dev.plinth.server.metrics.Histogram;

/** What passed between this member and another one. Any thread; an addition each. */
final class PeerMetrics {
    private final Gauge active;
    private final Counter disconnected;
    private final Counter sentBytes;
    private final ReceiveMetrics receive;
    private final Counter sentFailures;
    private final Counter snapshotsSent;
    private final Counter snapshotFailures;
    private final Gauge snapshotsUnderWay;
    private final Histogram snapshotSeconds;
    private final Histogram roundTripSeconds;

    PeerMetrics(NetworkMetrics metrics, long localId, long memberId) {
        String local = MemberIds.text(localId);
        String remote = MemberIds.text(memberId);
        active = metrics.active.with(local, remote);
        disconnected = metrics.disconnected.with(local, remote);
        sentBytes = metrics.sentBytes.with(remote);
        receive = new ReceiveMetrics(metrics, remote);
        sentFailures = metrics.sentFailures.with(remote);
        snapshotsSent = metrics.snapshotsSent.with(remote);
        snapshotFailures = metrics.snapshotFailures.with(remote);
        snapshotsUnderWay = metrics.snapshotsUnderWay.with(remote);
        snapshotSeconds = metrics.snapshotSeconds.with(remote);
        roundTripSeconds = metrics.roundTripSeconds.with(remote);
    }

    void sent(long bytes) {
        sentBytes.add(bytes);
    }

    /** What comes from the member. */
    ReceiveMetrics receive() {
        return receive;
    }

    void sendFailed() {
        sentFailures.increment();
    }

    void connected() {
        active.set(1);
    }

    void disconnected() {
        active.set(0);
        disconnected.increment();
    }

    /** The member is one no more, or this one ends. */
    void forgotten() {
        active.set(0);
    }

    void snapshotBegun() {
        snapshotsUnderWay.add(1);
    }

    void snapshotEnded(boolean isDelivered, long nanos) {
        snapshotsUnderWay.add(-1);
        if (isDelivered) {
            snapshotsSent.increment();
            snapshotSeconds.observeNanos(nanos);
        } else {
            snapshotFailures.increment();
        }
    }

    void roundTrip(long nanos) {
        roundTripSeconds.observeNanos(nanos);
    }
}
