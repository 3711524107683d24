package dev.plinth.raft.sim;

import dev.plinth.raft.BasicStatus;
import dev.plinth.raft.Bytes;
import dev.plinth.raft.ConfChange;
import dev.plinth.raft.ConfChangeTransition;
import dev.plinth.raft.ConfChangeType;
import dev.plinth.raft.ConfChangeV2;
import dev.plinth.raft.ConfState;
import dev.plinth.raft.Entry;
import dev.plinth.raft.EntryType;
import dev.plinth.raft.HardState;
import dev.plinth.raft.MemoryStorage;
import dev.plinth.raft.Message;
import dev.plinth.raft.Peer;
import dev.plinth.raft.RaftConfig;
import dev.plinth.raft.RaftDecodeException;
import dev.plinth.raft.RaftException;
import dev.plinth.raft.RawNode;
import dev.plinth.raft.ReadState;
import dev.plinth.raft.Ready;
import dev.plinth.raft.Role;
import dev.plinth.raft.Snapshot;
import dev.plinth.raft.SnapshotMetadata;
import dev.plinth.raft.SnapshotStatus;
import dev.plinth.raft.StorageException;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.List;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;

/**
 * A member: node, disk and state machine. The storage is the disk: what is in it survives a crash.
 * A write reaches it when its time has come, and its messages leave and its responses return only
 * then; a crash loses the writes that wait, and of the one under way a prefix of the entries,
 * nothing or everything survives.
 */
final class SimMember {
    /**
     * Writes that wait for a slow disk are written together from here on, or it would never catch
     * up.
     */
    private static final int APPEND_QUEUE_MAX = 8;

    private final Simulation simulation;
    private final SimulationOptions options;
    private final SplittableRandom random;
    private final long id;
    private final long tickMicros;
    private final MemoryStorage storage = new MemoryStorage();
    private boolean founding;

    /**
     * Hard state that a crash cannot take back: a moved commit index alone is written without a
     * sync.
     */
    private HardState syncedState = HardState.EMPTY;

    private @Nullable RawNode raw;
    private int incarnation;

    // The state machine: one register, and a hash over all that was applied.
    private long applied;
    private long value;
    private long hash = 1;
    private ConfState conf = ConfState.EMPTY;

    // Work under way, by mode.
    private @Nullable Ready working;
    private boolean leaderAtReady;
    private final Deque<Message> appendQueue = new ArrayDeque<>();
    private final Deque<Message> applyQueue = new ArrayDeque<>();

    /** How many of the queue are being written together; 0 when the disk rests. */
    private int appendBatch;

    private boolean applying;

    private final List<ReadState> waitingReads = new ArrayList<>();

    // What was seen last, to notice changes.
    private Role role = Role.FOLLOWER;
    private long term;
    private long committed;
    private long leaderHandedOut;

    /** Terms of the log by index, as the node has handed it out for storing. */
    private long[] terms = new long[64];

    SimMember(Simulation simulation, long id, SplittableRandom random) {
        this.simulation = simulation;
        this.options = simulation.options();
        this.random = random;
        this.id = id;
        double drift = (2 * random.nextDouble() - 1) * options.clockDrift();
        tickMicros = Math.round(options.tickMicros() * (1 + drift));
    }

    long id() {
        return id;
    }

    MemoryStorage storage() {
        return storage;
    }

    boolean isUp() {
        return raw != null;
    }

    boolean isLeader() {
        return raw != null && role == Role.LEADER;
    }

    long term() {
        return term;
    }

    long applied() {
        return applied;
    }

    long value() {
        return value;
    }

    ConfState conf() {
        return conf;
    }

    int incarnation() {
        return incarnation;
    }

    RawNode raw() {
        if (raw == null) {
            throw new AssertionError("member " + id + " is down");
        }
        return raw;
    }

    /** Runs an action later, unless the member crashes before. */
    void later(long delay, Runnable action) {
        int born = incarnation;
        simulation.after(
                delay,
                () -> {
                    if (born == incarnation && raw != null) {
                        action.run();
                    }
                });
    }

    // ---------------------------------------------------------------- life

    /** Makes it a founder by a snapshot in its storage. */
    void foundBySnapshot(ConfState founders) {
        try {
            storage.applySnapshot(new Snapshot(state(), new SnapshotMetadata(founders, 1, 1)));
        } catch (StorageException e) {
            throw new AssertionError(e);
        }
        // The founding entry counts as committed and applied everywhere.
        storage.setHardState(new HardState(1, 0, 1));
        syncedState = storage.hardState();
    }

