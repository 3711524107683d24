package dev.plinth.raft;

/**
 * What an {@link Entry} carries. The constants' {@link #toString} is the name in the wire schema.
 */
public enum EntryType {
    NORMAL(0, "EntryNormal"),
    /** The data is an encoded {@link ConfChange}. */
    CONF_CHANGE(1, "EntryConfChange"),
    /**
     * The data is an encoded {@link ConfChangeV2}; absent data is the empty change, which leaves a
     * joint configuration.
     */
    CONF_CHANGE_V2(2, "EntryConfChangeV2");

    private static final EntryType[] VALUES = values();

    private final int number;
    private final String wireName;

    EntryType(int number, String wireName) {
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
    public static EntryType ofNumber(long number) throws RaftDecodeException {
        if (number < 0 || number >= VALUES.length) {
            throw new RaftDecodeException("unknown entry type " + number);
        }
        return VALUES[(int) number];
    }

    @Override
    public String toString() {
        return wireName;
    }
}
