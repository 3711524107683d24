package dev.plinth.server.config;

/**
 * The command line cannot be read: an unknown flag, or a value that does not parse. The process
 * prints the message with the usage and ends with code 2.
 */
public final class FlagException extends Exception {
    private static final long serialVersionUID = 1L;

    FlagException(String message) {
        super(message);
    }
}
