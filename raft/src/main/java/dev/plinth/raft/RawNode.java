package dev.plinth.raft;

import java.util.List;

/**
 * A Raft node without threads: the application steps messages and ticks in and works off what
 * {@link #ready} gives. Not thread-safe: one thread owns it; what it hands out is immutable and
 * goes anywhere.
 */
@SuppressWarnings("DoNotCallSuggester")
public final class RawNode {
    /** Target and source of messages of the worker that stores the log. */
    public static final long LOCAL_APPEND_THREAD = -1L;

    /** Target and source of messages of the worker that applies entries. */
    public static final long LOCAL_APPLY_THREAD = -2L;

    private final RaftConfig config;

    /** Takes up the state that the storage holds. */
    public RawNode(RaftConfig config) {
        this.config = config;
    }

    /** Whether the id names one of the node's own workers. */
    public static boolean isLocalTarget(long id) {
        return id == LOCAL_APPEND_THREAD || id == LOCAL_APPLY_THREAD;
    }

    private UnsupportedOperationException comes() {
        return new UnsupportedOperationException("node " + config.id());
    }

    /** Time went on by one tick. */
    public void tick() {
        throw comes();
    }

    /** Starts an election now. */
    public void campaign() throws RaftException {
        throw comes();
    }

    /**
     * Writes the founding configuration into an empty log, as committed entries of term 1.
     *
     * @throws RaftException when there is no peer or the log is not empty
     */
    public void bootstrap(List<Peer> peers) throws RaftException {
        throw comes();
    }

    /** Proposes one normal entry; the array is shared and must not change any more. */
    public void propose(byte[] data) throws RaftException {
        throw comes();
    }

    /**
     * Proposes entries as one append: all are taken or none.
     *
     * @param proposals made with {@link Entry#proposal(byte[])}
     * @throws RaftException proposal dropped
     */
    public void propose(List<Entry> proposals) throws RaftException {
        throw comes();
    }

    public void proposeConfChange(ConfChange change) throws RaftException {
        throw comes();
    }

    public void proposeConfChange(ConfChangeV2 change) throws RaftException {
        throw comes();
    }

    /**
     * A committed change takes effect. To be called for each committed change, with node id 0 for
     * one that the application refuses.
     *
     * @return the configuration from now on, for the next snapshot
     */
    public ConfState applyConfChange(ConfChange change) {
        throw comes();
    }

    public ConfState applyConfChange(ConfChangeV2 change) {
        throw comes();
    }

    /**
     * Takes a message from another member or a response of a local worker.
     *
     * @throws RaftException when it is refused; the node is unchanged
     */
    public void step(Message message) throws RaftException {
        throw comes();
    }

    public boolean hasReady() {
        throw comes();
    }

    /** What is to be done now, taken as accepted: it will not be handed out again. */
    public Ready ready() {
        throw comes();
    }

    /** Synchronous mode only: everything in the last {@link Ready} is stored and applied. */
    public void advance() {
        throw comes();
    }

    public Status status() {
        throw comes();
    }

    public BasicStatus basicStatus() {
        throw comes();
    }

    /** Messages to the member could not be delivered. */
    public void reportUnreachable(long id) {
        throw comes();
    }

    /** The sending of a snapshot to the member ended. To be called for each snapshot message. */
    public void reportSnapshot(long id, SnapshotStatus status) {
        throw comes();
    }

    /** Asks the leader to hand over to the member. */
    public void transferLeader(long transferee) {
        throw comes();
    }

    /** Forgets the leader without a new term, so that this member may vote for another at once. */
    public void forgetLeader() throws RaftException {
        throw comes();
    }

    /**
     * Asks for an index at which a linearizable read may be served; the answer comes as {@link
     * ReadState} with the same context, or never: then ask again.
     */
    public void readIndex(Bytes context) {
        throw comes();
    }
}
