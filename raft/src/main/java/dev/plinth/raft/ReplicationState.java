package dev.plinth.raft;

/**
 * How a leader sends entries to a member; {@link #toString} gives the name used in logs and status.
 */
public enum ReplicationState {
    /** One append at a time, to find out where the logs agree. */
    PROBE("StateProbe"),
    /** A window of appends, optimistically one after the other. */
    REPLICATE("StateReplicate"),
    /** Nothing until the snapshot has arrived. */
    SNAPSHOT("StateSnapshot");

    private final String wireName;

    ReplicationState(String wireName) {
        this.wireName = wireName;
    }

    @Override
    public String toString() {
        return wireName;
    }
}
