package dev.plinth.raft;

/**
 * The node cannot go on: its log contradicts the protocol, or its driver broke the contract. The
 * state of the node is undefined afterwards; the member has to stop.
 */
public final class RaftFatalError extends Error {
    private static final long serialVersionUID = 1L;

    public RaftFatalError(String message) {
        super(message);
    }
}
