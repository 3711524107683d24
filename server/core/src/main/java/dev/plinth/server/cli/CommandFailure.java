package dev.plinth.server.cli;

import java.util.List;

/** A command did not succeed. The message follows the word {@code Error:} on the error stream. */
public final class CommandFailure extends Exception {
    private static final long serialVersionUID = 1L;

    private final transient List<String> details;

    /** A failure with nothing to add to its message. */
    public CommandFailure(String message) {
        this(message, List.of());
    }

    /**
     * A failure.
     *
     * @param details lines below the message
     */
    public CommandFailure(String message, List<String> details) {
        super(message);
        this.details = List.copyOf(details);
    }

    /** Lines below the message, for the reader who has to find out more. */
    public List<String> details() {
        return details;
    }
}
