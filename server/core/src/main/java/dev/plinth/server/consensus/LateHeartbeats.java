package dev.plinth.server.consensus;

import dev.plinth.server.cluster.MemberIds;
import dev.plinth.server.config.GoDuration;
import dev.plinth.server.log.Log;
import java.util.HashMap;
import java.util.Map;

/**
 * Finds heartbeats that a leader sends later than two intervals after the one before: its followers
 * are about to lose faith, because of this machine and not of the network. The raft loop alone; one
 * look-up for each heartbeat.
 */
final class LateHeartbeats {
    private final long intervalNanos;
    private final Runnable onLate;
    private final Log log;
    private final Map<Long, Long> lastSentNanos = new HashMap<>();

    /**
     * @param intervalNanos between two heartbeats
     * @param onLate counts them
     */
    LateHeartbeats(long intervalNanos, Runnable onLate, Log log) {
        this.intervalNanos = intervalNanos;
        this.onLate = onLate;
        this.log = log;
    }

    /** A heartbeat leaves for a member. */
    void sent(long memberId, long nowNanos) {
        Long last = lastSentNanos.put(memberId, nowNanos);
        long exceeded = last == null ? 0 : nowNanos - last - 2 * intervalNanos;
        if (exceeded > 0) {
            onLate.run();
            log.warn(
                    "leader failed to send out heartbeat on time; took too long, leader is"
                            + " overloaded likely from slow disk",
                    "to",
                    MemberIds.text(memberId),
                    "heartbeat-interval",
                    GoDuration.format(intervalNanos),
                    "expected-duration",
                    GoDuration.format(2 * intervalNanos),
                    "exceeded-duration",
                    GoDuration.format(exceeded),
                    "remedy",
                    "see whether the disk is slow (plinth disk bench on the log's folder) or the"
                            + " processors are busy; else raise --heartbeat-interval and"
                            + " --election-timeout at all members");
        }
    }

    /** Another leader than before, or none: what was sent last says nothing any more. */
    void reset() {
        lastSentNanos.clear();
    }
}
