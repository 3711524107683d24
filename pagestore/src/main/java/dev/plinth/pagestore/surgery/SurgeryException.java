package dev.plinth.pagestore.surgery;

/** An operation that cannot be carried out as asked; nothing was changed. */
public final class SurgeryException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    SurgeryException(String message) {
        super(message);
    }
}
