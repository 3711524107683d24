package dev.plinth.server.consensus;

import dev.plinth.raft.Entry;
import dev.plinth.raft.HardState;
import dev.plinth.raft.MemoryStorage;
import dev.plinth.raft.Message;
import dev.plinth.raft.Snapshot;
import dev.plinth.raft.SnapshotMetadata;
import dev.plinth.raft.StorageException;
import dev.plinth.walio.io.Clock;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.function.IntSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Makes the log durable. Takes everything that the raft loop has handed over since the last turn,
 * writes it as one batch with one sync, and only then delivers the responses: nothing is
 * acknowledged, to a peer or to this member itself, before it is on stable storage.
 *
 * <p>Raft's rules for asynchronous storage writes hold because the queue is first-in first-out and
 * has this one consumer: appends reach the log in the order in which they were made, and responses
 * leave in that order. A failed write throws, and the member ends. A snapshot of the leader ends
 * its batch, and the writer rests until the apply loop has put it in the place of the state.
 *
 * <p>Cost of a batch: one write with its sync, whatever its size; per entry, its copy into the
 * log's buffer.
 */
public final class WalWriter implements Agent {
    private static final int QUEUE_MAX = 1 << 14;
    private static final long BATCH_BYTES_MAX = 8L << 20;
    private static final long SLOW_NANOS = 1_000_000_000L;
    private static final long NOT_WRITING = Long.MIN_VALUE;

    /** Observes each sync. */
    public interface SyncObserver {
        /** A sync took this long; {@code isSlow} when an operator should be told. */
        void synced(long nanos, boolean isSlow);
    }

    /** Puts a snapshot in the place of the state; {@code done} runs when that has happened. */
    interface Installer {
        void install(Snapshot snapshot, Runnable done);
    }

    private sealed interface Work {
        record Append(Message message) implements Work {}

        record Mark(SnapshotMetadata snapshot, Runnable done) implements Work {}
    }

    private final EntryLog log;
    private final MemoryStorage storage;
    private final long localId;
    private final Clock clock;
    private final SyncObserver observer;
    private final SnapshotKeeper.SnapshotFiles snapshotFiles;
    private final MpscQueue<Work> queue = new MpscQueue<>(QUEUE_MAX);
    private final List<Work> batch = new ArrayList<>();
    private Consumer<List<Message>> toSelf = _ -> {};
    private Consumer<List<Message>> toPeers = _ -> {};
    private Installer installer = (_, _) -> {};
    private Runnable waker = () -> {};

    /** The append whose snapshot is being installed; nothing behind it is touched meanwhile. */
    private Work.@Nullable Append installing;

    private volatile boolean isInstalled;
    private final Baton baton = new Baton();
    private final BooleanSupplier hasWork = this::hasQueued;
    private final IntSupplier turn = this::writeQueued;
    private HardState written;

    /** When the batch at hand began; {@link #NOT_WRITING} between batches. */
    private volatile long writingSinceNanos = NOT_WRITING;

    /**
     * @param log where entries become durable
     * @param storage the raft loop's view of what is stored
     * @param localId this member
     * @param written the state that the log holds already
     * @param clock times the syncs
     * @param observer told of each sync
     * @param snapshotFiles where the snapshots of leaders are noted for older releases
     */
    public WalWriter(
            EntryLog log,
            MemoryStorage storage,
            long localId,
            HardState written,
            Clock clock,
            SyncObserver observer,
            SnapshotKeeper.SnapshotFiles snapshotFiles) {
        this.log = log;
        this.storage = storage;
        this.localId = localId;
        this.written = written;
        this.clock = clock;
        this.observer = observer;
        this.snapshotFiles = snapshotFiles;
    }

    /** Connects the writer before anything is enqueued. */
    void connect(
            Consumer<List<Message>> self,
            Consumer<List<Message>> peers,
            Installer snapshotInstaller,
            Runnable newWaker) {
        toSelf = self;
        toPeers = peers;
        installer = snapshotInstaller;
        waker = newWaker;
    }

    /** Hands over a storage message of the raft loop, which then wakes or drives the writer. */
    void append(Message message) {
        enqueue(new Work.Append(message));
    }

    /** Wakes the writer's own thread. */
    void wake() {
        waker.run();
    }

    /**
     * Writes a snapshot record and then lets go of the segments below it.
     *
     * @param done runs on the writer's thread when the record is durable
     */
    void markSnapshot(SnapshotMetadata snapshot, Runnable done) {
        enqueue(new Work.Mark(snapshot, done));
        waker.run();
    }

