package dev.plinth.server.consensus;

import dev.plinth.raft.Message;
import dev.plinth.server.cluster.ClusterView;
import java.util.List;

/** Carries messages to other members; a lost message is raft's to repeat. Any thread. */
public interface PeerTransport {
    /** Sends messages, each to the member it is addressed to; never blocks. */
    void send(List<Message> messages);

    /** Follows the members of the cluster. */
    void setMembers(ClusterView view);

    /** A transport for a cluster of one: whatever is sent is lost. */
    PeerTransport NONE =
            new PeerTransport() {
                @Override
                public void send(List<Message> messages) {}

                @Override
                public void setMembers(ClusterView view) {}
            };
}
