package dev.plinth.server.consensus;

import dev.plinth.raft.Message;
import java.util.List;

/** Where a transport brings what it received, and what it could not send. Any thread. */
public interface MessageReceiver {
    /**
     * Takes messages of other members, in order.
     *
     * @param taken runs once when they no longer wait, on any thread; a transport holds a sender
     *     back that is far ahead of it
     * @return false when too many messages wait already: these are lost
     */
    boolean receive(List<Message> messages, Runnable taken);

    /** Messages to the member were lost. */
    void unreachable(long memberId);

    /** The sending of a snapshot to the member ended. */
    void snapshotSent(long memberId, boolean isDelivered);
}
