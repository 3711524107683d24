package dev.plinth.raft;

/** What a member is at the moment; {@link #toString} gives the name used in logs and status. */
public enum Role {
    FOLLOWER("StateFollower"),
    CANDIDATE("StateCandidate"),
    LEADER("StateLeader"),
    PRE_CANDIDATE("StatePreCandidate");

    private final String wireName;

    Role(String wireName) {
        this.wireName = wireName;
    }

    @Override
    public String toString() {
        return wireName;
    }
}
