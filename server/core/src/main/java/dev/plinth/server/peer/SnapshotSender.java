package dev.plinth.server.peer;

import dev.plinth.raft.Message;
import dev.plinth.server.cluster.MemberIds;
import dev.plinth.server.peer.SnapshotSource.PinnedSnapshot;
import java.io.IOException;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * Sends this member's state to one that is too far behind: the message with its length, then the
 * database unframed, as one chunked request. One at a time for a member.
 *
 * <p>Runs on a thread of its own at the pace of the slowest of three: the receiver, the disk, and
 * the bound on bytes per second. Memory is what the socket's buffer holds. {@link SnapshotTransfer}
 * goes on where a connection broke.
 */
final class SnapshotSender {
    private final long memberId;
    private final UrlPicker urls;
    private final PeerStatus status;
    private final PeerSurroundings surroundings;
    private final PeerMetrics metrics;
    private final AtomicBoolean isUnderWay = new AtomicBoolean();

    SnapshotSender(
            long memberId,
            UrlPicker urls,
            PeerStatus status,
            PeerSurroundings surroundings,
            PeerMetrics metrics) {
        this.memberId = memberId;
        this.urls = urls;
        this.status = status;
        this.surroundings = surroundings;
        this.metrics = metrics;
    }

    /** Starts to send; false when one is under way. Any thread. */
    boolean offer(Message message) {
        if (!isUnderWay.compareAndSet(false, true)) {
            return false;
        }
        surroundings
                .transfers()
                .execute(() -> {
                    boolean isDelivered = false;
                    long start = surroundings.nanoClock().getAsLong();
                    metrics.snapshotBegun();
                    try {
                        isDelivered = send(message);
                    } finally {
                        isUnderWay.set(false);
                        metrics.snapshotEnded(
                                isDelivered, surroundings.nanoClock().getAsLong() - start);
                        surroundings.receiver().snapshotSent(memberId, isDelivered);
                    }
                });
        return true;
    }

    private boolean send(Message message) {
        var log = surroundings.log();
        long start = surroundings.nanoClock().getAsLong();
        try (PinnedSnapshot pinned = surroundings.snapshots().pin(message)) {
            var snapshot = pinned.message().snapshot();
            long index = snapshot == null ? 0 : snapshot.index();
            log.info(
                    "sending database snapshot",
                    "snapshot-index",
                    index,
                    "remote-peer-id",
                    MemberIds.text(memberId),
                    "bytes",
                    pinned.databaseBytes());
            new SnapshotTransfer(memberId, urls, surroundings, pinned).send();
            metrics.sent(pinned.databaseBytes());
            status.activate();
            log.info(
                    "sent database snapshot",
                    "snapshot-index",
                    index,
                    "remote-peer-id",
                    MemberIds.text(memberId),
                    "took-ms",
                    (surroundings.nanoClock().getAsLong() - start) / 1_000_000);
            return true;
        } catch (IOException e) {
            metrics.sendFailed();
            status.deactivate("post snapshot", String.valueOf(e.getMessage()));
            surroundings.receiver().unreachable(memberId);
            log.warn(
                    "failed to send database snapshot",
                    "remote-peer-id",
                    MemberIds.text(memberId),
                    "error",
                    String.valueOf(e.getMessage()));
            return false;
        }
    }
}
