package dev.plinth.server.log;

import java.util.Arrays;

/**
 * Thins out floods: of lines with the same level and message, the first 100 of a second pass and
 * then every 100th. Counters are hashed, so two messages may share one; warnings lost that way are
 * repeats in a flood, never a single line.
 *
 * <p>Not thread-safe: the sink calls it under its lock.
 */
final class LineSampler {
    private static final int FIRST = 100;
    private static final int THEREAFTER = 100;
    private static final int COUNTERS = 4096;

    private final long[] seconds = new long[COUNTERS];
    private final int[] counts = new int[COUNTERS];

    LineSampler() {
        Arrays.fill(seconds, Long.MIN_VALUE);
    }

    boolean admits(LogLevel level, String message, long second) {
        int slot = (message.hashCode() * 31 + level.hashCode()) & (COUNTERS - 1);
        if (seconds[slot] != second) {
            seconds[slot] = second;
            counts[slot] = 0;
        }
        int count = ++counts[slot];
        return count <= FIRST || (count - FIRST) % THEREAFTER == 0;
    }
}
