package dev.plinth.client;

/** Why a lease is no longer kept alive. */
public enum LossReason {
    /** The server says that there is no such lease any more: its keys are gone. */
    EXPIRED,
    /** No server answered within the time to live: the keys may be gone. */
    NOT_RENEWED_IN_TIME,
    /** The member lost its leader, and the view requires one. */
    NO_LEADER,
    /** The server refuses renewals, as for a user without rights. */
    REFUSED,
    /** The program closed the keep-alive or the client: the lease runs out by itself. */
    CLOSED
}
