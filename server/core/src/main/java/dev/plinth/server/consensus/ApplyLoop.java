package dev.plinth.server.consensus;

import dev.plinth.mvcc.backend.Backend;
import dev.plinth.raft.ConfChange;
import dev.plinth.raft.Entry;
import dev.plinth.raft.Message;
import dev.plinth.raft.RaftDecodeException;
import dev.plinth.raft.Snapshot;
import dev.plinth.server.cluster.ClusterView;
import dev.plinth.server.cluster.MemberIds;
import dev.plinth.server.cluster.Membership;
import dev.plinth.server.core.ClusterMember;
import dev.plinth.server.core.RefusedException;
import dev.plinth.server.log.Log;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.function.BooleanSupplier;
import java.util.function.IntSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Applies committed entries in order, each within its own brackets of the backend, so that its
 * effects and the consistent index that covers them are in the same transaction. Completes the
 * waiters and moves the applied index.
 *
 * <p>Entries that the database holds already never come here: raft starts behind the consistent
 * index. A gap ends the member.
 */
public final class ApplyLoop implements Agent {
    private static final int QUEUE_MAX = 1 << 14;

    /** What an applied entry means for the rest of the member; called on the apply loop. */
    public interface Events {
        /** The empty entry with which a leader begins its term has been applied. */
        void termBegun(long term);

        /** The members changed. */
        void membersChanged(ConfChange change, ClusterView view);

        /** A leader's snapshot has taken the place of the state. */
        void restored(Snapshot snapshot, Backend backend, ClusterView view);

        /** A turn's entries have been applied. */
        void batchApplied(long appliedIndex);
    }

    /** Carries out what a normal entry says, and completes who waits for it. */
    public interface EntryApplier {
        /**
         * Applies one entry's data.
         *
         * @param isNewer false when the database already holds its effects
         */
        void apply(byte[] data, int offset, int length, boolean isNewer);
    }

    /** Told of the outcome of a change of the members. */
    public interface MemberChangeWaiter {
        /** It took effect; these are the members now. */
        void applied(List<ClusterMember> members);

        /** It was refused, or nothing was heard of it in time. */
        void failed(RefusedException reason);
    }

    private sealed interface Work {
        record Entries(Message message) implements Work {}

        record Install(Snapshot snapshot, Runnable done) implements Work {}
    }

    private record WaitingChange(MemberChangeWaiter waiter, long deadlineNanos) {}

    private final EntryApplier applier;
    private final SnapshotInstaller installer;
    private final Membership membership;
    private final WaitRegistry waiters;
    private final AppliedIndex applied;
    private final Log log;
    private final MpscQueue<Work> queue = new MpscQueue<>(QUEUE_MAX);
    private final Map<Long, WaitingChange> changes = new ConcurrentHashMap<>();

    /** The cluster as of an index, for snapshots that are taken behind the applied index. */
    private final ConcurrentSkipListMap<Long, ClusterView> views = new ConcurrentSkipListMap<>();

    /**
     * Terms of the entries applied in this life, each by the first of its indexes: the log in
     * memory may have let go of an entry before the database is durable up to it.
     */
    private final ConcurrentSkipListMap<Long, Long> terms = new ConcurrentSkipListMap<>();

    private Backend backend;
    private @Nullable RaftLoop raft;
    private @Nullable Events events;
    private Runnable waker = () -> {};
    private final Baton baton = new Baton();
    private final BooleanSupplier hasWork = this::hasQueued;
    private final IntSupplier turn = this::applyQueued;
    private ClusterView lastView;
    private volatile long appliedTerm;

    ApplyLoop(
            Backend backend,
            EntryApplier applier,
            Membership membership,
            WaitRegistry waiters,
            AppliedIndex applied,
            SnapshotInstaller installer,
            Log log) {
        this.backend = backend;
        this.applier = applier;
        this.installer = installer;
        this.membership = membership;
        this.waiters = waiters;
        this.applied = applied;
        this.log = log;
        this.lastView = membership.view();
        views.put(applied.get(), lastView);
    }

