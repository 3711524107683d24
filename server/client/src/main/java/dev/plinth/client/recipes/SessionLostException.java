package dev.plinth.client.recipes;

/** The session was lost while it waited: its place in the queue is gone. */
public final class SessionLostException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    SessionLostException() {
        super("mutex: session is expired");
    }
}
