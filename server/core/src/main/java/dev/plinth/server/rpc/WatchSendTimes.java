package dev.plinth.server.rpc;

import dev.plinth.server.metrics.Buckets;
import dev.plinth.server.metrics.Histogram;
import dev.plinth.server.metrics.Metrics;
import java.util.function.LongSupplier;

/**
 * How long it takes to encode a message of a watch stream and to hand it to the socket, by its
 * kind. Any thread; two readings of the clock and an addition for each message.
 */
final class WatchSendTimes {
    /** Why a message is sent. */
    enum Kind {
        EVENTS,
        CONTROL,
        PROGRESS
    }

    private static final String PREFIX = "etcd_debugging_server_watch_send_loop_";

    private final LongSupplier nanoClock;
    private final Histogram batchSeconds;
    private final Histogram eventSeconds;
    private final Histogram controlSeconds;
    private final Histogram progressSeconds;

    WatchSendTimes(Metrics metrics, LongSupplier nanoClock) {
        this.nanoClock = nanoClock;
        batchSeconds =
                histogram(
                        metrics,
                        "watch_stream_duration_seconds",
                        "The total duration in seconds of running through the send loop watch"
                                + " stream response.");
        eventSeconds =
                histogram(
                        metrics,
                        "watch_stream_duration_per_event_seconds",
                        "The average duration in seconds of running through the send loop watch"
                                + " stream response, per event.");
        controlSeconds =
                histogram(
                        metrics,
                        "control_stream_duration_seconds",
                        "The total duration in seconds of running through the send loop control"
                                + " stream response.");
        progressSeconds =
                histogram(
                        metrics,
                        "progress_duration_seconds",
                        "The total duration in seconds of running through the progress loop"
                                + " control stream response.");
    }

    private static Histogram histogram(Metrics metrics, String name, String help) {
        return metrics.histogram(PREFIX + name, help, Buckets.SYNC_SECONDS);
    }

    /** When something begins. */
    long now() {
        return nanoClock.getAsLong();
    }

    /** A message has left. */
    void sent(Kind kind, int events, long begunNanos) {
        long took = nanoClock.getAsLong() - begunNanos;
        switch (kind) {
            case EVENTS -> {
                batchSeconds.observeNanos(took);
                eventSeconds.observeNanos(took / Math.max(1, events));
            }
            case CONTROL -> controlSeconds.observeNanos(took);
            case PROGRESS -> progressSeconds.observeNanos(took);
        }
    }
}
