package dev.plinth.raft;

/** What a configuration change does with a member. */
public enum ConfChangeType {
    ADD_NODE(0, "ConfChangeAddNode"),
    REMOVE_NODE(1, "ConfChangeRemoveNode"),
    /** No effect on consensus: the entry's context tells the application what changed. */
    UPDATE_NODE(2, "ConfChangeUpdateNode"),
    ADD_LEARNER_NODE(3, "ConfChangeAddLearnerNode");

    private static final ConfChangeType[] VALUES = values();

    private final int number;
    private final String wireName;

    ConfChangeType(int number, String wireName) {
        this.number = number;
        this.wireName = wireName;
    }

    /** Number on the wire. */
    public int number() {
        return number;
    }

    /**
     * The constant with a number on the wire.
     *
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
