package dev.plinth.server.core;

import java.util.concurrent.atomic.AtomicLong;

/**
 * Draws request ids that differ between members and between lives of one member.
 *
 * <pre>
 *  63      48 47                      8 7       0
 * +----------+-------------------------+---------+
 * | member   | start, ms since 1970    | counter |
 * | low 16   | low 40 bits             |         |
 * +----------+-------------------------+---------+
 * </pre>
 *
 * The counter carries into the time. Safe for any thread.
 */
public final class RequestIds {
    private static final long SUFFIX_MASK = (1L << 48) - 1;

    private final long prefix;
    private final AtomicLong suffix;

    /**
     * Starts at the given time.
     *
     * @param memberId only the low 16 bits are used
     * @param nowMillis wall-clock time of the start
     */
    public RequestIds(long memberId, long nowMillis) {
        this.prefix = memberId << 48;
        this.suffix = new AtomicLong((nowMillis & ((1L << 40) - 1)) << 8);
    }

    /** The next id. */
    public long next() {
        return prefix | (suffix.incrementAndGet() & SUFFIX_MASK);
    }
}
