package dev.plinth.pagestore.surgery;

/** An operation was refused; the text is the reference's, without the name of the command. */
public final class SurgeryException extends Exception {
    private static final long serialVersionUID = 1L;

    SurgeryException(String reason) {
        super(reason);
    }
}
