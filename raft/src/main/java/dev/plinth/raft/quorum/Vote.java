package dev.plinth.raft.quorum;

/** What one member answered. */
public enum Vote {
    YES,
    NO,
    MISSING
}
