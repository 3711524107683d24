package dev.plinth.server.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

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
            "Those that are not measured stand idle beside the one that is; with --fresh they do not run.",
            "Prints medians, (lowest-highest), and ratios to the first peer."
        },
        footer = {
            "",
            "Example, one client and 64 clients against the real etcd:",
            "  plinth bench compare --peer etcd=/usr/bin/etcd --peer 'plinth=./plinth server' --clients 1,64",
            "The same for clusters of three, as a page: add --members 3 --html report.html"
        })
final class CompareCommand extends PeerMeasurement {
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
            description =
                    "Calls before the first round of each kind, by 64 clients at least (default: ${DEFAULT-VALUE}).")
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

    @Option(
            names = "--members",
            defaultValue = "1",
            description =
                    "Members of each server's cluster; clients call the leader (default: ${DEFAULT-VALUE}).")
    private int members;

    @Option(
            names = "--fresh",
            description =
                    "Start a server anew, with no data and no other one beside it, for each of its rounds.")
    private boolean isFresh;

    @Option(names = "--html", description = "Also write the tables as a page into this file.")
    private @Nullable Path html;

    @Override
    public Integer call() throws Exception {
        check();
        List<ComparisonTable<Round>> tables = new ArrayList<>();
        if (isFresh) {
            measureAll(tables, this::measuredFresh);
        } else {
            try (Contest.Running running = contest.start(members)) {
                measureAll(tables, runner -> measuredSideBySide(running.peers(), runner));
            }
        }
        if (html != null) {
            Files.writeString(html, ComparisonPage.of(tables));
        }
        return 0;
    }

    /** Makes the rounds of one load, by the names of the peers. */
    @FunctionalInterface
    private interface Measurement {
        Map<String, List<Round>> of(RoundRunner runner) throws IOException, InterruptedException;
    }

    private void measureAll(List<ComparisonTable<Round>> tables, Measurement measurement)
            throws IOException, InterruptedException {
        for (Workload workload : workloads) {
            for (int count : clients) {
                Workload.Requests requests = Workload.Requests.of(keySpace, valueSize);
                RoundRunner runner =
                        new RoundRunner(workload, requests, count, connections, seconds, warmUp);
                ComparisonTable<Round> table =
                        new ComparisonTable<>(
                                title(workload, count), Round.FIGURES, measurement.of(runner));
                tables.add(table);
                print(table);
            }
        }
    }

    private String title(Workload workload, int count) {
        return "%s, %d clients on %d connections, values of %d bytes, %s, %d rounds"
                .formatted(
                        workload,
                        count,
                        Math.min(count, connections),
                        valueSize,
                        members == 1 ? "1 member" : members + " members, to the leader",
                        rounds);
    }

    private void check() {
        if (rounds < 1
                || seconds < 1
                || members < 1
                || warmUp < 0
                || valueSize < 0
                || keySpace < 1
                || connections < 1) {
            throw refused("rounds, seconds, members, conns and key-space-size have to be positive");
        }
        if (clients.stream().anyMatch(count -> count < 1)) {
            throw refused("clients have to be positive: " + clients);
        }
    }

    private Map<String, List<Round>> measuredSideBySide(
            List<PeerCluster> running, RoundRunner runner)
            throws IOException, InterruptedException {
        Map<String, List<Round>> results = noRounds();
        Map<PeerCluster, Long> calls = new LinkedHashMap<>();
        for (PeerCluster peer : running) {
            progress(runner, peer.name() + " warms up");
            calls.put(peer, runner.warmUp(peer));
        }
        for (int round = 1; round <= rounds; round++) {
            for (Map.Entry<PeerCluster, Long> each : calls.entrySet()) {
                measure(runner, round, each.getKey(), each.getValue(), results);
            }
        }
        return results;
    }

    private Map<String, List<Round>> measuredFresh(RoundRunner runner)
            throws IOException, InterruptedException {
        Map<String, List<Round>> results = noRounds();
        for (int round = 1; round <= rounds; round++) {
            for (String name : contest.names()) {
                progress(runner, name + " starts and warms up");
                try (Contest.Running alone = contest.start(List.of(name), members)) {
                    PeerCluster peer = alone.peers().getFirst();
                    measure(runner, round, peer, runner.warmUp(peer), results);
                }
            }
        }
        return results;
    }

    private Map<String, List<Round>> noRounds() {
        Map<String, List<Round>> results = new LinkedHashMap<>();
        contest.names().forEach(name -> results.put(name, new ArrayList<>()));
        return results;
    }

    private void measure(
            RoundRunner runner,
            int round,
            PeerCluster peer,
            long calls,
            Map<String, List<Round>> results)
            throws IOException, InterruptedException {
        progress(runner, "round %d of %d, %s".formatted(round, rounds, peer.name()));
        Round measured = runner.round(peer, calls);
        results.computeIfAbsent(peer.name(), _ -> new ArrayList<>()).add(measured);
    }

    private void progress(RoundRunner runner, String text) {
        progress("%s, %d clients: %s".formatted(runner.workload(), runner.clients(), text));
    }
}
