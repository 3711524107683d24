package dev.plinth.raft;

/**
 * Kinds of {@link Message}. Ordinals are the numbers on the wire; {@link #toString} is the name in
 * the wire schema.
 *
 * <p>A <em>local</em> kind is made by the node itself, its workers or the application and never
 * travels between members; a <em>response</em> is accepted from tracked peers and local workers
 * alone.
 */
public enum MessageType {
    HUP("MsgHup", true, false),
    BEAT("MsgBeat", true, false),
    PROP("MsgProp", false, false),
    APP("MsgApp", false, false),
    APP_RESP("MsgAppResp", false, true),
    VOTE("MsgVote", false, false),
    VOTE_RESP("MsgVoteResp", false, true),
    SNAP("MsgSnap", false, false),
    HEARTBEAT("MsgHeartbeat", false, false),
    HEARTBEAT_RESP("MsgHeartbeatResp", false, true),
    UNREACHABLE("MsgUnreachable", true, true),
    SNAP_STATUS("MsgSnapStatus", true, false),
    CHECK_QUORUM("MsgCheckQuorum", true, false),
    TRANSFER_LEADER("MsgTransferLeader", false, false),
    TIMEOUT_NOW("MsgTimeoutNow", false, false),
    READ_INDEX("MsgReadIndex", false, false),
    READ_INDEX_RESP("MsgReadIndexResp", false, true),
    PRE_VOTE("MsgPreVote", false, false),
    PRE_VOTE_RESP("MsgPreVoteResp", false, true),
    STORAGE_APPEND("MsgStorageAppend", true, false),
    STORAGE_APPEND_RESP("MsgStorageAppendResp", true, true),
    STORAGE_APPLY("MsgStorageApply", true, false),
    STORAGE_APPLY_RESP("MsgStorageApplyResp", true, true),
    FORGET_LEADER("MsgForgetLeader", false, false);

    private static final MessageType[] VALUES = values();

    private final String wireName;
    private final boolean local;
    private final boolean response;

    MessageType(String wireName, boolean local, boolean response) {
        this.wireName = wireName;
        this.local = local;
        this.response = response;
    }

    /** Number on the wire. */
    public int number() {
        return ordinal();
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
