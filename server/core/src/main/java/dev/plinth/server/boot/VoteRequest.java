package dev.plinth.server.boot;

import dev.plinth.server.core.ClusterMember;
import dev.plinth.server.core.LocalMember;
import dev.plinth.server.log.Log;
import dev.plinth.server.peer.Rejoining;
import dev.plinth.server.storage.RejoinMark;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.List;

/**
 * After a repair: asks for the vote until the member has it. The leader gives it when the learner
 * holds nearly all that was committed.
 */
final class VoteRequest {
    private final LocalMember member;
    private final Rejoining rejoining;
    private final RejoinMark mark;
    private final long timeoutNanos;
    private final Log log;
    private boolean isDone;

    VoteRequest(
            LocalMember member, Rejoining rejoining, RejoinMark mark, long timeoutNanos, Log log) {
        this.member = member;
        this.rejoining = rejoining;
        this.mark = mark;
        this.timeoutNanos = timeoutNanos;
        this.log = log;
    }

    /** Asks once more, or ends; by one thread. */
    void turn() {
        if (isDone) {
            return;
        }
        List<ClusterMember> members = member.members();
        for (ClusterMember self : members) {
            if (self.id() != member.memberId()) {
                continue;
            }
            if (self.isLearner()) {
                rejoining.askForVote(otherUrls(members), self.id(), timeoutNanos);
            } else {
                end();
            }
        }
    }

    private List<String> otherUrls(List<ClusterMember> members) {
        return members.stream()
                .filter(each -> each.id() != member.memberId())
                .flatMap(each -> each.peerUrls().stream())
                .toList();
    }

    private void end() {
        try {
            mark.clear();
        } catch (IOException e) {
            throw new UncheckedIOException("cannot remove the mark of a repair", e);
        }
        isDone = true;
        log.info("the repaired member has its vote again");
    }
}