    /** Connects the loop before anything is handed over. */
    void connect(RaftLoop raftLoop, Runnable newWaker) {
        raft = raftLoop;
        waker = newWaker;
    }

    /** Sets who is told of what entries mean, before anything is handed over. */
    void onEvents(Events newEvents) {
        events = newEvents;
    }

    /** Hands over an apply message of the raft loop, which then wakes or drives this loop. */
    void apply(Message message) {
        enqueue(new Work.Entries(message));
    }

    /** Puts a leader's snapshot in the place of the state, behind all that was handed over. */
    void install(Snapshot snapshot, Runnable done) {
        enqueue(new Work.Install(snapshot, done));
        waker.run();
    }

    private void enqueue(Work work) {
        if (!queue.offer(work)) {
            throw new IllegalStateException("the apply loop's queue is full: " + queue.size());
        }
    }

    /** Wakes the loop's own thread. */
    void wake() {
        waker.run();
    }

    /** Ends the wait of a proposal that raft did not take. */
    void fail(long requestId, RefusedException reason) {
        waiters.fail(requestId, reason);
    }

    /** Index of the last applied entry; any thread. */
    long appliedIndex() {
        return applied.get();
    }

    /** Term of the last applied entry, 0 before the first one of this life; any thread. */
    long appliedTerm() {
        return appliedTerm;
    }

    /** The cluster as it was when the entry of this index had been applied; any thread. */
    public ClusterView viewAt(long index) {
        var floor = views.floorEntry(index);
        return floor == null ? membership.view() : floor.getValue();
    }

    /** The term of an entry that was applied in this life, else empty; any thread. */
    OptionalLong termAt(long index) {
        var floor = terms.floorEntry(index);
        return floor == null ? OptionalLong.empty() : OptionalLong.of(floor.getValue());
    }

    /** Forgets the cluster's states and the terms before the index; any thread. */
    void forgetBelow(long index) {
        forgetBelow(index, views);
        forgetBelow(index, terms);
    }

    private static void forgetBelow(long index, ConcurrentSkipListMap<Long, ?> facts) {
        Long floor = facts.floorKey(index);
        if (floor != null) {
            facts.headMap(floor).clear();
        }
    }

    /** Puts a change of the members on the list of waits. */
    void register(long changeId, MemberChangeWaiter waiter, long deadlineNanos) {
        changes.put(changeId, new WaitingChange(waiter, deadlineNanos));
    }

    /** Ends the wait for a change without it, if it waits still. */
    void failChange(long changeId, RefusedException reason) {
        WaitingChange waiting = changes.remove(changeId);
        if (waiting != null) {
            waiting.waiter().failed(reason);
        }
    }

    /** Ends all waits for changes. */
    void failAllChanges(RefusedException reason) {
        changes.keySet().forEach(id -> failChange(id, reason));
    }

    /** Ends the waits for changes whose deadline has passed. */
    void expireChanges(long nowNanos, RefusedException reason) {
        changes.forEach((id, waiting) -> {
            if (waiting.deadlineNanos() - nowNanos <= 0) {
                failChange(id, reason);
            }
        });
    }

    @Override
    public String name() {
        return "apply-loop";
    }

    @Override
    public long idleNanosMax() {
        return Long.MAX_VALUE;
    }

    private boolean hasQueued() {
        return !queue.isEmpty();
    }

    @Override
    public int doWork() {
        return baton.turn(hasWork, turn, waker);
    }

    private int applyQueued() {
        int done = 0;
        for (Work work = queue.poll(); work != null; work = queue.poll()) {
            switch (work) {
                case Work.Entries(Message message) -> done += applyAll(message);
                case Work.Install(Snapshot snapshot, Runnable installed) -> {
                    restore(snapshot);
                    installed.run();
                    done++;
                }
            }
        }
        if (done > 0) {
            events().batchApplied(applied.get());
        }
        return done;
    }

