package dev.plinth.walio.frame;

/** Bytes that are not the protobuf message they should be. */
public final class MalformedMessageException extends Exception {
    private static final long serialVersionUID = 1L;

    private final String reason;

    /** Says what is wrong with them. */
    public MalformedMessageException(String reason) {
        super(reason);
        this.reason = reason;
    }

    /** What is wrong with them. */
    public String reason() {
        return reason;
    }
}
