package dev.plinth.server.bench;

import com.google.protobuf.ByteString;
import dev.plinth.api.etcdserverpb.KVGrpc;
import dev.plinth.api.etcdserverpb.RangeRequest;
import dev.plinth.server.bench.Footprint.Resident;
import io.grpc.ManagedChannel;
import io.grpc.netty.NettyChannelBuilder;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/**
 * Memory, restart, long lists and fan-out of each peer with a large key space, step by step: all
 * peers do a step, one after the other, before the next step begins.
 */
@Command(
        name = "footprint",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        description = {
            "Loads a large key space into each server and prints, with ratios to the first peer: the memory",
            "after the load, after each key was overwritten and after a restart; the time of a restart; what",
            "a long list takes beside that; and how many events a second reach many watchers of one key.",
            "Anonymous memory is RssAnon + RssShmem: resident, but not a mapped file."
        },
        footer = {
            "",
            "Example:",
            "  plinth bench footprint --peer etcd=/usr/bin/etcd --peer 'plinth=./plinth server'"
        })
final class FootprintCommand extends PeerMeasurement {
    private static final double MEGA = 1e6;
    private static final double MEBI = 1 << 20;

    @Mixin private final Contest contest = new Contest();

    @Option(
            names = "--keys",
            defaultValue = "1000000",
            description = "Keys that are loaded (default: ${DEFAULT-VALUE}).")
    private int keys;

    @Option(
            names = "--val-size",
            defaultValue = "256",
            description = "Bytes of a value (default: ${DEFAULT-VALUE}).")
    private int valueSize;

    @Option(
            names = "--clients",
            defaultValue = "256",
            description = "Clients that load at once (default: ${DEFAULT-VALUE}).")
    private int clients;

    @Option(
            names = "--conns",
            defaultValue = "32",
            description = "Connections of those clients (default: ${DEFAULT-VALUE}).")
    private int connections;

    @Option(
            names = "--restarts",
            defaultValue = "3",
            description = "Restarts that are timed (default: ${DEFAULT-VALUE}).")
    private int restarts;

    @Option(
            names = "--list",
            defaultValue = "100000",
            description = "Keys of the long list (default: ${DEFAULT-VALUE}).")
    private int listed;

    @Option(
            names = "--watchers",
            defaultValue = "10000",
            description =
                    "Watchers of one key, on 100 streams over 10 connections (default: ${DEFAULT-VALUE}).")
    private int watchers;

    @Option(
            names = "--watch-puts",
            defaultValue = "100",
            description = "Puts of a round that the watchers see (default: ${DEFAULT-VALUE}).")
    private int watchedPuts;

    /** A peer and the rounds of its figures; the first one holds those that have only one. */
    private record Measured(PeerProcess peer, List<Footprint> rounds) {
        Footprint first() {
            return rounds.getFirst();
        }

        Footprint round(int number) {
            while (rounds.size() <= number) {
                rounds.add(new Footprint());
            }
            return rounds.get(number);
        }
    }

    /** One step of one peer. */
    private interface Step {
        void measure(Measured measured) throws IOException, InterruptedException;
    }

    @Override
    public Integer call() throws Exception {
        if (keys < 1 || valueSize < 0 || clients < 1 || connections < 1 || restarts < 1) {
            throw refused("keys, clients, conns and restarts have to be positive");
        }
        try (Contest.Running running = contest.start(1)) {
            List<Measured> all = new ArrayList<>();
            for (PeerCluster peer : running.peers()) {
                all.add(
                        new Measured(
                                peer.members().getFirst(),
                                new ArrayList<>(List.of(new Footprint()))));
            }
            step("load", all, this::load);
            step("overwrite", all, this::overwrite);
            for (int i = 0; i < restarts; i++) {
                int round = i;
                step("restart", all, each -> restart(each, each.round(round)));
            }
            step("list", all, this::list);
            for (int i = 0; watchers > 0 && i < restarts; i++) {
                int round = i;
                step("watch", all, each -> watch(each, each.round(round)));
            }
            step("end", all, this::end);
            Map<String, List<Footprint>> results = new LinkedHashMap<>();
            all.forEach(each -> results.put(each.peer().name(), each.rounds()));
            print(
                    new ComparisonTable<>(
                            "%,d keys, values of %d bytes; lists of %,d keys; %,d watchers"
                                    .formatted(keys, valueSize, listed, watchers),
                            Footprint.FIGURES,
                            results));
            return 0;
        }
    }

    private void step(String name, List<Measured> all, Step step)
            throws IOException, InterruptedException {
        for (Measured each : all) {
            progress(name + ": " + each.peer().name());
            step.measure(each);
        }
    }

