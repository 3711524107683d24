package dev.plinth.server.sim;

import java.util.PriorityQueue;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Simulated time: what will happen, ordered by time and then by the order in which it was planned.
 * Keeps the hash of everything that happened, and its text if somebody wants it.
 *
 * <p>{@link #passUntil} may be called from within an event: that is a call which takes its time
 * while the rest of the world goes on.
 */
final class Timeline {
    private static final long HASH_SEED = 0xcbf29ce484222325L;
    private static final long HASH_PRIME = 0x100000001b3L;

    private record Event(long at, long number, Runnable action) implements Comparable<Event> {
        @Override
        public int compareTo(Event other) {
            int byTime = Long.compare(at, other.at);
            return byTime != 0 ? byTime : Long.compare(number, other.number);
        }
    }

    private final PriorityQueue<Event> events = new PriorityQueue<>();
    private final @Nullable Consumer<String> trace;
    private long now;
    private long planned;
    private long happened;
    private long hash = HASH_SEED;

    /**
     * @param trace gets a line for whatever is worth reading; null for none
     */
    Timeline(@Nullable Consumer<String> trace) {
        this.trace = trace;
    }

    long now() {
        return now;
    }

    long happened() {
        return happened;
    }

    /** Hash of all facts told so far. */
    long hash() {
        return hash;
    }

    void after(long nanos, Runnable action) {
        events.add(new Event(now + Math.max(0, nanos), planned++, action));
    }

    /** Lets everything happen that is due up to a time, which it is then. */
    void passUntil(long time) {
        for (Event next = events.peek(); next != null && next.at <= time; next = events.peek()) {
            events.remove();
            now = Math.max(now, next.at);
            happened++;
            next.action.run();
        }
        now = Math.max(now, time);
    }

    /** Adds numbers to the hash. */
    void fact(long kind, long a, long b) {
        mix(now);
        mix(kind);
        mix(a);
        mix(b);
    }

    private void mix(long value) {
        hash = (hash ^ value) * HASH_PRIME;
        hash ^= hash >>> 29;
    }

    /** A fact that is worth reading. */
    void tell(Supplier<String> line) {
        String text = line.get();
        fact(text.hashCode(), text.length(), 0);
        if (trace != null) {
            trace.accept("%12.6f  %s".formatted(now / 1e9, text));
        }
    }
}
