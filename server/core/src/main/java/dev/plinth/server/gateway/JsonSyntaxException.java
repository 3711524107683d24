package dev.plinth.server.gateway;

/** A body that is not JSON; the message is shown to the client. */
final class JsonSyntaxException extends Exception {
    private static final long serialVersionUID = 1L;

    JsonSyntaxException(String message) {
        super(message, null, false, false);
    }
}
