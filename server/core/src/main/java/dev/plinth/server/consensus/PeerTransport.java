package dev.plinth.server.consensus;

import dev.plinth.raft.Message;
import dev.plinth.server.cluster.ClusterView;
import java.util.List;
import java.util.OptionalLong;

/** Carries messages to other members; a lost message is raft's to repeat. Any thread. */
public interface PeerTransport {
    /** Sends messages, each to the member it is addressed to; never blocks. */
    void send(List<Message> messages);

    /**
     * Follows the members of the cluster: those of the view are added or brought up to date, those
     * that were removed are let go. A member that the view does not know stays, since a member that
     * joins hears of the others before its log tells of them.
     */
    void setMembers(ClusterView view);

    /** Monotonic time since which a member is connected without a break; empty if it is not. */
    OptionalLong connectedSinceNanos(long memberId);

    /** A transport for a cluster of one: whatever is sent is lost. */
    PeerTransport NONE =
            new PeerTransport() {
                @Override
                public void send(List<Message> messages) {}

                @Override
                public void setMembers(ClusterView view) {}

                @Override
                public OptionalLong connectedSinceNanos(long memberId) {
                    return OptionalLong.empty();
                }
            };
}
