package dev.plinth.server.tls;

/** Files or settings that no connection can be secured with; the message is for the operator. */
public final class TlsException extends Exception {
    private static final long serialVersionUID = 1L;

    /** A reason found here. */
    public TlsException(String message) {
        super(message);
    }

    /** A reason found below. */
    public TlsException(String message, Throwable cause) {
        super(message, cause);
    }
}
