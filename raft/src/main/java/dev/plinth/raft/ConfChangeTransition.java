package dev.plinth.raft;

/** How a {@link ConfChangeV2} goes over to its target. Ordinals are the numbers on the wire. */
public enum ConfChangeTransition {
    /**
     * At once where one change allows it, else through a joint configuration that the leader leaves
     * by itself.
     */
    AUTO("ConfChangeTransitionAuto"),
    /** Through a joint configuration that the leader leaves by itself. */
    JOINT_IMPLICIT("ConfChangeTransitionJointImplicit"),
    /** Through a joint configuration that stays until an empty change is proposed. */
    JOINT_EXPLICIT("ConfChangeTransitionJointExplicit");

    private static final ConfChangeTransition[] VALUES = values();

    private final String wireName;

    ConfChangeTransition(String wireName) {
        this.wireName = wireName;
    }

    /** Number on the wire. */
    public int number() {
        return ordinal();
    }

    /**
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
