package dev.plinth.walio;

import dev.plinth.walio.io.AllocateMode;
import dev.plinth.walio.io.Disk;
import dev.plinth.walio.io.DiskFile;
import dev.plinth.walio.io.Errno;
import dev.plinth.walio.io.PosixException;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.LockSupport;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Makes the next segment ahead of time: a file full of zeros that is on stable storage, so that a
 * commit overwrites blocks and changes no metadata.
 *
 * <p>A segment that is only reserved (fallocate) costs a journal commit at nearly every sync, since
 * each block has to be marked as written first. Zeros are written in small pieces that wait while a
 * commit is under way. A cut that comes too early gets the segment with the rest reserved. Released
 * segments are used again: their blocks stay allocated, which also holds the space on a full disk.
 *
 * <p>{@link #step} does one piece of work and is called by one thread: the log's filler thread, or,
 * without one, whoever calls {@link #take}. The other methods may be called by any thread.
 */
final class SegmentAllocator implements AutoCloseable {
    private static final System.Logger LOG = System.getLogger("dev.plinth.walio");
    private static final int PIECE_BYTES = 256 * 1024;

    /** How long a piece waits for a commit to end before it goes ahead all the same. */
    private static final long YIELD_NANOS_MAX = TimeUnit.MILLISECONDS.toNanos(2);

    private static final long YIELD_POLL_NANOS = TimeUnit.MICROSECONDS.toNanos(50);
    private static final long FULL_DISK_RETRY_NANOS = TimeUnit.SECONDS.toNanos(1);

    /** A segment in the making. */
    private static final class Draft {
        final Path path;
        final SegmentFile file;
        long zeroedTo;

        Draft(Path path, SegmentFile file) {
            this.path = path;
            this.file = file;
        }
    }

    /** The next segment under its temporary name, locked. */
    record Prepared(Path path, SegmentFile file) {}

    /** Something small that is done in its turn. */
    private interface Chore {
        void run() throws IOException;
    }

    private final Disk disk;
    private final Path directory;
    private final WalOptions options;
    private final WritePathChoice choice;
    private final BooleanSupplier isCommitRunning;
    private final MemorySegment zeros = Arena.ofAuto().allocate(PIECE_BYTES, 4096);

    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    private final Deque<Path> recyclable = new ArrayDeque<>();
    private final Deque<Chore> chores = new ArrayDeque<>();
    private @Nullable Draft draft;
    private @Nullable Prepared ready;
    private @Nullable Throwable failure;
    private boolean isHurried;
    private boolean isAwaited;
    private boolean isOutOfSpace;
    private boolean isClosed;
    private int count;
    private @Nullable Thread thread;

    SegmentAllocator(
            Disk disk,
            Path directory,
            WalOptions options,
            WritePathChoice choice,
            BooleanSupplier isCommitRunning) {
        this.disk = disk;
        this.directory = directory;
        this.options = options;
        this.choice = choice;
        this.isCommitRunning = isCommitRunning;
    }

    /**
     * A name of its own for each released segment: the filler may be taking one while the next
     * comes.
     */
    static String recycledName(Path segment) {
        return "recycled-" + segment.getFileName() + ".tmp";
    }

    /** Removes what a crashed process has left of its work. */
    void removeLeftovers() throws IOException {
        for (String name : disk.list(directory)) {
            if (name.matches("[01]\\.tmp|(recycled|probe)-.*\\.tmp")) {
                disk.unlink(directory.resolve(name));
            }
        }
    }

    /** Starts the filler thread if the options want one. */
    void start() {
        if (options.backgroundFiller()) {
            thread = Thread.ofPlatform().name("wal-filler").daemon().start(this::run);
        }
    }

    private void run() {
        try {
            while (awaitWork()) {
                step();
            }
        } catch (IOException | RuntimeException | Error e) {
            lock.lock();
            try {
                failure = e;
                changed.signalAll();
            } finally {
                lock.unlock();
            }
        }
    }

    private boolean awaitWork() {
        lock.lock();
        try {
            while (!isClosed && (isOutOfSpace || !hasWork())) {
                if (isOutOfSpace) {
                    // Space may come back without a sign: look again now and then.
                    if (changed.awaitNanos(FULL_DISK_RETRY_NANOS) <= 0) {
                        isOutOfSpace = false;
                    }
                } else {
                    changed.await();
                }
            }
            return !isClosed;
        } catch (InterruptedException e) {
            return false;
        } finally {
            lock.unlock();
        }
    }

    private boolean hasWork() {
        return ready == null || !chores.isEmpty();
    }

    /** Does the next piece of work; false if there is none. */
    boolean step() throws IOException {
        Chore chore;
        boolean isNextWanted;
        boolean isHurriedNow;
        lock.lock();
        try {
            isNextWanted = ready == null;
            isHurriedNow = isHurried;
            chore = isNextWanted && isHurriedNow ? null : chores.poll();
        } finally {
            lock.unlock();
        }
        if (chore != null) {
            chore.run();
        } else if (isNextWanted) {
            prepare(isHurriedNow);
        } else {
            return false;
        }
        return true;
    }

    private void prepare(boolean hurried) throws IOException {
        try {
            if (draft == null) {
                draft = openDraft();
            }
            Draft current = draft;
            if (hurried && options.backgroundFiller() && current.zeroedTo > 0) {
                reserveRest(current);
            } else if (!options.zeroAhead()) {
                reserveRest(current);
            } else if (current.zeroedTo < options.segmentBytes()) {
                zeroPiece(current, hurried);
                return;
            }
            current.file.writer().fsync();
            publish(new Prepared(current.path, current.file));
        } catch (PosixException e) {
            if (e.errno() != Errno.ENOSPC && e.errno() != Errno.EDQUOT) {
                throw e;
            }
            giveUp(e);
        }
    }

    private Draft openDraft() throws IOException {
        Path reused;
        lock.lock();
        try {
            reused = recyclable.poll();
        } finally {
            lock.unlock();
        }
        Path name = directory.resolve(count++ % 2 + ".tmp");
        if (reused != null) {
            disk.rename(reused, name);
        }
        SegmentFile file = SegmentFile.create(disk, name, choice.path(), options.sync());
        try {
            DiskFile writer = file.writer();
            if (reused == null) {
                // A stale file of a crashed process may hold the head of a segment.
                writer.ftruncate(0);
            } else if (writer.size() > options.segmentBytes()) {
                writer.ftruncate(options.segmentBytes());
            }
            reserve(writer);
            return new Draft(name, file);
        } catch (IOException | RuntimeException e) {
            file.close();
            disk.unlink(name);
            throw e;
        }
    }

    private void reserve(DiskFile writer) throws IOException {
        try {
            writer.fallocate(AllocateMode.EXTEND, 0, options.segmentBytes());
        } catch (PosixException e) {
            if (e.errno() != Errno.EOPNOTSUPP) {
                throw e;
            }
            writer.ftruncate(options.segmentBytes());
        }
    }

    private void zeroPiece(Draft current, boolean hurried) throws IOException {
        if (!hurried && options.backgroundFiller()) {
            yieldToCommits();
        }
        long length = Math.min(PIECE_BYTES, options.segmentBytes() - current.zeroedTo);
        current.file.writer().pwrite(zeros.asSlice(0, length), current.zeroedTo);
        current.zeroedTo += length;
    }

    /** A commit must not queue behind a piece; but the filler must not starve under load either. */
    private void yieldToCommits() {
        for (long waited = 0;
                waited < YIELD_NANOS_MAX && isCommitRunning.getAsBoolean();
                waited += YIELD_POLL_NANOS) {
            LockSupport.parkNanos(YIELD_POLL_NANOS);
        }
    }

    /** The log needs the segment now: what is not zeroed yet is cut off and reserved instead. */
    private void reserveRest(Draft current) throws IOException {
        current.file.writer().ftruncate(current.zeroedTo);
        reserve(current.file.writer());
        if (options.zeroAhead()) {
            options.observer().fellBackToReservedSpace();
        }
    }

    private void publish(Prepared prepared) {
        lock.lock();
        try {
            draft = null;
            ready = prepared;
            isHurried = false;
            isOutOfSpace = false;
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    private void giveUp(PosixException reason) throws IOException {
        Draft abandoned = draft;
        draft = null;
        if (abandoned != null) {
            abandoned.file.close();
            disk.unlink(abandoned.path);
        }
        LOG.log(
                System.Logger.Level.WARNING,
                "failed to preallocate space when creating a new WAL: size={0}, error={1}",
                Long.toString(options.segmentBytes()),
                reason.getMessage());
        lock.lock();
        try {
            isOutOfSpace = true;
        } finally {
            lock.unlock();
        }
        options.observer().ranOutOfSpace(); // before whoever waits for the segment fails
        lock.lock();
        try {
            if (isAwaited || !options.backgroundFiller()) {
                failure = reason;
            }
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /** The way in which the segments are written. */
    WritePathChoice writePath() {
        return choice;
    }

    /** The next segment at once; if it is not all zeros yet, the rest is only reserved. */
    Prepared take() throws IOException {
        return take(true);
    }

    /** The next segment; waits until it is full of zeros. */
    Prepared takeComplete() throws IOException {
        return take(false);
    }

    private Prepared take(boolean hurry) throws IOException {
        if (!options.backgroundFiller()) {
            while (ready == null && failure == null) {
                step();
            }
        }
        lock.lock();
        try {
            isHurried = hurry && ready == null;
            isAwaited = true;
            isOutOfSpace = false;
            changed.signalAll();
            while (ready == null) {
                if (failure != null) {
                    throw new IOException("no space or file for the next segment", failure);
                }
                if (isClosed) {
                    throw new IllegalStateException("the log is closed");
                }
                changed.awaitUninterruptibly();
            }
            isAwaited = false;
            Prepared taken = ready;
            ready = null;
            changed.signalAll();
            return taken;
        } finally {
            lock.unlock();
        }
    }

    /**
     * Later cuts a complete segment to the end of its last record, as the reference leaves it. Not
     * urgent: zeros behind the end are legal.
     */
    void trim(SegmentFile file, long exactSize) throws IOException {
        add(() -> file.writer().ftruncate(exactSize));
    }

    /** Closes a segment after what is still to be done with it. */
    void release(SegmentFile file) throws IOException {
        add(file::close);
    }

    private void add(Chore chore) throws IOException {
        if (!options.backgroundFiller()) {
            chore.run();
            return;
        }
        lock.lock();
        try {
            chores.add(chore);
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /** Whether a released segment would be used again. */
    boolean wantsRecycled() {
        lock.lock();
        try {
            return !isClosed && options.zeroAhead() && recyclable.isEmpty();
        } finally {
            lock.unlock();
        }
    }

    /**
     * Takes a released segment for later use.
     *
     * @param segment its name must not be that of a segment any more, durably: it is overwritten
     *     piece by piece, and a crash would leave a log full of holes
     * @return false if there is one already, so that this file should go
     */
    boolean recycle(Path segment) {
        lock.lock();
        try {
            if (isClosed || !options.zeroAhead() || !recyclable.isEmpty()) {
                return false;
            }
            recyclable.add(segment);
            isOutOfSpace = false;
            changed.signalAll();
            return true;
        } finally {
            lock.unlock();
        }
    }

    /**
     * Whether the next segment could not be made for lack of space: the disk is about to be full.
     */
    boolean isOutOfSpace() {
        lock.lock();
        try {
            return isOutOfSpace;
        } finally {
            lock.unlock();
        }
    }

    @Override
    public void close() throws IOException {
        lock.lock();
        try {
            isClosed = true;
            changed.signalAll();
        } finally {
            lock.unlock();
        }
        joinThread();
        Draft unfinished = draft;
        Prepared unused = ready;
        draft = null;
        ready = null;
        if (unfinished != null) {
            unfinished.file.close();
            disk.unlink(unfinished.path);
        }
        if (unused != null) {
            unused.file.close();
            disk.unlink(unused.path);
        }
        for (Path segment : recyclable) {
            disk.unlink(segment);
        }
        for (Chore chore : chores) {
            chore.run();
        }
    }

    private void joinThread() {
        Thread filler = thread;
        if (filler != null) {
            boolean interrupted = false;
            while (filler.isAlive()) {
                try {
                    filler.join();
                } catch (InterruptedException e) {
                    interrupted = true;
                }
            }
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }
}
