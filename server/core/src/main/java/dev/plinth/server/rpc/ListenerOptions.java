package dev.plinth.server.rpc;

import dev.plinth.server.quota.MemoryBudget;
import io.grpc.ServerStreamTracer;
import java.util.List;

/**
 * Settings of client connections.
 *
 * @param concurrentStreamsMax most calls of one connection at a time
 * @param keepAliveMinTimeNanos clients that ping more often are sent away; 0 allows anything
 * @param keepAliveIntervalNanos pause after which the server pings
 * @param keepAliveTimeoutNanos wait for the answer to a ping before the connection is closed
 * @param tracers told of each call
 * @param memory what requests may hold while they come in
 * @param certificatesNameUsers whether a client's certificate says who it is
 */
public record ListenerOptions(
        int concurrentStreamsMax,
        long keepAliveMinTimeNanos,
        long keepAliveIntervalNanos,
        long keepAliveTimeoutNanos,
        List<ServerStreamTracer.Factory> tracers,
        MemoryBudget memory,
        boolean certificatesNameUsers) {
    /** The reference's defaults: no bound on streams, 5 s, 2 h, 20 s. */
    public static final ListenerOptions DEFAULT =
            new ListenerOptions(
                    Integer.MAX_VALUE,
                    5_000_000_000L,
                    7_200_000_000_000L,
                    20_000_000_000L,
                    List.of(),
                    MemoryBudget.unbounded(),
                    false);
}
