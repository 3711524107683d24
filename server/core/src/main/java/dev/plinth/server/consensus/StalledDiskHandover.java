package dev.plinth.server.consensus;

import dev.plinth.raft.BasicStatus;
import dev.plinth.raft.ProgressStatus;
import dev.plinth.raft.RawNode;
import dev.plinth.raft.Role;
import dev.plinth.raft.Status;
import dev.plinth.server.cluster.MemberIds;
import dev.plinth.server.config.GoDuration;
import dev.plinth.server.log.Log;
import java.util.OptionalLong;
import java.util.function.LongSupplier;

/**
 * Gives up leadership while this member's disk hangs.
 *
 * <p>A leader whose write does not come back still sends heartbeats, since the raft loop does no
 * disk I/O, so nobody would challenge it; but it applies nothing, and its clients wait. So once a
 * write has been running for an election timeout, leadership goes to a voter that has stored what
 * this member could not: that one's disk works. Where no voter has, as when all disks hang, going
 * over would help nobody, and nothing happens. A hand-over that fails is tried again; raft gives it
 * up after an election timeout and has noticed by then if its target is dead.
 *
 * <p>Called by the raft loop once a tick; a comparison unless a write hangs.
 */
final class StalledDiskHandover {
    private final LongSupplier writingNanos;
    private final long limitNanos;
    private final Log log;

    /**
     * @param writingNanos for how long the log's write at hand has been running; 0 for none
     * @param limitNanos time after which the disk counts as hanging
     */
    StalledDiskHandover(LongSupplier writingNanos, long limitNanos, Log log) {
        this.writingNanos = writingNanos;
        this.limitNanos = limitNanos;
        this.log = log;
    }

    void tick(RawNode node) {
        long running = writingNanos.getAsLong();
        if (running < limitNanos) {
            return;
        }
        BasicStatus basic = node.basicStatus();
        if (basic.softState().role() != Role.LEADER || basic.leadTransferee() != 0) {
            return;
        }
        Status status = node.status();
        ProgressStatus own = status.progress().get(status.id());
        if (own == null) {
            return;
        }
        OptionalLong successor = Successors.best(status, own.match() + 1, _ -> true);
        if (successor.isPresent()) {
            log.warn(
                    "the log's write hangs; handing leadership to a member that has stored more",
                    "running-for",
                    GoDuration.format(running),
                    "transferee-member-id",
                    MemberIds.text(successor.getAsLong()),
                    "remedy",
                    "see the kernel's log for errors of the disk; replace the member if they go on");
            node.transferLeader(successor.getAsLong());
        }
    }
}
