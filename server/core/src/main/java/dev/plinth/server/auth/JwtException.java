package dev.plinth.server.auth;

/** Options or keys for JSON web tokens that cannot be used; the message is for the operator. */
public final class JwtException extends Exception {
    private static final long serialVersionUID = 1L;

    /** A reason found here. */
    public JwtException(String message) {
        super(message);
    }

    /** A reason found below. */
    public JwtException(String message, Throwable cause) {
        super(message, cause);
    }
}
