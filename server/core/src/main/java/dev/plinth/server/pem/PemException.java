package dev.plinth.server.pem;

/** A file is not the PEM that it should be. */
public final class PemException extends Exception {
    private static final long serialVersionUID = 1L;

    /** Says what is wrong. */
    public PemException(String message) {
        super(message);
    }

    /** Says what is wrong, and why. */
    public PemException(String message, Throwable cause) {
        super(message, cause);
    }
}
