package dev.plinth.server.config;

/**
 * The settings were read and make no sense. The process logs {@code failed to verify flags} with
 * this message and ends with code 1.
 */
public final class ConfigException extends Exception {
    private static final long serialVersionUID = 1L;

    /** Carries the text that operators see. */
    public ConfigException(String message) {
        super(message);
    }
}