    /** Makes it a founder by entries that all founders write at their first start. */
    void foundByBootstrap() {
        founding = true;
    }

    void start() {
        incarnation++;
        Snapshot snapshot = storage.snapshot();
        loadState(snapshot);
        loadTerms();
        HardState stored = storage.hardState();
        if (stored.commit() < snapshot.index()) {
            storage.setHardState(new HardState(stored.term(), stored.vote(), snapshot.index()));
        }
        RaftConfig config =
                RaftConfig.of(id, storage, random)
                        .electionTicks(options.electionTicks())
                        .heartbeatTicks(options.heartbeatTicks())
                        .applied(snapshot.index())
                        .asyncStorageWrites(options.asyncStorageWrites())
                        .messageSizeMax(options.messageSizeMax())
                        .committedSizePerReadyMax(options.committedSizePerReadyMax())
                        .uncommittedSizeMax(options.uncommittedSizeMax())
                        .inflightMessagesMax(options.inflightMessagesMax())
                        .inflightBytesMax(options.inflightBytesMax())
                        .preVote(options.preVote())
                        .checkQuorum(options.checkQuorum())
                        .stepDownOnRemoval(options.stepDownOnRemoval())
                        .wireForm(options.wireForm())
                        .logger(simulation.loggerOf(id))
                        .build();
        raw = new RawNode(config);
        role = Role.FOLLOWER;
        term = raw.basicStatus().hardState().term();
        committed = snapshot.index();
        if (founding && storage.lastIndex() == 0) {
            bootstrap();
        }
        pump();
        later(1 + random.nextLong(tickMicros), this::tick);
    }

    private void bootstrap() {
        List<Peer> founders = new ArrayList<>();
        for (int i = 1; i <= options.members(); i++) {
            founders.add(new Peer(i, Bytes.EMPTY));
        }
        try {
            raw().bootstrap(founders);
        } catch (RaftException e) {
            throw new AssertionError(e);
        }
        // A founding that is lost in a crash could leave nobody who knows the cluster: it is
        // written at once.
        Ready ready = raw().ready();
        if (options.asyncStorageWrites()) {
            for (Message m : ready.messages()) {
                if (m.to() == RawNode.LOCAL_APPEND_THREAD) {
                    store(m.hardState(), m.entries(), null, true);
                    m.responses().forEach(this::route);
                }
            }
        } else {
            store(ready.hardState(), ready.entries(), null, true);
            ready.committedEntries().forEach(this::apply);
            raw().advance();
        }
    }

    private void loadState(Snapshot snapshot) {
        applied = snapshot.index();
        conf = snapshot.metadata().confState();
        Bytes data = snapshot.data();
        if (data == null) {
            value = 0;
            hash = 1;
        } else {
            ByteBuffer in = ByteBuffer.wrap(data.toArray());
            value = in.getLong();
            hash = in.getLong();
        }
    }

    private Bytes state() {
        return Bytes.wrap(ByteBuffer.allocate(16).putLong(value).putLong(hash).array());
    }

    /** The member loses all that is not on its disk. */
    void crash() {
        if (working != null) {
            Ready ready = working;
            survive(ready.hardState(), ready.entries(), ready.snapshot(), ready.mustSync());
        } else {
            for (int whole = random.nextInt(1 + appendBatch); whole > 0; whole--) {
                appendBatch--;
                Message m = appendQueue.remove();
                store(m.hardState(), m.entries(), m.snapshot(), true);
            }
            if (appendBatch > 0) {
                Message m = appendQueue.remove();
                survive(m.hardState(), m.entries(), m.snapshot(), true);
            }
        }
        if (random.nextBoolean()) {
            storage.setHardState(syncedState);
        }
        syncedState = storage.hardState();
        stop();
    }

    /** Stops for good or for a while, without losing anything. */
    void stop() {
        raw = null;
        working = null;
        appendQueue.clear();
        applyQueue.clear();
        appendBatch = 0;
        applying = false;
        waitingReads.clear();
        role = Role.FOLLOWER;
    }

    private void survive(
            @Nullable HardState state,
            List<Entry> entries,
            @Nullable Snapshot snapshot,
            boolean sync) {
        switch (random.nextInt(3)) {
            case 0 -> {}
            case 1 -> store(state, entries, snapshot, sync);
            default -> {
                if (snapshot == null && !entries.isEmpty()) {
                    int prefix = random.nextInt(entries.size());
                    simulation.checks().storing(this, entries.subList(0, prefix));
                    storage.append(entries.subList(0, prefix));
                    simulation.checks().stored(this, entries.subList(0, prefix));
                }
            }
        }
    }

