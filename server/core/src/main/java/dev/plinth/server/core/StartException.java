package dev.plinth.server.core;

/**
 * The member cannot start, and why, in one sentence for the operator. The files are as they were.
 */
public class StartException extends Exception {
    private static final long serialVersionUID = 1L;

    /** A reason found here. */
    public StartException(String message) {
        super(message);
    }

    /** A reason found below. */
    public StartException(String message, Throwable cause) {
        super(message, cause);
    }
}