    private int applyAll(Message message) {
        List<Entry> entries = message.entries();
        for (int i = 0; i < entries.size(); i++) {
            applyEntry(entries.get(i));
        }
        applied.advance(entries.getLast().index());
        raft().step(message.responses());
        return entries.size();
    }

    private void restore(Snapshot snapshot) {
        long index = snapshot.index();
        if (index <= backend.consistentIndex()) {
            throw new IllegalStateException(
                    "snapshot at index %d should be greater than the applied index %d"
                            .formatted(index, backend.consistentIndex()));
        }
        Backend installed = installer.install(snapshot);
        if (installed.consistentIndex() != index) {
            throw new IllegalStateException(
                    "the database of the snapshot at index %d holds entries up to index %d"
                            .formatted(index, installed.consistentIndex()));
        }
        backend = installed;
        appliedTerm = snapshot.term();
        ClusterView view = membership.view();
        lastView = view;
        views.clear();
        views.put(index, view);
        terms.clear();
        terms.put(index, snapshot.term());
        applied.advance(index);
        raft().restored(view.confState());
        events().restored(snapshot, installed, view);
    }

    private void applyEntry(Entry entry) {
        long index = entry.index();
        if (index != backend.consistentIndex() + 1 && backend.consistentIndex() != 0) {
            throw new IllegalStateException(
                    "committed entry %d does not follow the database's index %d"
                            .formatted(index, backend.consistentIndex()));
        }
        backend.beginEntry(index, entry.term());
        try {
            switch (entry.type()) {
                case NORMAL -> {
                    if (entry.dataLength() == 0) {
                        events().termBegun(entry.term());
                    } else {
                        applier.apply(
                                entry.dataArray(), entry.dataOffset(), entry.dataLength(), true);
                    }
                }
                case CONF_CHANGE -> applyConfChange(entry);
                case CONF_CHANGE_V2 ->
                        throw new IllegalStateException(
                                "unknown entry type; must be either EntryNormal or"
                                        + " EntryConfChange");
            }
            // Within the entry: who pins the database at this index finds its term and view.
            if (entry.term() != appliedTerm) {
                appliedTerm = entry.term();
                terms.put(index, entry.term());
            }
            if (!membership.view().equals(lastView)) {
                lastView = membership.view();
                views.put(index, lastView);
            }
        } finally {
            backend.endEntry();
        }
    }

    private void applyConfChange(Entry entry) {
        ConfChange change;
        try {
            change = ConfChange.decode(entry.data());
        } catch (RaftDecodeException e) {
            throw new IllegalStateException("conf change in entry " + entry.index(), e);
        }
        RefusedException refusal = membership.validate(change);
        long id = change.id();
        if (refusal != null) {
            raft().applyConfChange(
                            entry.index(),
                            ConfChange.of(change.type(), 0),
                            () -> failChange(id, refusal));
            return;
        }
        membership.apply(change);
        ClusterView view = membership.view();
        events().membersChanged(change, view);
        // The client is answered when raft has taken the change, since the next one may follow.
        raft().applyConfChange(entry.index(), change, () -> completeChange(id, view));
        log.info(
                "applied a configuration change through raft",
                "local-member-id",
                MemberIds.text(membership.localId()),
                "raft-conf-change",
                change.type().toString(),
                "raft-conf-change-node-id",
                MemberIds.text(change.nodeId()));
    }

    private void completeChange(long id, ClusterView view) {
        WaitingChange waiting = changes.remove(id);
        if (waiting != null) {
            waiting.waiter().applied(view.list());
        }
    }

    private RaftLoop raft() {
        RaftLoop connected = raft;
        if (connected == null) {
            throw new IllegalStateException("not connected");
        }
        return connected;
    }

    private Events events() {
        Events connected = events;
        if (connected == null) {
            throw new IllegalStateException("not connected");
        }
        return connected;
    }
}
