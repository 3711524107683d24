package dev.plinth.server.rpc;

/**
 * Limits of the client services.
 *
 * @param requestBytesMax largest log entry that a request may become
 * @param txnOperationsMax most compares, and most operations per branch, of a transaction
 * @param watchProgressIntervalNanos time between progress notifications of idle watchers
 * @param electionTimeoutNanos how often streams that ask for a leader are looked at
 * @param requestTimeoutNanos longest wait of a renewal for its leader
 */
public record ServiceLimits(
        int requestBytesMax,
        int txnOperationsMax,
        long watchProgressIntervalNanos,
        long electionTimeoutNanos,
        long requestTimeoutNanos) {
    /** What gRPC framing and headers may add to a request. */
    public static final int MESSAGE_OVERHEAD_BYTES = 512 << 10;

    /** Shortest interval of progress notifications. */
    public static final long WATCH_PROGRESS_INTERVAL_NANOS_MIN = 100_000_000L;

    /** The reference's defaults: 1.5 MiB, 128 operations, 10 min, 1 s, 7 s. */
    public static final ServiceLimits DEFAULT =
            new ServiceLimits(1_572_864, 128, 600_000_000_000L, 1_000_000_000L, 7_000_000_000L);

    /** Raises the progress interval to its minimum. */
    public ServiceLimits {
        if (requestBytesMax <= 0 || txnOperationsMax <= 0 || electionTimeoutNanos <= 0) {
            throw new IllegalArgumentException("limits must be positive");
        }
        watchProgressIntervalNanos =
                Math.max(watchProgressIntervalNanos, WATCH_PROGRESS_INTERVAL_NANOS_MIN);
    }

    /** Largest message that is read from a client. */
    public int messageBytesMax() {
        return requestBytesMax + MESSAGE_OVERHEAD_BYTES;
    }
}
