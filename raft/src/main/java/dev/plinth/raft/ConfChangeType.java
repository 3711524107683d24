package dev.plinth.raft;

/** What a configuration change does with a member. Ordinals are the numbers on the wire. */
public enum ConfChangeType {
    ADD_NODE("ConfChangeAddNode"),
    REMOVE_NODE("ConfChangeRemoveNode"),
    /** No effect on consensus: the entry's context tells the application what changed. */
    UPDATE_NODE("ConfChangeUpdateNode"),
    ADD_LEARNER_NODE("ConfChangeAddLearnerNode");

    private static final ConfChangeType[] VALUES = values();

    private final String wireName;

    ConfChangeType(String wireName) {
        this.wireName = wireName;
    }

    /** Number on the wire. */
    public int number() {
        return ordinal();
    }

    /**
     * @throws RaftDecodeException when no type has the number
     */
    public static ConfChangeType ofNumber(long number) throws RaftDecodeException {
        if (number < 0 || number >= VALUES.length) {
            throw new RaftDecodeException("unexpected conf type " + number);
        }
        return VALUES[(int) number];
    }

    @Override
    public String toString() {
        return wireName;
    }
}