    // ---------------------------------------------------------------- input

    private void tick() {
        raw().tick();
        pump();
        later(tickMicros, this::tick);
    }

    void receive(Message m) {
        if (raw == null) {
            return;
        }
        try {
            raw.step(m);
        } catch (RaftException e) {
            simulation.note(id, "refuses %s: %s", m, e.reason());
        }
        pump();
    }

    void unreachable(long peer) {
        raw().reportUnreachable(peer);
        pump();
    }

    void snapshotSent(long peer, boolean failed) {
        raw().reportSnapshot(peer, failed ? SnapshotStatus.FAILURE : SnapshotStatus.FINISH);
        pump();
    }

    /** Whether the proposal was taken; if so its fate is open. */
    boolean propose(byte[] data) {
        try {
            raw().propose(data);
            return true;
        } catch (RaftException e) {
            return false;
        } finally {
            pump();
        }
    }

    boolean proposeConfChange(ConfChangeV2 change) {
        try {
            if (change.transition() == ConfChangeTransition.AUTO
                    && change.changes().size() == 1
                    && random.nextBoolean()) {
                ConfChangeV2.Single single = change.changes().get(0);
                raw().proposeConfChange(ConfChange.of(single.type(), single.nodeId()));
            } else {
                raw().proposeConfChange(change);
            }
            return true;
        } catch (RaftException e) {
            return false;
        } finally {
            pump();
        }
    }

    void readIndex(long request) {
        raw().readIndex(Bytes.wrap(ByteBuffer.allocate(8).putLong(request).array()));
        pump();
    }

    void transferLeader(long target) {
        raw().transferLeader(target);
        pump();
    }

    void forgetLeader() {
        raw().forgetLeader();
        pump();
    }

    void campaign() {
        try {
            raw().campaign();
        } catch (RaftException e) {
            throw new AssertionError(e);
        }
        pump();
    }

    // ---------------------------------------------------------------- work

    /** Hands out what the node has to give, and starts the workers. */
    void pump() {
        observe();
        if (options.asyncStorageWrites()) {
            while (raw().hasReady()) {
                handOut(raw().ready());
            }
            startAppending();
            startApplying();
        } else if (working == null && raw().hasReady()) {
            leaderAtReady = role == Role.LEADER;
            Ready ready = raw().ready();
            working = ready;
            take(ready);
            checkLeaderAppends(ready.entries());
            if (leaderAtReady) {
                sendAll(ready.messages());
            }
            boolean writes =
                    !ready.entries().isEmpty()
                            || ready.hardState() != null
                            || ready.snapshot() != null;
            later(writes ? diskDelay() : 0, this::finishReady);
        }
    }

    private void finishReady() {
        Ready ready = working;
        if (ready == null) {
            throw new AssertionError("no work");
        }
        store(ready.hardState(), ready.entries(), ready.snapshot(), ready.mustSync());
        if (!leaderAtReady) {
            sendAll(ready.messages());
        }
        for (Entry entry : ready.committedEntries()) {
            apply(entry);
        }
        working = null;
        raw().advance();
        serveReads();
        maybeSnapshot();
        pump();
    }

    private void handOut(Ready ready) {
        take(ready);
        checkLeaderAppends(ready.entries());
        for (Message m : ready.messages()) {
            if (m.to() == RawNode.LOCAL_APPEND_THREAD) {
                appendQueue.add(m);
            } else if (m.to() == RawNode.LOCAL_APPLY_THREAD) {
                applyQueue.add(m);
            } else {
                route(m);
            }
        }
    }

    private void startAppending() {
        if (appendBatch == 0 && !appendQueue.isEmpty()) {
            int waiting = appendQueue.size();
            appendBatch = waiting > APPEND_QUEUE_MAX || random.nextBoolean() ? waiting : 1;
            later(diskDelay(), this::finishAppend);
        }
    }

    private void finishAppend() {
        List<Message> batch = new ArrayList<>();
        for (; appendBatch > 0; appendBatch--) {
            Message m = appendQueue.remove();
            store(m.hardState(), m.entries(), m.snapshot(), true);
            // What a response vouches for was true when its write was done; the next one may
            // replace it.
            m.responses().forEach(r -> simulation.checks().sending(this, r));
            batch.add(m);
        }
        for (Message m : batch) {
            m.responses().forEach(this::dispatch);
        }
        serveReads();
        pump();
    }

    private void startApplying() {
        if (!applying && !applyQueue.isEmpty()) {
            applying = true;
            later(random.nextLong(1 + options.diskMax() / 4), this::finishApply);
        }
    }

