package dev.plinth.raft;

/** How a leader makes sure that it still is one before it answers a read index request. */
public enum ReadOnlyOption {
    /** A round of heartbeats to a quorum. */
    SAFE,
    /**
     * The leader lease alone: cheaper, and wrong when clocks drift without bound. Needs
     * check-quorum.
     */
    LEASE_BASED
}
