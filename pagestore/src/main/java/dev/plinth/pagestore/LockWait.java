package dev.plinth.pagestore;

import dev.plinth.walio.io.Clock;
import java.util.concurrent.locks.LockSupport;

/**
 * How to wait for a file that another process has locked.
 *
 * @param timeoutNanos give up after this time; 0 waits for ever
 * @param noticeAfterNanos run {@code notice} once when this much time has gone
 * @param notice tells the operator what is being waited for
 * @param clock measures the time
 * @param pause waits between two attempts
 */
public record LockWait(
        long timeoutNanos, long noticeAfterNanos, Runnable notice, Clock clock, Pause pause) {
    /** The time between two attempts. */
    public static final long RETRY_NANOS = 50_000_000L;

    /** Lets time pass. */
    @FunctionalInterface
    public interface Pause {
        /** Returns after about that many nanoseconds. */
        void nanos(long nanos);
    }

    /** Waits for ever, without a notice. */
    public static LockWait forever(Clock clock) {
        return new LockWait(0, Long.MAX_VALUE, () -> {}, clock, LockSupport::parkNanos);
    }

    /** Gives up after {@code timeoutNanos}. */
    public static LockWait upTo(long timeoutNanos, Clock clock) {
        return new LockWait(timeoutNanos, Long.MAX_VALUE, () -> {}, clock, LockSupport::parkNanos);
    }

    /** The same, with a notice after some time of waiting. */
    public LockWait withNotice(long afterNanos, Runnable newNotice) {
        return new LockWait(timeoutNanos, afterNanos, newNotice, clock, pause);
    }
}