    private void finishApply() {
        applying = false;
        Message m = applyQueue.remove();
        m.entries().forEach(this::apply);
        m.responses().forEach(this::route);
        serveReads();
        maybeSnapshot();
        pump();
    }

    private long diskDelay() {
        long spread = options.diskMax() - options.diskMin();
        long delay = options.diskMin() + random.nextLong(spread);
        return !simulation.isHealed() && random.nextDouble() < options.diskStall()
                ? delay * 100
                : delay;
    }

    private void sendAll(List<Message> messages) {
        messages.forEach(this::route);
    }

    private void route(Message m) {
        simulation.checks().sending(this, m);
        dispatch(m);
    }

    private void dispatch(Message m) {
        if (m.to() == id) {
            try {
                raw().step(m);
                observe();
            } catch (RaftException e) {
                simulation.note(id, "refuses own %s: %s", m, e.reason());
            }
            return;
        }
        simulation.network().send(this, m.snapshot() == null ? m : withNewestState(m));
    }

    /**
     * The application sends its present state in place of the stored snapshot: that one may be
     * older than the entry that added the receiver, which would then refuse it for ever.
     */
    private Message withNewestState(Message m) {
        if (applied <= storage.snapshot().index() || applied > storage.lastIndex()) {
            return m;
        }
        try {
            SnapshotMetadata place = new SnapshotMetadata(conf, applied, storage.term(applied));
            return m.toBuilder().snapshot(new Snapshot(state(), place)).build();
        } catch (StorageException e) {
            throw new Violation("snapshot", e);
        }
    }

    // ---------------------------------------------------------------- disk

    private void store(
            @Nullable HardState state,
            List<Entry> entries,
            @Nullable Snapshot snapshot,
            boolean sync) {
        if (snapshot != null) {
            installSnapshot(snapshot);
        }
        simulation.checks().storing(this, entries);
        storage.append(entries);
        simulation.checks().stored(this, entries);
        if (state != null && !state.isEmpty()) {
            simulation.checks().storing(this, storage.hardState(), state);
            storage.setHardState(state);
        }
        if (sync || snapshot != null) {
            syncedState = storage.hardState();
        }
    }

    private void installSnapshot(Snapshot snapshot) {
        try {
            if (snapshot.index() > storage.snapshot().index()) {
                storage.applySnapshot(snapshot);
            }
        } catch (StorageException e) {
            throw new Violation("snapshot", e);
        }
        if (snapshot.index() > applied) {
            loadState(snapshot);
            simulation.checks().applied(this, applied, hash);
            simulation.note(id, "restored snapshot at %d", applied);
        }
    }

    private void maybeSnapshot() {
        long last = storage.snapshot().index();
        if (applied - last < options.snapshotInterval() || applied > storage.lastIndex()) {
            return;
        }
        try {
            storage.createSnapshot(applied, conf, state());
            long upTo = applied - options.entriesKept();
            if (upTo >= storage.firstIndex()) {
                storage.compact(upTo);
            }
        } catch (StorageException e) {
            throw new Violation("snapshot", e);
        }
    }

    // ---------------------------------------------------------------- state machine

    private void apply(Entry entry) {
        if (entry.index() <= applied) {
            // A snapshot has overtaken it.
            return;
        }
        if (entry.index() != applied + 1) {
            throw new Violation(
                    "applied in order",
                    "member " + id + " applies " + entry + " after index " + applied);
        }
        simulation.checks().applying(this, entry);
        applied = entry.index();
        hash = hash * 31 + SafetyChecks.contentHash(entry);
        if (entry.type() != EntryType.NORMAL) {
            applyConfChange(entry);
        } else if (entry.dataLength() >= 8) {
            value = ByteBuffer.wrap(entry.data().toArray()).getLong();
            simulation.clients().applied(this, value);
        }
        simulation.checks().applied(this, applied, hash);
    }

    private void applyConfChange(Entry entry) {
        ConfChangeV2 change;
        try {
            change =
                    entry.type() == EntryType.CONF_CHANGE
                            ? ConfChange.decode(entry.data()).asV2()
                            : ConfChangeV2.decode(entry.data());
        } catch (RaftDecodeException e) {
            throw new Violation("conf change", e);
        }
        if (leavesNoVoter(change)) {
            List<ConfChangeV2.Single> cancelled =
                    change.changes().stream()
                            .map(c -> new ConfChangeV2.Single(c.type(), 0))
                            .toList();
            change = new ConfChangeV2(change.transition(), cancelled, change.context());
        }
        conf = raw().applyConfChange(entry.index(), change);
        simulation.note(id, "applied %s at %d: %s", change.changes(), applied, conf);
    }

