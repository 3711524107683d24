package dev.plinth.server.discovery;

/** The founders were not found; the message is for the operator. */
public final class DiscoveryException extends Exception {
    private static final long serialVersionUID = 1L;

    /** A reason found here. */
    public DiscoveryException(String message) {
        super(message);
    }

    /** A reason found below. */
    public DiscoveryException(String message, Throwable cause) {
        super(message, cause);
    }
}
