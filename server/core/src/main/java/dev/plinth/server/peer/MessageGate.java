package dev.plinth.server.peer;

import dev.plinth.raft.Message;
import dev.plinth.server.cluster.MemberIds;
import dev.plinth.server.log.Log;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/** Keeps out what removed members send and what is meant for another member. Any thread. */
final class MessageGate {
    private final long localId;
    private final Log log;
    private volatile Set<Long> removed = Set.of();

    MessageGate(long localId, Log log) {
        this.localId = localId;
        this.log = log;
    }

    void setRemoved(Set<Long> ids) {
        removed = ids;
    }

    boolean isRemoved(long id) {
        return removed.contains(id);
    }

    boolean admits(Message message) {
        if (removed.contains(message.from())) {
            log.warn(
                    "rejected Raft message from removed member",
                    "local-member-id",
                    MemberIds.text(localId),
                    "removed-member-id",
                    MemberIds.text(message.from()));
            return false;
        }
        if (message.to() != localId) {
            log.warn(
                    "rejected Raft message to mismatch member",
                    "local-member-id",
                    MemberIds.text(localId),
                    "mismatch-member-id",
                    MemberIds.text(message.to()));
            return false;
        }
        return true;
    }

    /** Those of the messages that may be stepped, as a list of their own. */
    List<Message> admitted(List<Message> messages) {
        List<Message> kept = new ArrayList<>(messages.size());
        for (Message message : messages) {
            if (admits(message)) {
                kept.add(message);
            }
        }
        return kept;
    }
}
