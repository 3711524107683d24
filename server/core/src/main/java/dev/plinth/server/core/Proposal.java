package dev.plinth.server.core;

/**
 * A write on its way through the log, and the place where its outcome is delivered.
 *
 * <p>The bytes are final when the proposal is handed over: they go to the log and to peers as they
 * are. Exactly one of {@link #applied} and {@link #failed} is called, once, on a thread of the
 * member that must not be blocked.
 */
public interface Proposal {
    /**
     * Identity of the request, drawn from {@link LocalMember#nextRequestId()}; equal to the one
     * inside the entry.
     */
    long requestId();

    /**
     * Array that holds the encoded {@code InternalRaftRequest} from index 0 on; nobody changes it
     * any more.
     */
    byte[] entry();

    /** Length of the entry in {@link #entry()}. */
    int entryLength();

    /** The entry was committed and applied here. */
    void applied(ApplyResult result);

    /** The entry was not proposed, or nothing was heard of it in time. */
    void failed(RefusedException reason);

    /** Whether it may go on when apply lags so far behind that others are refused. */
    default boolean isPriority() {
        return false;
    }

    /**
     * The raft term that this member has to lead for the entry to be proposed; else it fails with
     * {@link EtcdError#NOT_LEADER} and is not forwarded. 0 for entries that anybody may propose.
     */
    default long leadersTerm() {
        return 0;
    }
}
