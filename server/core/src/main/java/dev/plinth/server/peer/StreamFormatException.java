package dev.plinth.server.peer;

import java.io.IOException;

/** What a peer sends is not in the stream's format. */
final class StreamFormatException extends IOException {
    private static final long serialVersionUID = 1L;

    StreamFormatException(String message) {
        super(message);
    }

    StreamFormatException(String message, Throwable cause) {
        super(message, cause);
    }
}
