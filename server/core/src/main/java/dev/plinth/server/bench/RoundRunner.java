package dev.plinth.server.bench;

import java.io.IOException;

/**
 * Measures peers under one load.
 *
 * @param workload what clients do
 * @param requests over which keys
 * @param clients that call at once
 * @param connections that they share at most
 * @param seconds about how long a round takes
 * @param warmUp calls before the first round
 */
record RoundRunner(
        Workload workload,
        Workload.Requests requests,
        int clients,
        int connections,
        int seconds,
        int warmUp) {
    private static final double MEGA = 1e6;
    private static final int CALLS_OF_CPU_FIGURE = 100_000;
    private static final int WARM_UP_CLIENTS = 64;

    private ClosedLoop loop(PeerCluster peer) throws IOException {
        return new ClosedLoop(peer.leader(), Math.min(clients, connections));
    }

    /**
     * Fills the key space where reads need it, warms up, and returns how many calls make a round.
     * Many clients warm a server up in less time than one would, and what is compared are servers
     * that have run for a while.
     */
    long warmUp(PeerCluster peer) throws IOException, InterruptedException {
        try (ClosedLoop loop = loop(peer)) {
            if (workload.reads()) {
                loop.run(
                        Workload.PUT,
                        requests,
                        Math.max(clients, connections),
                        requests.keySpace());
            }
            long calls = Math.max(1, warmUp);
            if (clients < WARM_UP_CLIENTS) {
                loop.run(workload, requests, WARM_UP_CLIENTS, calls);
                calls = Math.max(1, calls / 10);
            }
            ClosedLoop.Outcome outcome = loop.run(workload, requests, clients, calls);
            return Math.max(clients, (long) (outcome.perSecond() * seconds));
        }
    }

    /** One measured round. */
    Round round(PeerCluster peer, long calls) throws IOException, InterruptedException {
        try (ClosedLoop loop = loop(peer)) {
            loop.run(workload, requests, clients, clients); // connects
            double cpuBefore = peer.cpuSeconds();
            long writtenBefore = peer.deviceBytesWritten();
            ClosedLoop.Outcome outcome = loop.run(workload, requests, clients, calls);
            double cpu = peer.cpuSeconds() - cpuBefore;
            long written = peer.deviceBytesWritten() - writtenBefore;
            return new Round(
                    outcome.perSecond(),
                    outcome.latencies().getValueAtPercentile(50) / MEGA,
                    outcome.latencies().getValueAtPercentile(99) / MEGA,
                    outcome.latencies().getValueAtPercentile(99.9) / MEGA,
                    cpu * CALLS_OF_CPU_FIGURE / calls,
                    (double) written / calls,
                    peer.peakResidentBytes() / MEGA,
                    peer.anonymousBytes() / MEGA,
                    outcome.failures());
        }
    }
}
