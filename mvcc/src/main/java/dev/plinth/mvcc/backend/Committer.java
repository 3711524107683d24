package dev.plinth.mvcc.backend;

/**
 * Moves the write buffer into the page store and makes checkpoints when {@link BackendOptions} say
 * so. Driven by one thread; the apply thread never waits for it longer than it takes to hand over
 * the buffer.
 */
@SuppressWarnings("DoNotCallSuggester")
public final class Committer {

    Committer() {}

    /**
     * Flushes or makes a checkpoint if one is due.
     *
     * @param nowNanos the monotonic time
     * @return operations flushed, plus 1 for a checkpoint; 0 when nothing was due
     * @throws java.io.UncheckedIOException the file cannot be written: fatal for the member
     */
    public int doWork(long nowNanos) {
        throw new UnsupportedOperationException();
    }
}
