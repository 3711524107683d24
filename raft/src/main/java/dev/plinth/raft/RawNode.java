package dev.plinth.raft;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * A Raft node without threads: the application steps messages and ticks in and works off what
 * {@link #ready} gives.
 *
 * <pre>
 *   step(message), tick(), propose(...)  -->  RawNode  -->  ready(): store, send, apply
 *                                               ^                        |
 *                                               +---- advance(), or the responses of the workers
 * </pre>
 *
 * <p>Not thread-safe: one thread owns it; what it hands out is immutable and goes anywhere. A
 * {@link RaftFatalError} from any method means that the member has to stop.
 */
public final class RawNode {
    /** Target and source of messages of the worker that stores the log. */
    public static final long LOCAL_APPEND_THREAD = -1L;

    /** Target and source of messages of the worker that applies entries. */
    public static final long LOCAL_APPLY_THREAD = -2L;

    private final Raft raft;
    private final boolean asyncStorageWrites;
    private SoftState previousSoftState;
    private HardState previousHardState;
    private List<Message> stepsOnAdvance = List.of();

    /**
     * Takes up the state that the storage holds.
     *
     * @throws RaftFatalError when that state contradicts itself
     */
    public RawNode(RaftConfig config) {
        raft = new Raft(config);
        asyncStorageWrites = config.asyncStorageWrites();
        previousSoftState = raft.softState();
        previousHardState = raft.hardState();
    }

    /** Whether the id names one of the node's own workers. */
    public static boolean isLocalTarget(long id) {
        return id == LOCAL_APPEND_THREAD || id == LOCAL_APPLY_THREAD;
    }

    Raft raft() {
        return raft;
    }

    // ---------------------------------------------------------------- input

    /** Time went on by one tick. */
    public void tick() {
        raft.tick();
    }

    /** Time went on by one tick without an election coming due here; for groups at rest. */
    public void tickQuiesced() {
        raft.tickQuiesced();
    }

    /** Starts an election now. */
    public void campaign() throws RaftException {
        raft.step(Message.of(MessageType.HUP).build());
    }

    /**
     * Writes the founding configuration into an empty log, as committed entries of term 1. It is
     * active at once, and the entries come out once more to be applied, which must do no harm.
     *
     * @throws RaftException when there is no peer or the log is not empty
     */
    public void bootstrap(List<Peer> peers) throws RaftException {
        if (peers.isEmpty()) {
            throw new RaftException(RaftException.Reason.NO_PEERS_TO_BOOTSTRAP);
        }
        if (raft.config.storage().lastIndex() != 0) {
            throw new RaftException(RaftException.Reason.BOOTSTRAP_OF_NONEMPTY_STORAGE);
        }
        previousHardState = HardState.EMPTY;
        raft.becomeFollower(1, Raft.NONE);
        WireForm form = raft.config.wireForm();
        List<Entry> entries = new ArrayList<>();
        for (Peer peer : peers) {
            ConfChange change =
                    new ConfChange(0, ConfChangeType.ADD_NODE, peer.id(), peer.context());
            entries.add(
                    Entry.of(
                            1,
                            entries.size() + 1L,
                            EntryType.CONF_CHANGE,
                            Bytes.wrap(change.toBytes(form)),
                            form));
        }
        raft.log.append(entries);
        raft.log.bootstrapCommit(entries.size());
        for (Peer peer : peers) {
            raft.applyConfChange(ConfChange.of(ConfChangeType.ADD_NODE, peer.id()).asV2());
        }
    }

    /**
     * Proposes one normal entry; the array is shared and must not change any more.
     *
     * @throws RaftException proposal dropped
     */
    public void propose(byte[] data) throws RaftException {
        propose(List.of(Entry.proposal(data)));
    }

    /**
     * Proposes entries as one append: all are taken or none. The list is read during the call only.
     *
     * @param proposals made with {@link Entry#proposal(byte[])}; not empty
     * @throws RaftException proposal dropped
     */
    public void propose(List<Entry> proposals) throws RaftException {
        raft.step(Message.of(MessageType.PROP).from(raft.id).entries(proposals).build());
    }

    /**
     * Proposes a change. Whether it was let through shows when it is applied: a change that does
     * not fit becomes an empty entry.
     *
     * @throws RaftException proposal dropped
     */
    public void proposeConfChange(ConfChange change) throws RaftException {
        proposeConfChange(
                EntryType.CONF_CHANGE, Bytes.wrap(change.toBytes(raft.config.wireForm())));
    }

    /**
     * As {@link #proposeConfChange(ConfChange)}, for several members at once.
     *
     * @throws RaftException proposal dropped
     */
    public void proposeConfChange(ConfChangeV2 change) throws RaftException {
        proposeConfChange(
                EntryType.CONF_CHANGE_V2, Bytes.wrap(change.toBytes(raft.config.wireForm())));
    }

    private void proposeConfChange(EntryType type, Bytes data) throws RaftException {
        List<Entry> entries = List.of(Entry.proposal(type, data));
        raft.step(Message.of(MessageType.PROP).entries(entries).build());
    }

    /**
     * The committed change of an entry takes effect. To be called for each committed change, with
     * node id 0 for one that the application refuses.
     *
     * <p>Entries may still be on their way to the state machine when a leader's snapshot replaces
     * the log; a change at or below that snapshot is part of it already and is left out here. The
     * variants without an index do not know, so they are for drivers that take no message between
     * handing out entries and applying them.
     *
     * @param index index of the entry
     * @return the configuration from now on, for the next snapshot
     */
    public ConfState applyConfChange(long index, ConfChange change) {
        return raft.applyConfChangeAt(index, change.asV2());
    }

    /** As {@link #applyConfChange(long, ConfChange)}. */
    public ConfState applyConfChange(long index, ConfChangeV2 change) {
        return raft.applyConfChangeAt(index, change);
    }

    /**
     * A committed change takes effect; see {@link #applyConfChange(long, ConfChange)} for which
     * variant to take.
     */
    public ConfState applyConfChange(ConfChange change) {
        return raft.applyConfChange(change.asV2());
    }

    /** As {@link #applyConfChange(ConfChange)}. */
    public ConfState applyConfChange(ConfChangeV2 change) {
        return raft.applyConfChange(change);
    }

    /**
     * Takes a message from another member or a response of a local worker.
     *
     * @throws RaftException when it is refused; the node is unchanged
     */
    public void step(Message message) throws RaftException {
        boolean fromWorker = isLocalTarget(message.from());
        if (message.type().isLocal() && !fromWorker) {
            throw new RaftException(RaftException.Reason.LOCAL_MESSAGE);
        }
        if (message.type().isResponse() && !fromWorker && raft.progressOf(message.from()) == null) {
            throw new RaftException(RaftException.Reason.PEER_NOT_FOUND);
        }
        if (!isWellFormed(message)) {
            throw new RaftException(RaftException.Reason.MALFORMED_MESSAGE);
        }
        raft.step(message);
    }

    /**
     * What the handlers rely on; a peer that breaks it is refused in place of bringing this member
     * down.
     */
    private static boolean isWellFormed(Message m) {
        return switch (m.type()) {
            case APP -> followsOn(m.index(), m.entries());
            case PROP -> !m.entries().isEmpty();
            case READ_INDEX -> m.entries().size() == 1;
            case VOTE, PRE_VOTE, VOTE_RESP, PRE_VOTE_RESP -> m.term() != 0;
            default -> true;
        };
    }

    private static boolean followsOn(long index, List<Entry> entries) {
        for (int i = 0; i < entries.size(); i++) {
            if (entries.get(i).index() != index + 1 + i) {
                return false;
            }
        }
        return true;
    }

    /** Messages to the member could not be delivered. */
    public void reportUnreachable(long id) {
        stepQuietly(Message.of(MessageType.UNREACHABLE).from(id));
    }

    /** The sending of a snapshot to the member ended. To be called for each snapshot message. */
    public void reportSnapshot(long id, SnapshotStatus status) {
        stepQuietly(
                Message.of(MessageType.SNAP_STATUS)
                        .from(id)
                        .reject(status == SnapshotStatus.FAILURE));
    }

    /** Asks the leader to hand over to the member. */
    public void transferLeader(long transferee) {
        stepQuietly(Message.of(MessageType.TRANSFER_LEADER).from(transferee));
    }

    /**
     * Whether a proposal would go anywhere: without a known leader, and while this one hands
     * leadership over, it would be dropped.
     */
    public boolean takesProposals() {
        return raft.lead != Raft.NONE && raft.leadTransferee == Raft.NONE;
    }

    /** Forgets the leader without a new term, so that this member may vote for another at once. */
    public void forgetLeader() {
        stepQuietly(Message.of(MessageType.FORGET_LEADER));
    }

    /**
     * Asks for an index at which a linearizable read may be served; the answer comes as {@link
     * ReadState} with the same context, or never: then ask again.
     */
    public void readIndex(Bytes context) {
        Entry request = Entry.proposal(context.array(), context.offset(), context.length());
        stepQuietly(Message.of(MessageType.READ_INDEX).entries(List.of(request)));
    }

    /** For kinds that are never refused. */
    private void stepQuietly(Message.Builder message) {
        try {
            raft.step(message.build());
        } catch (RaftException e) {
            throw new AssertionError(e);
        }
    }

    // ---------------------------------------------------------------- output

    /** Whether {@link #ready} would give anything. */
    public boolean hasReady() {
        HardState hardState = raft.hardState();
        return raft.hasMessages()
                || raft.log.unstable().hasNextEntries()
                || raft.log.hasNextCommitted(applyUnstable())
                || !raft.softState().equals(previousSoftState)
                || (!hardState.isEmpty() && !hardState.equals(previousHardState))
                || raft.log.nextUnstableSnapshot() != null
                || !raft.readStates().isEmpty();
    }

    /**
     * Committed entries may be handed out before they are stored here, if the driver stores them
     * before applying.
     */
    private boolean applyUnstable() {
        return !asyncStorageWrites;
    }

    /** What is to be done now, taken as accepted: it will not be handed out again. */
    public Ready ready() {
        Ready ready = build(true);
        acceptReady(ready);
        return ready;
    }

    /**
     * What is to be done now, without taking it: {@link #acceptReady} has to follow before any
     * other input.
     */
    public Ready readyWithoutAccept() {
        return build(false);
    }

    /**
     * Puts a Ready together.
     *
     * @param handOver whether the collected lists may be given away, which saves their copies
     */
    private Ready build(boolean handOver) {
        SoftState softState = raft.softState();
        HardState hardState = raft.hardState();
        List<Entry> entries = raft.log.unstable().nextEntries();
        Snapshot snapshot = raft.log.nextUnstableSnapshot();
        List<Entry> committed = raft.log.nextCommitted(applyUnstable());
        boolean softChanged = !softState.equals(previousSoftState);
        boolean hardChanged = !hardState.isEmpty() && !hardState.equals(previousHardState);
        HardState changed = hardChanged ? hardState : null;
        return new Ready(
                softChanged ? softState : null,
                changed,
                frozen(raft.readStates()),
                entries,
                snapshot,
                committed,
                asyncStorageWrites
                        ? asyncMessages(handOver, changed, entries, snapshot, committed)
                        : syncMessages(handOver),
                hardState.mustSyncAfter(previousHardState, entries.size()));
    }

    /**
     * A collection that the node will replace, not change, once it is handed out; empty ones go on
     * being used.
     */
    private static <T> List<T> frozen(List<T> collected) {
        return collected.isEmpty() ? List.of() : Collections.unmodifiableList(collected);
    }

    private List<Message> collected(boolean handOver) {
        return handOver ? raft.takeMessages() : new ArrayList<>(raft.messages());
    }

    private List<Message> syncMessages(boolean handOver) {
        List<Message> afterAppend = raft.messagesAfterAppend();
        if (raft.messages().isEmpty() && afterAppend.isEmpty()) {
            return List.of();
        }
        List<Message> all = collected(handOver);
        for (Message m : afterAppend) {
            if (m.to() != raft.id) {
                all.add(m);
            }
        }
        return frozen(all);
    }

    private List<Message> asyncMessages(
            boolean handOver,
            @Nullable HardState hardState,
            List<Entry> entries,
            @Nullable Snapshot snapshot,
            List<Entry> committed) {
        boolean append =
                !entries.isEmpty()
                        || hardState != null
                        || snapshot != null
                        || !raft.messagesAfterAppend().isEmpty();
        boolean apply = !committed.isEmpty();
        if (!append && !apply && raft.messages().isEmpty()) {
            return List.of();
        }
        List<Message> all = collected(handOver);
        if (append) {
            all.add(storageAppend(handOver, hardState, entries, snapshot));
        }
        if (apply) {
            all.add(
                    Message.of(MessageType.STORAGE_APPLY)
                            .to(LOCAL_APPLY_THREAD)
                            .from(raft.id)
                            .entries(committed)
                            .responses(List.of(storageApplyResponse(committed)))
                            .build());
        }
        return Collections.unmodifiableList(all);
    }

    private Message storageAppend(
            boolean handOver,
            @Nullable HardState hardState,
            List<Entry> entries,
            @Nullable Snapshot snapshot) {
        List<Message> responses =
                handOver
                        ? raft.takeMessagesAfterAppend()
                        : new ArrayList<>(raft.messagesAfterAppend());
        if (needsStorageAppendResponse(snapshot)) {
            responses.add(storageAppendResponse(snapshot));
        }
        Message.Builder append =
                Message.of(MessageType.STORAGE_APPEND)
                        .to(LOCAL_APPEND_THREAD)
                        .from(raft.id)
                        .entries(entries)
                        .snapshot(snapshot)
                        .responses(frozen(responses));
        return (hardState == null ? append : append.hardState(hardState)).build();
    }

    private boolean needsStorageAppendResponse(@Nullable Snapshot snapshot) {
        return raft.log.unstable().hasEntries() || snapshot != null;
    }

    /**
     * What tells the node that its log is stored. It attests the end of the whole log even when
     * this write brings no entry: a response of an earlier term is ignored, so each new term must
     * attest it again.
     */
    private Message storageAppendResponse(@Nullable Snapshot snapshot) {
        Message.Builder response =
                Message.of(MessageType.STORAGE_APPEND_RESP)
                        .to(raft.id)
                        .from(LOCAL_APPEND_THREAD)
                        .term(raft.term)
                        .snapshot(snapshot);
        if (raft.log.unstable().hasEntries()) {
            response.index(raft.log.lastIndex()).logTerm(raft.log.lastTerm());
        }
        return response.build();
    }

    private Message storageApplyResponse(List<Entry> committed) {
        return Message.of(MessageType.STORAGE_APPLY_RESP)
                .to(raft.id)
                .from(LOCAL_APPLY_THREAD)
                .entries(committed)
                .build();
    }

    /**
     * Takes what {@link #readyWithoutAccept} gave: the driver now has to work it off.
     *
     * @throws RaftFatalError in synchronous mode when the one before was not advanced
     */
    public void acceptReady(Ready ready) {
        if (ready.softState() != null) {
            previousSoftState = ready.softState();
        }
        if (ready.hardState() != null) {
            previousHardState = ready.hardState();
        }
        if (!ready.readStates().isEmpty()) {
            raft.clearReadStates();
        }
        if (!asyncStorageWrites) {
            collectStepsOnAdvance(ready);
        }
        raft.clearMessages();
        raft.log.unstable().acceptInProgress();
        List<Entry> committed = ready.committedEntries();
        if (!committed.isEmpty()) {
            raft.log.acceptApplying(
                    committed.getLast().index(), EntryList.encodedSize(committed), applyUnstable());
        }
        raft.tracing.readyTaken();
    }

    /**
     * The own acknowledgement comes before the attestation of the log, as with a storage worker.
     */
    private void collectStepsOnAdvance(Ready ready) {
        if (!stepsOnAdvance.isEmpty()) {
            throw raft.out.fatal("two accepted Ready structs without call to Advance");
        }
        List<Message> steps = new ArrayList<>();
        for (Message m : raft.messagesAfterAppend()) {
            if (m.to() == raft.id) {
                steps.add(m);
            }
        }
        if (needsStorageAppendResponse(ready.snapshot())) {
            steps.add(storageAppendResponse(ready.snapshot()));
        }
        if (!ready.committedEntries().isEmpty()) {
            steps.add(storageApplyResponse(ready.committedEntries()));
        }
        stepsOnAdvance = steps;
    }

    /**
     * Synchronous mode only: everything in the last {@link Ready} is stored and applied.
     *
     * @throws RaftFatalError with asynchronous storage writes
     */
    public void advance() {
        if (asyncStorageWrites) {
            throw raft.out.fatal("Advance must not be called when using AsyncStorageWrites");
        }
        List<Message> steps = stepsOnAdvance;
        stepsOnAdvance = List.of();
        for (Message m : steps) {
            try {
                raft.step(m);
            } catch (RaftException e) {
                raft.out.debug("step on advance was refused: %s", e.reason());
            }
        }
    }

    // ---------------------------------------------------------------- status

    public Status status() {
        SortedMap<Long, ProgressStatus> progress = new TreeMap<>(Long::compareUnsigned);
        if (raft.role == Role.LEADER) {
            ProgressMap members = raft.tracker.progress();
            for (int i = 0; i < members.size(); i++) {
                progress.put(members.id(i), members.at(i).status());
            }
        }
        return new Status(
                raft.id,
                raft.hardState(),
                raft.softState(),
                raft.log.applied(),
                raft.leadTransferee,
                raft.tracker.config().toConfState(),
                Collections.unmodifiableSortedMap(progress));
    }

    public BasicStatus basicStatus() {
        return new BasicStatus(
                raft.id,
                raft.hardState(),
                raft.softState(),
                raft.log.applied(),
                raft.leadTransferee);
    }
}
