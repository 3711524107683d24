package dev.plinth.tools.bench;

import dev.plinth.api.etcdserverpb.MaintenanceGrpc;
import dev.plinth.api.etcdserverpb.StatusRequest;
import dev.plinth.tools.cli.ParsedFlags;
import dev.plinth.tools.cli.ToolFailure;
import dev.plinth.tools.client.CallFailure;
import dev.plinth.tools.client.ClientSettings;
import dev.plinth.tools.client.EtcdClient;
import dev.plinth.walio.io.Clock;
import io.grpc.Deadline;
import java.util.concurrent.TimeUnit;

/** A benchmark at work: its flags, its connections, and what it has measured so far. */
final class BenchSession implements AutoCloseable {
    private final BenchContext context;
    private final ParsedFlags flags;
    private final ClientSettings settings;
    private final Lanes lanes;
    private final int clients;
    private final BenchReport report;

    private BenchSession(
            BenchContext context,
            ParsedFlags flags,
            ClientSettings settings,
            Lanes lanes,
            int clients) {
        this.context = context;
        this.flags = flags;
        this.settings = settings;
        this.lanes = lanes;
        this.clients = clients;
        this.report = new BenchReport(context, flags);
    }

    static BenchSession open(BenchContext context, ParsedFlags flags)
            throws ToolFailure, CallFailure {
        int clients = BenchFlags.count(flags, "clients", 1);
        int connections = BenchFlags.count(flags, "conns", 1);
        int threads = BenchFlags.count(flags, "threads", 0);
        if (flags.isOn("open-loop") && (!hasRate(flags) || flags.number("rate") == 0)) {
            throw ToolFailure.error("--open-loop needs a command with --rate, and that above 0");
        }
        ClientSettings settings = BenchFlags.settings(flags, context.console());
        Lanes lanes =
                Lanes.open(
                        settings,
                        connections,
                        threads == 0 ? Math.max(1, context.processors() / 2) : threads);
        BenchSession session = new BenchSession(context, flags, settings, lanes, clients);
        try {
            session.awaitServers(connections);
            return session;
        } catch (CallFailure e) {
            session.close();
            throw e;
        }
    }

    private static boolean hasRate(ParsedFlags flags) {
        return flags.command().takes("rate");
    }

    /** Opens the connections, so that no call that counts has to wait for that. */
    private void awaitServers(int connections) throws CallFailure {
        Deadline deadline = Deadline.after(settings.dialTimeoutNanos(), TimeUnit.NANOSECONDS);
        for (int i = 0; i < connections; i++) {
            lanes.line(i)
                    .client()
                    .call(
                            MaintenanceGrpc.getStatusMethod(),
                            StatusRequest.getDefaultInstance(),
                            deadline);
        }
    }

    ParsedFlags flags() {
        return flags;
    }

    Clock clock() {
        return context.clock();
    }

    Lanes lanes() {
        return lanes;
    }

    /** The client of the first connection, for calls that are not measured. */
    EtcdClient client() {
        return lanes.line(0).client();
    }

    /** How the servers are reached. */
    ClientSettings settings() {
        return settings;
    }

    /** How many logical clients there are. */
    int clients() {
        return clients;
    }

    Waiting waiting() {
        return new Waiting(context.console());
    }

    /** The pace that {@code --rate} and {@code --open-loop} ask for, from now on. */
    Pace pace() throws ToolFailure {
        int rate = BenchFlags.count(flags, "rate", 0);
        long now = clock().monotonicNanos();
        return flags.isOn("open-loop") ? Pace.steady(rate, now) : Pace.limited(rate, now);
    }

    /** Makes calls of one kind and prints the report of them. */
    void measure(String name, long total, Pace pace, CallLoop.Requests requests)
            throws InterruptedException {
        long start = clock().monotonicNanos();
        Latencies[] latencies =
                new CallLoop(lanes, clock(), pace, requests, total, 1).run(clients, waiting());
        report.add("", new Section(name, latencies[0], clock().monotonicNanos() - start));
    }

    /** Where what was measured goes. */
    BenchReport report() {
        return report;
    }

    @Override
    public void close() {
        lanes.close();
    }
}