    /** The application must not let a change through that removes everybody. */
    private boolean leavesNoVoter(ConfChangeV2 change) {
        List<Long> voters = new ArrayList<>(conf.voters());
        for (ConfChangeV2.Single single : change.changes()) {
            voters.remove(single.nodeId());
            if (single.type() == ConfChangeType.ADD_NODE && single.nodeId() != 0) {
                voters.add(single.nodeId());
            }
            if (single.type() == ConfChangeType.UPDATE_NODE
                    && conf.voters().contains(single.nodeId())) {
                voters.add(single.nodeId());
            }
        }
        return !change.changes().isEmpty() && voters.isEmpty();
    }

    // ---------------------------------------------------------------- reads

    private void take(Ready ready) {
        for (Entry entry : ready.entries()) {
            setTerm(entry.index(), entry.term());
        }
        for (Entry entry : ready.committedEntries()) {
            simulation.checks().committed(this, entry);
        }
        for (ReadState read : ready.readStates()) {
            simulation.clients().readConfirmed(read);
            waitingReads.add(read);
        }
        serveReads();
    }

    private void serveReads() {
        if (waitingReads.isEmpty()) {
            return;
        }
        waitingReads.removeIf(read -> {
            if (read.index() > applied) {
                return false;
            }
            simulation.clients().readServed(read, value);
            return true;
        });
    }

    // ---------------------------------------------------------------- observation

    /** Looks at what changed in the node since the last look. */
    private void observe() {
        BasicStatus status = raw().basicStatus();
        HardState state = status.hardState();
        if (state.term() < term || state.commit() < committed) {
            throw new Violation(
                    "monotonic", "member " + id + " goes from term " + term + " to " + status);
        }
        if (status.applied() > state.commit()) {
            throw new Violation("applied <= committed", "member " + id + " " + status);
        }
        boolean newTerm = state.term() != term;
        Role newRole = status.softState().role();
        if (newRole == Role.LEADER && (role != Role.LEADER || newTerm)) {
            leaderHandedOut = 0;
            simulation.checks().becameLeader(this, state.term(), raw().status().confState());
            simulation.note(id, "leads term %d", state.term());
        } else if (newRole == Role.CANDIDATE && (role != Role.CANDIDATE || newTerm) && !isVoter()) {
            throw new Violation(
                    "only voters campaign", "member " + id + " in " + raw().status().confState());
        }
        if (state.commit() > committed) {
            committed = state.commit();
            simulation.checks().commitSeen(committed);
            if (newRole == Role.LEADER && role == Role.LEADER && !newTerm) {
                simulation
                        .checks()
                        .leaderCommits(
                                this,
                                committed,
                                terms[(int) committed],
                                state.term(),
                                raw().status().confState());
            }
        }
        role = newRole;
        term = state.term();
    }

    private void setTerm(long index, long newTerm) {
        if (index >= terms.length) {
            terms = Arrays.copyOf(terms, 2 * (int) index);
        }
        terms[(int) index] = newTerm;
    }

    private void loadTerms() {
        try {
            for (Entry entry :
                    storage.lastIndex() < storage.firstIndex()
                            ? List.<Entry>of()
                            : storage.entries(
                                    storage.firstIndex(),
                                    storage.lastIndex() + 1,
                                    RaftConfig.NO_LIMIT)) {
                setTerm(entry.index(), entry.term());
            }
        } catch (StorageException e) {
            throw new AssertionError(e);
        }
    }

    private boolean isVoter() {
        ConfState now = raw().status().confState();
        return now.voters().contains(id) || now.votersOutgoing().contains(id);
    }

    private void checkLeaderAppends(List<Entry> entries) {
        if (role != Role.LEADER || entries.isEmpty()) {
            return;
        }
        long first = entries.get(0).index();
        if (leaderHandedOut != 0 && first != leaderHandedOut + 1) {
            throw new Violation(
                    "leader append-only",
                    "member " + id + " hands out " + first + " after " + leaderHandedOut);
        }
        leaderHandedOut = entries.getLast().index();
        boolean changes =
                entries.stream().anyMatch(e -> e.type() != EntryType.NORMAL && e.term() == term);
        if (changes) {
            simulation
                    .checks()
                    .leaderAppendsConfChange(this, raw().basicStatus().applied(), entries);
        }
    }

    @Override
    public String toString() {
        return raw == null ? id + " down" : raw.status().toString();
    }
}
