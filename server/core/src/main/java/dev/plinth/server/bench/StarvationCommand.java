package dev.plinth.server.bench;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Measures how long a watcher waits for its events while others list all keys over and over. */
@Command(
        name = "starvation",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        description = {
            "Measures how late watch events come while others list all keys over and over, by gRPC on the",
            "watcher's own connection and by HTTP with JSON on the same port. Servers are measured in turn,",
            "round by round. Prints medians, (lowest-highest), and ratios to the first peer."
        },
        footer = {
            "",
            "Example:",
            "  plinth bench starvation --peer etcd=/usr/bin/etcd --peer 'plinth=./plinth server'"
        })
final class StarvationCommand extends PeerMeasurement {
    @Mixin private final Contest contest = new Contest();

    @Option(
            names = "--keys",
            defaultValue = "10000",
            description = "Keys of a list (default: ${DEFAULT-VALUE}).")
    private int keys;

    @Option(
            names = "--val-size",
            defaultValue = "1024",
            description = "Bytes of a value (default: ${DEFAULT-VALUE}).")
    private int valueSize;

    @Option(
            names = "--lists",
            defaultValue = "4",
            description = "Lists at once on the watcher's connection (default: ${DEFAULT-VALUE}).")
    private int lists;

    @Option(
            names = "--http-lists",
            defaultValue = "2",
            description = "Lists at once by HTTP (default: ${DEFAULT-VALUE}).")
    private int httpLists;

    @Option(
            names = "--rate",
            defaultValue = "100",
            description = "Puts of the watched key per second (default: ${DEFAULT-VALUE}).")
    private int rate;

    @Option(
            names = "--rounds",
            defaultValue = "3",
            description = "Measured rounds; one more warms up (default: ${DEFAULT-VALUE}).")
    private int rounds;

    @Option(
            names = "--seconds",
            defaultValue = "8",
            description = "How long a round takes (default: ${DEFAULT-VALUE}).")
    private int seconds;

    @Override
    public Integer call() throws Exception {
        if (keys < 1 || valueSize < 0 || lists < 0 || httpLists < 0 || rate < 1 || rounds < 1) {
            throw refused("keys, rate and rounds have to be positive");
        }
        Map<String, List<Starvation>> results = new LinkedHashMap<>();
        try (Contest.Running running = contest.start(1)) {
            for (PeerCluster peer : running.peers()) {
                try (ClosedLoop loop = new ClosedLoop(peer.leader(), 16)) {
                    loop.run(Workload.PUT, Workload.Requests.of(keys, valueSize), 64, keys);
                }
            }
            for (int round = 0; round <= rounds; round++) {
                for (PeerCluster peer : running.peers()) {
                    Starvation measured = measure(peer);
                    if (round > 0) {
                        results.computeIfAbsent(
                                        peer.members().getFirst().name(), _ -> new ArrayList<>())
                                .add(measured);
                    }
                }
            }
        }
        print(
                new ComparisonTable<>(
                        "%,d keys of %d bytes; %d lists by gRPC and %d by HTTP at once; %d puts/s"
                                .formatted(keys, valueSize, lists, httpLists, rate),
                        Starvation.FIGURES,
                        results));
        return 0;
    }

    private Starvation measure(PeerCluster peer) throws Exception {
        String endpoint = peer.leader();
        try (WatchUnderLists load = new WatchUnderLists(endpoint, endpoint)) {
            return load.run(lists, httpLists, rate, seconds);
        }
    }
}
