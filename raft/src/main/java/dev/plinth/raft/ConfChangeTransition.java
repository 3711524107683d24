package dev.plinth.raft;

/** How a {@link ConfChangeV2} goes over to its target. */
public enum ConfChangeTransition {
    /**
     * At once where one change allows it, else through a joint configuration that the leader leaves
     * by itself.
     */
    AUTO(0, "ConfChangeTransitionAuto"),
    /** Through a joint configuration that the leader leaves by itself. */
    JOINT_IMPLICIT(1, "ConfChangeTransitionJointImplicit"),
    /** Through a joint configuration that stays until an empty change is proposed. */
    JOINT_EXPLICIT(2, "ConfChangeTransitionJointExplicit");

    private static final ConfChangeTransition[] VALUES = values();

    private final int number;
    private final String wireName;

    ConfChangeTransition(int number, String wireName) {
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
     * @throws RaftDecodeException when no transition has the number
     */
    public static ConfChangeTransition ofNumber(long number) throws RaftDecodeException {
        if (number < 0 || number >= VALUES.length) {
            throw new RaftDecodeException("unknown conf change transition " + number);
        }
        return VALUES[(int) number];
    }

    @Override
    public String toString() {
        return wireName;
    }
}
