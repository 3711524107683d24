package dev.plinth.raft;

/**
 * Kinds of {@link Message}. {@link #toString} is the name in the wire schema.
 *
 * <p>A <em>local</em> kind is made by the node itself, its workers or the application and never
 * travels between members; a <em>response</em> is accepted from tracked peers and local workers
 * alone.
 */
public enum MessageType {
    HUP(0, "MsgHup", true, false),
    BEAT(1, "MsgBeat", true, false),
    PROP(2, "MsgProp", false, false),
    APP(3, "MsgApp", false, false),
    APP_RESP(4, "MsgAppResp", false, true),
    VOTE(5, "MsgVote", false, false),
    VOTE_RESP(6, "MsgVoteResp", false, true),
    SNAP(7, "MsgSnap", false, false),
    HEARTBEAT(8, "MsgHeartbeat", false, false),
    HEARTBEAT_RESP(9, "MsgHeartbeatResp", false, true),
    UNREACHABLE(10, "MsgUnreachable", true, true),
    SNAP_STATUS(11, "MsgSnapStatus", true, false),
    CHECK_QUORUM(12, "MsgCheckQuorum", true, false),
    TRANSFER_LEADER(13, "MsgTransferLeader", false, false),
    TIMEOUT_NOW(14, "MsgTimeoutNow", false, false),
    READ_INDEX(15, "MsgReadIndex", false, false),
    READ_INDEX_RESP(16, "MsgReadIndexResp", false, true),
    PRE_VOTE(17, "MsgPreVote", false, false),
    PRE_VOTE_RESP(18, "MsgPreVoteResp", false, true),
    STORAGE_APPEND(19, "MsgStorageAppend", true, false),
    STORAGE_APPEND_RESP(20, "MsgStorageAppendResp", true, true),
    STORAGE_APPLY(21, "MsgStorageApply", true, false),
    STORAGE_APPLY_RESP(22, "MsgStorageApplyResp", true, true),
    FORGET_LEADER(23, "MsgForgetLeader", false, false);

    private static final MessageType[] VALUES = values();

    private final int number;
    private final String wireName;
    private final boolean local;
    private final boolean response;

    MessageType(int number, String wireName, boolean local, boolean response) {
        this.number = number;
        this.wireName = wireName;
        this.local = local;
        this.response = response;
    }

    /** Number on the wire. */
    public int number() {
        return number;
    }

    public boolean isLocal() {
        return local;
    }

    public boolean isResponse() {
        return response;
    }

    /**
     * Whether it is a request or an answer of an election: these alone carry a term of their own.
     */
    boolean isVoting() {
        return this == VOTE || this == VOTE_RESP || this == PRE_VOTE || this == PRE_VOTE_RESP;
    }

    /**
     * The constant with a number on the wire.
     *
     * @throws RaftDecodeException when no kind has the number
     */
    public static MessageType ofNumber(long number) throws RaftDecodeException {
        if (number < 0 || number >= VALUES.length) {
            throw new RaftDecodeException("unknown message type " + number);
        }
        return VALUES[(int) number];
    }

    @Override
    public String toString() {
        return wireName;
    }
}
