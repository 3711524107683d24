package dev.plinth.server.peer;

import dev.plinth.server.metrics.Counter;
import dev.plinth.server.metrics.Gauge;
import dev.plinth.server.metrics.Histogram;

/** What came from one sender. Any thread; an addition each. */
final class ReceiveMetrics {
    private final Counter bytes;
    private final Counter failures;
    private final Counter snapshots;
    private final Counter snapshotFailures;
    private final Gauge snapshotsUnderWay;
    private final Histogram snapshotSeconds;

    ReceiveMetrics(NetworkMetrics metrics, String sender) {
        bytes = metrics.receivedBytes.with(sender);
        failures = metrics.receivedFailures.with(sender);
        snapshots = metrics.snapshotsReceived.with(sender);
        snapshotFailures = metrics.snapshotReceiveFailures.with(sender);
        snapshotsUnderWay = metrics.snapshotReceivesUnderWay.with(sender);
        snapshotSeconds = metrics.snapshotReceiveSeconds.with(sender);
    }

    void received(long count) {
        bytes.add(count);
    }

    /** Something came that could not be read, or for which there was no room. */
    void failed() {
        failures.increment();
    }

    void snapshotBegun() {
        snapshotsUnderWay.add(1);
    }

    /** What began came to its end. */
    void snapshotEnded(boolean isTaken, long nanos) {
        snapshotsUnderWay.add(-1);
        if (isTaken) {
            snapshots.increment();
            snapshotSeconds.observeNanos(nanos);
        } else {
            snapshotFailures.increment();
        }
    }

    /** Something that was no snapshot came in a snapshot's place. */
    void snapshotMalformed() {
        failures.increment();
        snapshotFailures.increment();
    }
}
