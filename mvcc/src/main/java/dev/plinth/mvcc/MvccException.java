package dev.plinth.mvcc;

import java.util.Arrays;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Collectors;

/**
 * A request that the store refuses. The state is unchanged when it is thrown.
 *
 * <p>These are answers, not failures: each {@link Reason} has one preallocated instance without a
 * stack trace, so that refusing costs nothing. The texts are etcd's internal ones; the wire texts
 * are the server's business.
 */
public final class MvccException extends RuntimeException {

    /** Why the request was refused. */
    public enum Reason {
        COMPACTED("mvcc: required revision has been compacted"),
        FUTURE_REVISION("mvcc: required revision is a future revision"),
        LEASE_NOT_FOUND("lease not found"),
        LEASE_EXISTS("lease already exists"),
        LEASE_TTL_TOO_LARGE("too large lease TTL"),
        NOT_PRIMARY_LESSOR("not a primary lessor"),
        DUPLICATE_WATCH_ID("mvcc: duplicate watch ID provided on the WatchStream"),
        EMPTY_WATCH_RANGE("mvcc: watcher range is empty");

        private final String message;

        Reason(String message) {
            this.message = message;
        }

        /** The exception to throw for this reason; always the same object. */
        public MvccException exception() {
            return Objects.requireNonNull(INSTANCES.get(this));
        }
    }

    private static final Map<Reason, MvccException> INSTANCES =
            Arrays.stream(Reason.values())
                    .collect(Collectors.toUnmodifiableMap(r -> r, MvccException::new));

    private final Reason reason;

    private MvccException(Reason reason) {
        super(reason.message, null, false, false);
        this.reason = reason;
    }

    /** Why the request was refused. */
    public Reason reason() {
        return reason;
    }
}
