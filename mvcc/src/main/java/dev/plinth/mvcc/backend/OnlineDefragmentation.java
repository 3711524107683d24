package dev.plinth.mvcc.backend;

import dev.plinth.pagestore.Database;
import dev.plinth.pagestore.OnlineShrink;
import java.util.concurrent.Semaphore;

/**
 * Makes the file of a backend smaller while it is in use, with {@link OnlineShrink}. Any thread;
 * one at a time.
 *
 * <p>A step is a short transaction of the page store, as a flush is, so flushes wait for one step
 * at most, and puts for none: they go to the write buffer. Pages that a step has freed can be used
 * again once a checkpoint has made the step durable, so checkpoints are made in between, also when
 * nothing but the arrangement of pages has changed: the file is cut when neither of its two meta
 * pages needs the end any more.
 */
final class OnlineDefragmentation {
    /** Bounds the time that a flush waits. */
    private static final int PAGES_PER_STEP = 32;

    /** Bounds what the file may grow by before it shrinks, and how much a checkpoint writes. */
    private static final int PAGES_PER_CHECKPOINT = 1024;

    /** One for each meta page, and one for readers that were about to leave. */
    private static final int IDLE_CHECKPOINTS = 3;

    private final Backend backend;
    private final OnlineShrink shrink;
    private final Semaphore turn = new Semaphore(1);
    private volatile boolean isStopped;

    OnlineDefragmentation(Backend backend, Database database) {
        this.backend = backend;
        this.shrink = new OnlineShrink(database);
    }

    /** Returns when nothing more can be given back; false if {@link #stop} was called before. */
    boolean run() {
        turn.acquireUninterruptibly();
        try {
            long sinceCheckpoint = 0;
            int idle = 0;
            if (!isStopped) {
                backend.flush();
            }
            while (!isStopped && idle < IDLE_CHECKPOINTS) {
                OnlineShrink.Step step = backend.rearrange(() -> shrink.step(PAGES_PER_STEP));
                sinceCheckpoint += step.movedPages();
                idle = step.hasProgressed() ? 0 : idle + 1;
                if (idle > 0 || sinceCheckpoint >= PAGES_PER_CHECKPOINT) {
                    backend.rewriteRevisions(_ -> {});
                    backend.checkpoint();
                    sinceCheckpoint = 0;
                }
            }
            return !isStopped;
        } finally {
            turn.release();
        }
    }

    /** Ends {@link #run} after its present step, and waits for that. */
    void stop() {
        isStopped = true;
        turn.acquireUninterruptibly();
        turn.release();
    }
}
