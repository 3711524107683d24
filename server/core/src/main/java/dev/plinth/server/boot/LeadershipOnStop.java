package dev.plinth.server.boot;

import dev.plinth.raft.Status;
import dev.plinth.server.cluster.MemberIds;
import dev.plinth.server.config.GoDuration;
import dev.plinth.server.consensus.ConsensusMember;
import dev.plinth.server.consensus.PeerTransport;
import dev.plinth.server.consensus.Successors;
import dev.plinth.server.log.Log;
import dev.plinth.walio.io.Clock;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * The first step of a stop: a leader hands over before it goes, so that the others need not wait
 * for an election timeout. Clients are still served meanwhile; what they propose waits and goes to
 * the successor.
 *
 * <p>The successor is the connected voter that has stored most (etcd takes the one that has been
 * connected longest). The wait is bounded; a member that cannot hand over stops all the same.
 */
final class LeadershipOnStop implements AutoCloseable {
    private final ConsensusMember member;
    private final PeerTransport peers;
    private final long limitNanos;
    private final Clock clock;
    private final Log log;

    LeadershipOnStop(
            ConsensusMember member, PeerTransport peers, long limitNanos, Clock clock, Log log) {
        this.member = member;
        this.peers = peers;
        this.limitNanos = limitNanos;
        this.clock = clock;
        this.log = log;
    }

    @Override
    public void close() {
        String self = MemberIds.text(member.memberId());
        if (member.leaderId() != member.memberId()) {
            log.info(
                    "skipped leadership transfer; local server is not leader",
                    "local-member-id",
                    self,
                    "current-leader-member-id",
                    MemberIds.text(member.leaderId()));
            return;
        }
        long startNanos = clock.monotonicNanos();
        try {
            CompletableFuture<Status> known = new CompletableFuture<>();
            member.inspect(known::complete);
            Status status = known.get(limitNanos, TimeUnit.NANOSECONDS);
            if (status.confState().voters().size() < 2) {
                log.info(
                        "skipped leadership transfer for single voting member cluster",
                        "local-member-id",
                        self);
                return;
            }
            OptionalLong successor =
                    Successors.best(status, 0, id -> peers.connectedSinceNanos(id).isPresent());
            if (successor.isEmpty()) {
                log.warn(
                        "leadership transfer failed",
                        "local-member-id",
                        self,
                        "error",
                        "no other voter is connected");
                return;
            }
            handOver(self, MemberIds.text(successor.getAsLong()), successor, startNanos);
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        } catch (ExecutionException | TimeoutException e) {
            log.warn("leadership transfer failed", "local-member-id", self, "error", reason(e));
        }
    }

    private void handOver(String self, String target, OptionalLong successor, long startNanos)
            throws InterruptedException, ExecutionException, TimeoutException {
        log.info(
                "leadership transfer starting",
                "local-member-id",
                self,
                "current-leader-member-id",
                self,
                "transferee-member-id",
                target);
        member.transferLeadership(successor.getAsLong())
                .toCompletableFuture()
                .get(limitNanos, TimeUnit.NANOSECONDS);
        log.info(
                "leadership transfer finished",
                "local-member-id",
                self,
                "old-leader-member-id",
                self,
                "new-leader-member-id",
                target,
                "took",
                GoDuration.format(clock.monotonicNanos() - startNanos));
    }

    private String reason(Exception e) {
        return e instanceof TimeoutException
                ? "not done after " + GoDuration.format(limitNanos)
                : String.valueOf(e.getMessage());
    }
}
