package dev.plinth.server.core;

/**
 * Told when a wait of the member is over; called exactly once, on a thread that must not be
 * blocked.
 */
public interface Barrier {
    /** What was waited for has happened. */
    void passed();

    /** It has not, and will not. */
    void failed(RefusedException reason);
}
