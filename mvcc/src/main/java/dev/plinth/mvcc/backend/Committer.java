package dev.plinth.mvcc.backend;

import java.util.concurrent.atomic.AtomicLong;

/**
 * Moves the write buffer into the page store and makes checkpoints when {@link BackendOptions} say
 * so. Driven by one thread; the apply thread never waits for it longer than it takes to hand over
 * the buffer.
 *
 * <p>A thread that wants checkpoints not to hold up flushes drives {@link #doFlushes} and {@link
 * #doCheckpoints} from two threads instead of {@link #doWork}.
 */
public final class Committer {
    private final Backend backend;
    private final BackendOptions options;
    private long firstPendingNanos;
    private boolean isPending;
    private final AtomicLong flushedBytes = new AtomicLong();
    private volatile boolean flushedSinceCheckpoint;
    private long lastCheckpointNanos;
    private boolean hasCheckpointTime;

    Committer(Backend backend, BackendOptions options) {
        this.backend = backend;
        this.options = options;
    }

    /**
     * Flushes or makes a checkpoint if one is due.
     *
     * @param nowNanos the monotonic time
     * @return operations flushed, plus 1 for a checkpoint; 0 when nothing was due
     * @throws dev.plinth.pagestore.DatabaseException the file cannot be written: fatal for the
     *     member
     */
    public int doWork(long nowNanos) {
        return doFlushes(nowNanos) + doCheckpoints(nowNanos);
    }

    /** Flushes if it is due; returns the number of operations flushed. */
    public int doFlushes(long nowNanos) {
        int operations = backend.pendingOperations();
        if (operations == 0) {
            return 0;
        }
        if (!isPending) {
            isPending = true;
            firstPendingNanos = nowNanos;
        }
        long bytes = backend.bufferedBytes();
        if (operations < options.flushOperations()
                && bytes < options.flushBytes()
                && nowNanos - firstPendingNanos < options.flushIntervalNanos()) {
            return 0;
        }
        isPending = false;
        int flushed = backend.flush();
        flushedBytes.addAndGet(bytes);
        flushedSinceCheckpoint = true;
        return flushed;
    }

    /** Makes a checkpoint if it is due; returns 1 if so. */
    public int doCheckpoints(long nowNanos) {
        if (!hasCheckpointTime) {
            hasCheckpointTime = true;
            lastCheckpointNanos = nowNanos;
        }
        if (!flushedSinceCheckpoint
                || (flushedBytes.get() < options.checkpointBytes()
                        && nowNanos - lastCheckpointNanos < options.checkpointIntervalNanos())) {
            return 0;
        }
        flushedBytes.set(0);
        flushedSinceCheckpoint = false;
        lastCheckpointNanos = nowNanos;
        backend.checkpoint();
        return 1;
    }
}