    private void enqueue(Work work) {
        if (!queue.offer(work)) {
            throw new IllegalStateException("the log writer's queue is full: " + queue.size());
        }
    }

    /** For how long the batch at hand has been written, in nanoseconds; 0 for none. Any thread. */
    long writingNanos() {
        long since = writingSinceNanos;
        return since == NOT_WRITING ? 0 : clock.monotonicNanos() - since;
    }

    @Override
    public String name() {
        return "wal-writer";
    }

    @Override
    public long idleNanosMax() {
        return Long.MAX_VALUE;
    }

    private boolean hasQueued() {
        return installing == null ? !queue.isEmpty() : isInstalled;
    }

    @Override
    public int doWork() {
        return baton.turn(hasWork, turn, waker);
    }

    private int writeQueued() {
        try {
            return writeBatch();
        } catch (IOException e) {
            throw new UncheckedIOException("write-ahead log: " + e.getMessage(), e);
        }
    }

    private int writeBatch() throws IOException {
        Work.Append waiting = installing;
        if (waiting != null) {
            if (!isInstalled) {
                return 0;
            }
            installing = null;
            isInstalled = false;
            stored(waiting.message());
        }
        boolean mustSync = false;
        boolean hasSnapshot = false;
        long bytes = 0;
        while (bytes < BATCH_BYTES_MAX && !hasSnapshot) {
            Work work = queue.poll();
            if (work == null) {
                break;
            }
            if (batch.isEmpty()) {
                writingSinceNanos = clock.monotonicNanos();
            }
            batch.add(work);
            switch (work) {
                case Work.Append(Message message) -> {
                    mustSync |= write(message);
                    hasSnapshot = message.snapshot() != null;
                    for (Entry entry : message.entries()) {
                        bytes += entry.dataLength();
                    }
                }
                case Work.Mark(SnapshotMetadata snapshot, Runnable _) -> {
                    log.saveSnapshot(snapshot);
                    mustSync = true;
                }
            }
        }
        if (mustSync) {
            long start = clock.monotonicNanos();
            log.sync();
            long took = clock.monotonicNanos() - start;
            observer.synced(took, took > SLOW_NANOS);
        }
        writingSinceNanos = NOT_WRITING;
        int done = batch.size() + (waiting == null ? 0 : 1);
        for (Work work : batch) {
            finish(work);
        }
        batch.clear();
        return done;
    }

    /** Adds what the message holds to the log; true if it has to be synced. */
    private boolean write(Message message) throws IOException {
        boolean mustSync = false;
        Snapshot snapshot = message.snapshot();
        if (snapshot != null) {
            snapshotFiles.save(snapshot);
            log.saveSnapshot(snapshot.metadata());
            mustSync = true;
        }
        if (!message.entries().isEmpty()) {
            log.append(message.entries());
            mustSync = true;
        }
        HardState state = message.hardState();
        if (!state.isEmpty() && !state.equals(written)) {
            log.saveState(state);
            mustSync |= state.term() != written.term() || state.vote() != written.vote();
            written = state;
        }
        return mustSync;
    }

    private void finish(Work work) throws IOException {
        switch (work) {
            case Work.Append append -> {
                Snapshot snapshot = append.message().snapshot();
                if (snapshot == null) {
                    stored(append.message());
                } else {
                    // Nothing of this is acknowledged before the snapshot's state is this member's.
                    installing = append;
                    installer.install(
                            snapshot,
                            () -> {
                                isInstalled = true;
                                waker.run();
                            });
                }
            }
            case Work.Mark(SnapshotMetadata snapshot, Runnable done) -> {
                log.releaseTo(snapshot.index());
                done.run();
            }
        }
    }

    private void stored(Message message) throws IOException {
        Snapshot snapshot = message.snapshot();
        if (snapshot != null) {
            takeOver(snapshot);
        }
        storage.append(message.entries());
        deliver(message.responses());
    }

    private void takeOver(Snapshot snapshot) throws IOException {
        try {
            storage.applySnapshot(snapshot);
        } catch (StorageException e) {
            throw new IOException("snapshot of the leader: " + e.getMessage(), e);
        }
        log.releaseTo(snapshot.index());
    }

    private void deliver(List<Message> responses) {
        boolean isAllOwn = true;
        for (Message response : responses) {
            isAllOwn &= response.to() == localId;
        }
        if (isAllOwn) {
            if (!responses.isEmpty()) {
                toSelf.accept(responses);
            }
            return;
        }
        toSelf.accept(responses.stream().filter(m -> m.to() == localId).toList());
        toPeers.accept(responses.stream().filter(m -> m.to() != localId).toList());
    }
}
