package dev.plinth.client;

import java.time.Duration;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * How the calls of a view of the client are made; see {@link PlinthClient#with}.
 *
 * @param deadline how long a call may take with all its repetitions; absent for the client's own
 *     default. It does not bound watches, leases' renewals and the waiting of recipes.
 * @param requiresLeader whether a member that has no leader is to refuse at once, and to end
 *     streams when it loses it
 * @param metadata headers sent along, ASCII
 */
public record CallOptions(
        @Nullable Duration deadline, boolean requiresLeader, Map<String, String> metadata) {
    /** The client's default deadline, and no demands. */
    public static final CallOptions DEFAULT = new CallOptions(null, false, Map.of());

    /** Copies the headers. */
    public CallOptions {
        metadata = Map.copyOf(metadata);
        if (deadline != null && !deadline.isPositive()) {
            throw new IllegalArgumentException("a deadline is positive, not " + deadline);
        }
    }

    /** The same with a deadline. */
    public CallOptions withDeadline(Duration time) {
        return new CallOptions(time, requiresLeader, metadata);
    }

    /** The same, refused by members without a leader. */
    public CallOptions withRequiredLeader() {
        return new CallOptions(deadline, true, metadata);
    }

    /** The same with a header more. */
    public CallOptions withMetadata(String name, String value) {
        Map<String, String> more = new TreeMap<>(metadata);
        more.put(name, value);
        return new CallOptions(deadline, requiresLeader, more);
    }

    /** What streams depend on: those that differ in it cannot share one. */
    CallOptions ofStreams() {
        return new CallOptions(null, requiresLeader, metadata);
    }
}
