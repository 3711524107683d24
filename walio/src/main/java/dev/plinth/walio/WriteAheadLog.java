package dev.plinth.walio;

import dev.plinth.walio.frame.Frame;
import dev.plinth.walio.io.Clock;
import dev.plinth.walio.io.Disk;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * The log that makes a member's promises durable, in etcd's format.
 *
 * <p>One thread, the log writer, appends the records of a batch and then commits it: the batch goes
 * to the disk in one write that returns when it is on stable storage. While that runs, the caller
 * collects the next batch; that is all there is to group commit, and it adds no delay on an idle
 * member. Nothing that was appended may be acknowledged before {@link #commit} has returned.
 *
 * <p><b>Layout of the tail.</b> Batches lie one behind the other without padding, so a batch begins
 * in the block in which the one before ended:
 *
 * <pre>
 *   | block            | block            | block            |
 *   | durable ...  AAAA|BBBBBBBBBBBBBBBBBB|BBBB 000000000000 | zeros ...
 *                  ^ first byte of the new batch   ^ zeros up to the block's end
 * </pre>
 *
 * A commit writes whole blocks, the first one again with the durable bytes that it holds already.
 * <b>Why this can lose nothing acknowledged:</b> a disk writes a sector whole or not at all, so
 * after a power loss each sector of the rewritten block is the old one or the new one, and both
 * begin with the same durable bytes. What is torn is behind them: records of the batch whose commit
 * had not returned. The reader finds zeros or a sector of zeros there, and ends at the last whole
 * record. For the same reason there is never a second write under way.
 *
 * <p><b>Failure.</b> After a write or sync has failed nobody knows what is on the disk, and asking
 * again may report success for what is lost. So the log is fenced: every later call throws {@link
 * WalFencedException}, and the process has to end.
 *
 * <p>Cost of a record: one copy, one pass for the crc; no allocation, no system call. Of a commit:
 * one system call. Of a cut (each 64 MB): one more write and a sync of the directory.
 *
 * <p>Threads: {@code append…}, {@link #commit} and {@link #close} by one thread at a time. The
 * others as they say.
 */
public final class WriteAheadLog implements AutoCloseable {
    private static final System.Logger LOG = System.getLogger("dev.plinth.walio");

    private final Disk disk;
    private final Clock clock;
    private final LogDirectory directory;
    private final WalOptions options;
    private final byte[] metadata;
    private final Replay replay;
    private final CommitTimer timer;
    private final SegmentAllocator allocator;
    private final HeldSegments held;
    private final TailWriter tail;
    private final AtomicReference<@Nullable Throwable> fence = new AtomicReference<>();

    private SegmentName tailName;
    private long lastSavedIndex;
    private byte[] lastState = new byte[64];
    private int lastStateLength;
    private boolean isClosed;

    private WriteAheadLog(
            Disk disk,
            Clock clock,
            LogDirectory directory,
            WalOptions options,
            byte[] metadata,
            Replay replay,
            CommitTimer timer,
            SegmentAllocator allocator,
            HeldSegments held) {
        this.disk = disk;
        this.clock = clock;
        this.directory = directory;
        this.options = options;
        this.metadata = metadata.clone();
        this.replay = replay;
        this.timer = timer;
        this.allocator = allocator;
        this.held = held;
        this.tailName = held.lastName();
        this.tail =
                new TailWriter(
                        clock, timer, options.observer(), options.bufferBytes(), held.lastFile());
    }

    // ---- making and opening ----

    /** Whether a directory holds a log. */
    public static boolean exists(Disk disk, Path directory) throws IOException {
        return new LogDirectory(disk, directory).hasLog();
    }

    /**
     * Makes a log that holds the metadata and the snapshot mark of index 0. Durable on return.
     *
     * @param directory made if it is missing; its parent has to be there
     * @param metadata encoded etcdserverpb.Metadata
     * @throws WalException with kind ALREADY_EXISTS
     */
    public static WriteAheadLog create(
            Disk disk, Clock clock, Path directory, byte[] metadata, WalOptions options)
            throws IOException {
        LogDirectory names = new LogDirectory(disk, directory);
        if (names.hasLog()) {
            throw WalException.in(
                    WalException.Kind.ALREADY_EXISTS,
                    directory,
                    WalException.Kind.ALREADY_EXISTS.text() + ": a log in " + directory);
        }
        if (!disk.exists(directory)) {
            disk.createDirectory(directory, Disk.OWNER_DIRECTORY);
        }
        CommitTimer timer = new CommitTimer();
        SegmentAllocator allocator = allocator(disk, clock, directory, options, timer);
        WriteAheadLog log = null;
        try {
            allocator.start();
            SegmentAllocator.Prepared first = allocator.takeComplete();
            HeldSegments held = new HeldSegments();
            held.add(new SegmentName(0, 0), first.file());
            Replay nothing = new Replay(SnapshotMark.START);
            log =
                    new WriteAheadLog(
                            disk, clock, names, options, metadata, nothing, timer, allocator, held);
            log.writeFirst(first.path());
            return log;
        } catch (IOException | RuntimeException e) {
            if (log != null) {
                log.fence(e); // so that closing writes nothing
            }
            closeSuppressed(log != null ? log : allocator, e);
            throw e;
        }
    }

    private void writeFirst(Path temporary) throws IOException {
        putHead();
        byte[] mark = RecordCodec.encode(SnapshotMark.START);
        tail.put(Frame.TYPE_SNAPSHOT, mark, 0, mark.length);
        writeBuffer();
        disk.rename(temporary, directory.resolve(tailName));
        syncDirectory(directory.path());
        Path parent = directory.path().toAbsolutePath().getParent();
        if (parent != null) {
            syncDirectory(parent);
        }
    }

    /**
     * Opens a log to go on with it: reads all from a snapshot to the end, repairs a torn tail, and
     * stands behind the last record.
     *
     * @param from where replay begins: a mark of {@link SnapshotMarks#valid}, or {@link
     *     SnapshotMark#START}
     * @param requiredIndex the entry that the log has to reach, as the database holds its effects;
     *     0 for any. A log that ends before is refused and left as it is
     * @throws WalException for all that is wrong with the log
     */
    public static WriteAheadLog open(
            Disk disk,
            Clock clock,
            Path directory,
            SnapshotMark from,
            long requiredIndex,
            WalOptions options)
            throws IOException {
        LogDirectory names = new LogDirectory(disk, directory);
        Recovery recovery = Recovery.run(disk, names, from, requiredIndex);
        CommitTimer timer = new CommitTimer();
        HeldSegments held = new HeldSegments();
        SegmentAllocator allocator = null;
        WriteAheadLog log = null;
        try {
            recovery.clearTail(options.segmentBytes());
            allocator = allocator(disk, clock, directory, options, timer);
            allocator.removeLeftovers();
            held.adopt(disk, recovery, allocator.writePath().path(), options.sync());
            log =
                    new WriteAheadLog(
                            disk,
                            clock,
                            names,
                            options,
                            recovery.replay().requireMetadata(directory),
                            recovery.replay(),
                            timer,
                            allocator,
                            held);
            log.goOn(recovery);
            allocator.start();
            return log;
        } catch (IOException | RuntimeException e) {
            if (log != null) {
                log.fence(e); // so that closing writes nothing
            }
            AutoCloseable opened = log != null ? log : allocator;
            if (opened != null) {
                closeSuppressed(opened, e);
            }
            LogDirectory.closeAll(recovery.files(), e);
            throw e;
        }
    }

    private static SegmentAllocator allocator(
            Disk disk, Clock clock, Path directory, WalOptions options, CommitTimer timer)
            throws IOException {
        WritePathChoice choice = WritePathChoice.make(disk, clock, directory, options);
        return new SegmentAllocator(disk, directory, options, choice, timer::isRunning);
    }

    private static void closeSuppressed(AutoCloseable resource, Exception reason) {
        try {
            resource.close();
        } catch (Exception e) {
            reason.addSuppressed(e);
        }
    }

    private void goOn(Recovery recovery) throws IOException {
        tail.goOn(recovery.last(), recovery.end(), recovery.crc());
        lastSavedIndex = replay.lastSavedIndex();
        replay.state().ifPresent(state -> rememberState(state.bytes()));
        if (recovery.end() == 0) {
            // The segment was made but its head never arrived; without it nobody could start here.
            putHead();
        }
    }

    /** What the log said when it was opened; empty for a new one. */
    public Replay replay() {
        return replay;
    }

    /** The metadata record's data. */
    public byte[] metadata() {
        return metadata.clone();
    }

    // ---- the batch ----

    /**
     * Appends an entry.
     *
     * @param index its index in the raft log
     * @param entry holds the encoded raftpb.Entry; stored as it is
     */
    public void appendEntry(long index, byte[] entry, int offset, int length) throws IOException {
        makeRoom(length);
        tail.put(Frame.TYPE_ENTRY, entry, offset, length);
        lastSavedIndex = index;
    }

    /** As {@link #appendEntry(long, byte[], int, int)}, from native memory. */
    public void appendEntry(long index, MemorySegment entry, long offset, int length)
            throws IOException {
        makeRoom(length);
        tail.put(Frame.TYPE_ENTRY, entry, offset, length);
        lastSavedIndex = index;
    }

    /**
     * Appends a hard state. One that only moves the commit index need not be committed for its own
     * sake; it goes to the disk with the next batch.
     *
     * @param state encoded raftpb.HardState; stored as it is
     */
    public void appendState(byte[] state) throws IOException {
        makeRoom(state.length);
        tail.put(Frame.TYPE_STATE, state, 0, state.length);
        rememberState(state);
    }

    /** Appends a snapshot mark. The snapshot's file has to be durable before. */
    public void appendSnapshot(SnapshotMark mark) throws IOException {
        if (mark.index() != 0 && mark.confState() == null) {
            throw new IllegalArgumentException(
                    "Saved (not-initial) snapshot is missing ConfState: index " + mark.index());
        }
        byte[] data = RecordCodec.encode(mark);
        makeRoom(data.length);
        tail.put(Frame.TYPE_SNAPSHOT, data, 0, data.length);
        if (Long.compareUnsigned(mark.index(), lastSavedIndex) > 0) {
            lastSavedIndex = mark.index();
        }
    }

    /** Makes all that was appended durable. Does nothing if nothing was. */
    public void commit() throws IOException {
        requireUsable();
        if (hasUncommitted()) {
            writeBuffer();
        }
    }

    /** Whether something was appended since the last commit. */
    public boolean hasUncommitted() {
        return tail.hasUncommitted();
    }

    private void rememberState(byte[] state) {
        if (state.length > lastState.length) {
            lastState = new byte[state.length];
        }
        System.arraycopy(state, 0, lastState, 0, state.length);
        lastStateLength = state.length;
    }

    /** Goes to the next segment if this one is full, and writes early what would not fit. */
    private void makeRoom(int dataBytes) throws IOException {
        requireUsable();
        if (!hasUncommitted() && position() >= options.segmentBytes()) {
            cut();
        }
        if (!tail.hasRoomFor(dataBytes) && hasUncommitted()) {
            writeBuffer();
        }
    }

    /** Offset in the tail at which the next record will stand. */
    long position() {
        return tail.position();
    }

    private void writeBuffer() throws IOException {
        try {
            tail.commit();
        } catch (IOException | RuntimeException | Error e) {
            throw fence(e);
        }
    }

    /** The old segment is durable to its last byte; the new one is, before its name appears. */
    private void cut() throws IOException {
        assert !hasUncommitted();
        try {
            long exactSize = position();
            SegmentAllocator.Prepared next = allocator.take();
            SegmentFile old = tail.file();
            SegmentName name = new SegmentName(tailName.sequence() + 1, lastSavedIndex + 1);
            tail.goTo(next.file());
            tailName = name;
            putHead();
            writeBuffer();
            Path path = directory.resolve(name);
            disk.rename(next.path(), path);
            syncDirectory(directory.path());
            held.add(name, next.file());
            allocator.trim(old, exactSize);
            options.observer().cut(path);
            LOG.log(System.Logger.Level.INFO, "created a new WAL segment: path={0}", path);
        } catch (WalFencedException e) {
            throw e;
        } catch (IOException | RuntimeException | Error e) {
            throw fence(e);
        }
    }

    private void putHead() {
        tail.putCrcRecord();
        tail.put(Frame.TYPE_METADATA, metadata, 0, metadata.length);
        if (lastStateLength > 0) {
            tail.put(Frame.TYPE_STATE, lastState, 0, lastStateLength);
        }
    }

    private void syncDirectory(Path path) throws IOException {
        long started = clock.monotonicNanos();
        disk.syncDirectory(path);
        options.observer().synced(clock.monotonicNanos() - started);
    }

    // ---- failure ----

    private void requireUsable() throws WalFencedException {
        Throwable failed = fence.get();
        if (failed != null) {
            throw new WalFencedException(failed);
        }
        if (isClosed) {
            throw new IllegalStateException("the log is closed");
        }
    }

    private WalFencedException fence(Throwable failed) {
        fence.compareAndSet(null, failed);
        return new WalFencedException(failed);
    }

    /** Whether a write has failed, so that the process has to end. Any thread. */
    public boolean isFenced() {
        return fence.get() != null;
    }

    // ---- what others may ask ----

    /** How long the commit under way has been running, in nanoseconds; 0 if none is. Any thread. */
    public long commitRunningNanos() {
        return timer.runningNanos(clock.monotonicNanos());
    }

    /**
     * Whether there is no space for the next segment: the disk is about to be full, while this
     * segment can still take what is left of it. Any thread.
     */
    public boolean isOutOfSpace() {
        return allocator.isOutOfSpace();
    }

    /** How commits are written, and why. Any thread. */
    public WritePathChoice writePath() {
        return allocator.writePath();
    }

    /** Segments held, as paths from the oldest to the one written to. Any thread. */
    public List<Path> segments() {
        return held.names().stream().map(directory::resolve).toList();
    }

    /**
     * Lets go of segments that replay from an entry does not need, so that {@link #purge} may
     * remove them: keeps the last one that begins below the index. Any thread.
     */
    public void releaseTo(long index) throws IOException {
        for (SegmentFile file : held.releaseTo(index)) {
            allocator.release(file);
        }
    }

    /**
     * Removes the oldest segments while there are more than wanted, but none that is held by this
     * or another process. One is kept to be used again. Any thread, not the log writer: it may wait
     * for the disk.
     *
     * @return the files that are gone
     */
    public List<Path> purge(int segmentsMax) throws IOException {
        return new SegmentPurge(disk, directory, allocator).run(segmentsMax);
    }

    /** Commits what was appended, stops the filler and closes the files. Twice does nothing. */
    @Override
    public void close() throws IOException {
        if (isClosed) {
            return;
        }
        try {
            if (!isFenced()) {
                commit();
            }
        } finally {
            isClosed = true;
            try {
                allocator.close();
            } finally {
                held.closeAll();
            }
        }
    }

    @Override
    public String toString() {
        return directory.path()
                + " at "
                + tailName.fileName()
                + ":"
                + position()
                + " ("
                + tail.file().path().label()
                + (isFenced() ? ", fenced" : "")
                + ")";
    }
}
