package dev.plinth.mvcc;

/**
 * Does accepted compactions physically, one at a time and in steps of bounded work, so that it
 * never holds up the apply thread for longer than one step. Driven by one background thread.
 */
@SuppressWarnings("DoNotCallSuggester")
public final class Compactor {

    Compactor() {}

    /**
     * Does one step if one is due.
     *
     * @param nowNanos the monotonic time
     * @return how much was done; 0 when there was nothing to do or the pause is not over
     * @throws java.io.UncheckedIOException the database cannot be written: fatal for the member
     */
    public int doWork(long nowNanos) {
        if (nowNanos == Long.MIN_VALUE) {
            return 0;
        }
        throw new UnsupportedOperationException();
    }
}
