package dev.plinth.server.bench;

import java.io.IOException;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/**
 * Starts the peers on the same disk, lets them warm up, and measures them in turn, round by round.
 */
@Command(
        name = "compare",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        description = {
            "Measures servers beside each other: each is started fresh on loopback with its data on the same disk,",
            "warmed up, and measured in interleaved rounds, so that a drift of the machine hits all of them alike.",
            "Prints medians, (lowest-highest), and ratios to the first peer."
        },
        footer = {
            "",
            "Example, one client and 64 clients against the real etcd:",
            "  plinth bench compare --peer etcd=/usr/bin/etcd --peer 'plinth=./plinth server' --clients 1,64"
        })
final class CompareCommand implements Callable<Integer> {
    @Mixin private final Contest contest = new Contest();

    @Option(
            names = "--workload",
            split = ",",
            defaultValue = "PUT",
            description = "What clients do: ${COMPLETION-CANDIDATES} (default: ${DEFAULT-VALUE}).")
    private List<Workload> workloads = List.of();

    @Option(
            names = "--clients",
            split = ",",
            defaultValue = "1,64",
            description = "Numbers of clients that call at once (default: ${DEFAULT-VALUE}).")
    private List<Integer> clients = List.of();

    @Option(
            names = "--conns",
            defaultValue = "16",
            description =
                    "Connections at most; never more than clients (default: ${DEFAULT-VALUE}).")
    private int connections;

    @Option(
            names = "--rounds",
            defaultValue = "5",
            description = "Measured rounds (default: ${DEFAULT-VALUE}).")
    private int rounds;

    @Option(
            names = "--seconds",
            defaultValue = "5",
            description = "About how long a round takes (default: ${DEFAULT-VALUE}).")
    private int seconds;

    @Option(
            names = "--warm-up",
            defaultValue = "100000",
            description = "Calls before the first round of each kind (default: ${DEFAULT-VALUE}).")
    private int warmUp;

    @Option(
            names = "--val-size",
            defaultValue = "256",
            description = "Bytes of a value (default: ${DEFAULT-VALUE}).")
    private int valueSize;

    @Option(
            names = "--key-space-size",
            defaultValue = "10000",
            description = "Different keys (default: ${DEFAULT-VALUE}).")
    private int keySpace;

    @Spec private @Nullable CommandSpec spec;

    @Override
    public Integer call() throws Exception {
        check();
        try (Contest.Running running = contest.start()) {
            for (Workload workload : workloads) {
                for (int count : clients) {
                    out().println(measured(running.peers(), workload, count));
                    out().flush();
                }
            }
            return 0;
        }
    }

    private record Contestant(PeerProcess peer, long callsPerRound, List<Round> rounds) {}

    private void check() {
        if (rounds < 1
                || seconds < 1
                || warmUp < 0
                || valueSize < 0
                || keySpace < 1
                || connections < 1) {
            throw new ParameterException(
                    commandSpec().commandLine(),
                    "rounds, seconds, conns and key-space-size have to be positive");
        }
        if (clients.stream().anyMatch(count -> count < 1)) {
            throw new ParameterException(
                    commandSpec().commandLine(), "clients have to be positive: " + clients);
        }
    }

    private String measured(List<PeerProcess> running, Workload workload, int count)
            throws IOException, InterruptedException {
        Workload.Requests requests = Workload.Requests.of(keySpace, valueSize);
        List<Contestant> contestants = new ArrayList<>();
        for (PeerProcess peer : running) {
            progress("%s, %d clients: %s warms up".formatted(workload, count, peer.name()));
            long calls = warmedUp(peer, workload, requests, count);
            contestants.add(new Contestant(peer, calls, new ArrayList<>()));
        }
        for (int round = 1; round <= rounds; round++) {
            for (Contestant contestant : contestants) {
                PeerProcess peer = contestant.peer();
                progress(
                        "%s, %d clients: round %d of %d, %s"
                                .formatted(workload, count, round, rounds, peer.name()));
                contestant
                        .rounds()
                        .add(round(peer, workload, requests, count, contestant.callsPerRound()));
            }
        }
        Map<String, List<Round>> results = new LinkedHashMap<>();
        contestants.forEach(each -> results.put(each.peer().name(), each.rounds()));
        String title =
                "%s, %d clients on %d connections, values of %d bytes, %d rounds"
                        .formatted(
                                workload, count, Math.min(count, connections), valueSize, rounds);
        return ComparisonTable.of(title, Round.FIGURES, results);
    }

    /**
     * Fills the key space where reads need it, warms up, and returns how many calls make a round.
     */
    private long warmedUp(
            PeerProcess peer, Workload workload, Workload.Requests requests, int count)
            throws InterruptedException {
        try (ClosedLoop loop = new ClosedLoop(peer.endpoint(), Math.min(count, connections))) {
            if (workload.reads()) {
                loop.run(Workload.PUT, requests, Math.max(count, connections), keySpace);
            }
            // One client alone is slow: its round is short, and so is its share of the warm-up.
            long calls = count == 1 ? Math.max(1, warmUp / 10) : Math.max(1, warmUp);
            ClosedLoop.Outcome outcome = loop.run(workload, requests, count, calls);
            return Math.max(count, (long) (outcome.perSecond() * seconds));
        }
    }

    private Round round(
            PeerProcess peer, Workload workload, Workload.Requests requests, int count, long calls)
            throws IOException, InterruptedException {
        try (ClosedLoop loop = new ClosedLoop(peer.endpoint(), Math.min(count, connections))) {
            loop.run(workload, requests, count, count); // connects
            double cpuBefore = peer.cpuSeconds();
            long writtenBefore = peer.deviceBytesWritten();
            ClosedLoop.Outcome outcome = loop.run(workload, requests, count, calls);
            double cpu = peer.cpuSeconds() - cpuBefore;
            long written = peer.deviceBytesWritten() - writtenBefore;
            return new Round(
                    outcome.perSecond(),
                    outcome.latencies().getValueAtPercentile(50) / 1e6,
                    outcome.latencies().getValueAtPercentile(99) / 1e6,
                    cpu * 100_000 / calls,
                    (double) written / calls,
                    peer.peakResidentBytes() / 1e6,
                    peer.anonymousBytes() / 1e6,
                    outcome.failures());
        }
    }

    private void progress(String text) {
        PrintWriter err = commandSpec().commandLine().getErr();
        err.println(text);
        err.flush();
    }

    private PrintWriter out() {
        return commandSpec().commandLine().getOut();
    }

    private CommandSpec commandSpec() {
        if (spec == null) {
            throw new IllegalStateException("not run by picocli");
        }
        return spec;
    }
}
