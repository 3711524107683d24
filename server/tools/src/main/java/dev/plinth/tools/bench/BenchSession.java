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
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** A benchmark at work: its flags, its connections, and what it has measured so far. */
final class BenchSession implements AutoCloseable {
    private final BenchContext context;
    private final ParsedFlags flags;
    private final ClientSettings settings;
    private final Lanes lanes;
    private final int clients;
    private final ReportText text;
    private final List<Section> sections = new ArrayList<>();

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
        this.text = new ReportText(flags.isOn("precise"), flags.isOn("sample"), epochOffset());
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

    private long epochOffset() {
        return TimeUnit.MILLISECONDS.toNanos(clock().wallMillis()) - clock().monotonicNanos();
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

    /** How many logical clients there are. */
    int clients() {
        return clients;
    }

    Waiting waiting() {
        return new Waiting(context.console());
    }

    void print(String more) {
        context.console().print(more);
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
        report("", new Section(name, latencies[0], clock().monotonicNanos() - start));
    }

    /**
     * Prints what was measured, and keeps it for the files.
     *
     * @param heading what stands above it
     */
    void report(String heading, Section section) {
        sections.add(section);
        print(heading + text.of(section));
        context.console().flush();
    }

    /** Writes the files that the flags ask for. */
    void writeReports() throws IOException {
        ReportFiles files = new ReportFiles(flags.command().path(), sections);
        if (!flags.text("csv").isEmpty()) {
            files.writeCsv(context.directory().resolve(flags.text("csv")));
        }
        if (!flags.text("html").isEmpty()) {
            files.writeHtml(context.directory().resolve(flags.text("html")));
        }
        if (flags.isOn("report-perfdash")) {
            String folder = context.environment().getOrDefault("ARTIFACTS", "_artifacts");
            files.writePerfdash(context.directory().resolve(folder), clock().wallMillis());
        }
    }

    @Override
    public void close() {
        lanes.close();
    }
}
