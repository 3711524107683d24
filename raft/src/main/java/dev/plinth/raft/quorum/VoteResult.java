package dev.plinth.raft.quorum;

/** Outcome of a vote so far; {@link #toString} gives the reference's name. */
public enum VoteResult {
    PENDING("VotePending"),
    LOST("VoteLost"),
    WON("VoteWon");

    private final String name;

    VoteResult(String name) {
        this.name = name;
    }

    @Override
    public String toString() {
        return name;
    }
}
