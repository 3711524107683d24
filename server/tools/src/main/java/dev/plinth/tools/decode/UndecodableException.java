package dev.plinth.tools.decode;

/** A value is none that Kubernetes writes, or is damaged; the message says what was found where. */
public final class UndecodableException extends Exception {
    private static final long serialVersionUID = 1L;

    UndecodableException(String message) {
        super(message);
    }
}
