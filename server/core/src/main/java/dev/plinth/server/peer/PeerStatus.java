package dev.plinth.server.peer;

import dev.plinth.server.cluster.MemberIds;
import dev.plinth.server.log.Log;
import java.util.OptionalLong;
import java.util.function.LongSupplier;

/** Whether a member is reached, and since when. Any thread. */
final class PeerStatus {
    private final long memberId;
    private final PeerMetrics metrics;
    private final LongSupplier nanoClock;
    private final Log log;
    private boolean isActive;
    private long sinceNanos;

    PeerStatus(long memberId, PeerMetrics metrics, LongSupplier nanoClock, Log log) {
        this.memberId = memberId;
        this.metrics = metrics;
        this.nanoClock = nanoClock;
        this.log = log;
    }

    /** Something reached the member, or came from it. */
    synchronized void activate() {
        if (!isActive) {
            isActive = true;
            sinceNanos = nanoClock.getAsLong();
            metrics.connected();
            log.info("peer became active", "peer-id", MemberIds.text(memberId));
        }
    }

    /** Something did not reach the member. */
    synchronized void deactivate(String action, String reason) {
        if (isActive) {
            isActive = false;
            metrics.disconnected();
            log.warn(
                    "peer became inactive (message send to peer failed)",
                    "peer-id",
                    MemberIds.text(memberId),
                    "action",
                    action,
                    "error",
                    reason);
        } else {
            log.debug(
                    "failed to reach peer",
                    "peer-id",
                    MemberIds.text(memberId),
                    "action",
                    action,
                    "error",
                    reason);
        }
    }

    /** The member is not a peer any more. */
    synchronized void forget() {
        isActive = false;
        metrics.forgotten();
    }

    /** Monotonic time since which the member is reached; empty when it is not. */
    synchronized OptionalLong activeSinceNanos() {
        return isActive ? OptionalLong.of(sinceNanos) : OptionalLong.empty();
    }
}