    private void load(Measured measured) throws IOException, InterruptedException {
        Footprint into = measured.first();
        double cpuBefore = measured.peer().cpuSeconds();
        into.loadPerSecond = putAll(measured.peer());
        into.loadCpuPer100k = (measured.peer().cpuSeconds() - cpuBefore) * 100_000 / keys;
        into.loaded = resident(measured.peer());
    }

    private void overwrite(Measured measured) throws IOException, InterruptedException {
        putAll(measured.peer());
        measured.first().overwritten = resident(measured.peer());
    }

    private double putAll(PeerProcess peer) throws InterruptedException {
        try (ClosedLoop loop = new ClosedLoop(peer.endpoint(), connections)) {
            return loop.run(Workload.PUT, requests(), clients, keys).perSecond();
        }
    }

    private Workload.Requests requests() {
        return Workload.Requests.of(keys, valueSize);
    }

    private void restart(Measured measured, Footprint into)
            throws IOException, InterruptedException {
        PeerProcess peer = measured.peer();
        long start = System.nanoTime();
        long ready = peer.restart();
        into.restartSeconds = ready / 1e9;
        long stopping = System.nanoTime() - start - ready;
        try (Reader reader = new Reader(peer)) {
            reader.stub().range(requests().get(0, false));
            into.firstReadSeconds = (System.nanoTime() - start - stopping) / 1e9;
        }
        into.restarted = resident(peer);
    }

    private void list(Measured measured) throws IOException {
        PeerProcess peer = measured.peer();
        Footprint into = measured.first();
        try (Reader reader = new Reader(peer)) {
            RangeRequest all =
                    RangeRequest.newBuilder()
                            .setKey(ByteString.copyFromUtf8("bench/"))
                            .setRangeEnd(ByteString.copyFromUtf8("bench0"))
                            .build();
            RangeRequest some = all.toBuilder().setLimit(listed).build();
            into.listExtraMebibytes = extraOf(peer, reader, some, into);
            into.listAgainMebibytes = extraOf(peer, reader, some, into);
            RangeRequest count = all.toBuilder().setCountOnly(true).build();
            reader.stub().range(count);
            long start = System.nanoTime();
            reader.stub().range(count);
            into.countMillis = (System.nanoTime() - start) / 1e6;
        }
    }

    private static double extraOf(
            PeerProcess peer, Reader reader, RangeRequest request, Footprint into)
            throws IOException {
        long before = peer.anonymousBytes();
        try (ResidentPeak peak = new ResidentPeak(peer)) {
            long start = System.nanoTime();
            reader.stub().range(request);
            into.listMillis = (System.nanoTime() - start) / 1e6;
            return (Math.max(peak.bytes(), peer.anonymousBytes()) - before) / MEBI;
        }
    }

    private void watch(Measured measured, Footprint into) throws IOException, InterruptedException {
        PeerProcess peer = measured.peer();
        Workload.Requests requests = requests();
        int streams = Math.min(100, watchers);
        try (WatchFanOut fanOut =
                new WatchFanOut(
                        peer.endpoint(),
                        requests.key(0),
                        watchers,
                        streams,
                        Math.min(10, streams))) {
            fanOut.run(Math.max(1, watchedPuts / 4), requests.value(), watchers);
            double cpuBefore = peer.cpuSeconds();
            long nanos = fanOut.run(watchedPuts, requests.value(), watchers);
            double events = (double) watchedPuts * watchers;
            into.eventsPerSecond = events * 1e9 / nanos;
            into.cpuPerMillion = (peer.cpuSeconds() - cpuBefore) * MEGA / events;
            into.watching = resident(peer);
        }
    }

    private void end(Measured measured) throws IOException, InterruptedException {
        measured.first().ended = resident(measured.peer());
        measured.first().oldGeneration = OldGeneration.usedBytes(measured.peer().pid()) / MEGA;
    }

    private static Resident resident(PeerProcess peer) throws IOException {
        return new Resident(peer.anonymousBytes() / MEGA, peer.residentBytes() / MEGA);
    }

    /** One connection that takes answers of any size. */
    private record Reader(ManagedChannel channel, KVGrpc.KVBlockingStub stub)
            implements AutoCloseable {
        Reader(PeerProcess peer) {
            this(
                    NettyChannelBuilder.forTarget(peer.endpoint())
                            .usePlaintext()
                            .maxInboundMessageSize(Integer.MAX_VALUE)
                            .build());
        }

        private Reader(ManagedChannel channel) {
            this(channel, KVGrpc.newBlockingStub(channel));
        }

        @Override
        public void close() {
            channel.shutdownNow();
        }
    }
}
