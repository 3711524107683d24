package dev.plinth.walio.io;

/** Where time comes from. Any thread. */
public interface Clock {
    /** Nanoseconds from an arbitrary start that never run backwards. */
    long monotonicNanos();

    /** Milliseconds since 1970-01-01T00:00Z; may jump. */
    long wallMillis();
}
