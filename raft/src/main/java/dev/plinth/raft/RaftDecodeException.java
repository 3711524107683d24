package dev.plinth.raft;

/**
 * Bytes that are not an encoding of what they are said to be. The message names what was found and
 * where.
 */
public final class RaftDecodeException extends Exception {
    private static final long serialVersionUID = 1L;

    public RaftDecodeException(String message) {
        super(message);
    }
}
