package dev.plinth.server.peer;

import com.google.gson.JsonObject;
import com.google.gson.JsonParseException;
import com.google.gson.JsonParser;
import dev.plinth.server.cluster.MemberIds;
import io.netty.channel.EventLoop;
import io.netty.util.concurrent.ScheduledFuture;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.format.DateTimeParseException;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Asks a member every four seconds how it is, and tells the operator of clocks that are apart and
 * of members that do not answer. Source: peer-protocol.md 8.
 */
final class Prober {
    private static final long PERIOD_NANOS = 4_000_000_000L;
    private static final long WARNING_PAUSE_NANOS = 30_000_000_000L;
    private static final int ANSWER_BYTES_MAX = 4096;
    private static final Duration DRIFT_MAX = Duration.ofSeconds(1);

    private final long memberId;
    private final UrlPicker urls;
    private final PeerSurroundings surroundings;
    private final PeerMetrics metrics;
    private final WallClock wallClock;
    private volatile double smoothedNanos;
    private long warnedNanos;
    private volatile @Nullable ScheduledFuture<?> running;

    /** The time of day of this member. */
    interface WallClock {
        long wallMillis();
    }

    Prober(
            long memberId,
            UrlPicker urls,
            PeerSurroundings surroundings,
            PeerMetrics metrics,
            WallClock wallClock) {
        this.memberId = memberId;
        this.urls = urls;
        this.surroundings = surroundings;
        this.metrics = metrics;
        this.wallClock = wallClock;
        this.warnedNanos = surroundings.nanoClock().getAsLong() - WARNING_PAUSE_NANOS;
    }

    void start(EventLoop loop) {
        running =
                loop.scheduleAtFixedRate(
                        this::probe, PERIOD_NANOS, PERIOD_NANOS, TimeUnit.NANOSECONDS);
    }

    void stop() {
        ScheduledFuture<?> started = running;
        if (started != null) {
            started.cancel(false);
        }
    }

    private void probe() {
        URI url = urls.pick();
        long start = surroundings.nanoClock().getAsLong();
        var _ =
                surroundings
                        .http()
                        .get(url, "/raft/probing", _ -> {}, PERIOD_NANOS, ANSWER_BYTES_MAX)
                        .whenComplete((answer, failure) -> {
                            if (answer == null || answer.status() != 200) {
                                unhealthy(url, String.valueOf(failure));
                            } else {
                                answered(url, start, answer.text());
                            }
                        });
    }

    private void answered(URI url, long start, String json) {
        long took = surroundings.nanoClock().getAsLong() - start;
        try {
            JsonObject health = JsonParser.parseString(json).getAsJsonObject();
            if (!health.has("OK") || !health.has("Now") || !health.get("OK").getAsBoolean()) {
                unhealthy(url, "not OK");
                return;
            }
            smoothedNanos = 0.875 * smoothedNanos + 0.125 * took;
            metrics.roundTrip((long) smoothedNanos);
            Instant theirs = OffsetDateTime.parse(health.get("Now").getAsString()).toInstant();
            Instant ours = Instant.ofEpochMilli(wallClock.wallMillis());
            Duration drift = Duration.between(theirs, ours).minusNanos((long) smoothedNanos / 2);
            if (drift.compareTo(DRIFT_MAX) > 0 && mayWarn()) {
                surroundings
                        .log()
                        .warn(
                                "prober found high clock drift",
                                "remote-peer-id",
                                MemberIds.text(memberId),
                                "clock-drift",
                                drift.toString());
            }
        } catch (JsonParseException
                | DateTimeParseException
                | IllegalStateException
                | UnsupportedOperationException e) {
            unhealthy(url, "malformed answer: " + e.getMessage());
        }
    }

    private void unhealthy(URI url, String reason) {
        urls.failed(url);
        if (mayWarn()) {
            surroundings
                    .log()
                    .warn(
                            "prober detected unhealthy status",
                            "remote-peer-id",
                            MemberIds.text(memberId),
                            "error",
                            reason);
        }
    }

    private synchronized boolean mayWarn() {
        long now = surroundings.nanoClock().getAsLong();
        if (now - warnedNanos < WARNING_PAUSE_NANOS) {
            return false;
        }
        warnedNanos = now;
        return true;
    }
}
