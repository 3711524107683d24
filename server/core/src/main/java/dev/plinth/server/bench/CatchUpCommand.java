package dev.plinth.server.bench;

import com.google.protobuf.ByteString;
import dev.plinth.api.etcdserverpb.KVGrpc;
import dev.plinth.api.etcdserverpb.RangeRequest;
import io.grpc.ManagedChannel;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.netty.NettyChannelBuilder;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** What a follower that was away for long costs the others while it catches up. */
@Command(
        name = "catch-up",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        description = {
            "Stops a follower of three members, writes so much to the others, and starts it again, while puts come",
            "at a steady rate: how long they take and what memory leader and follower take, beside the same",
            "with all members up, with the follower away, and with one that comes back having missed nothing.",
            "With --pause it does not end but stands still, so that its start costs nothing. A put's time counts",
            "from when it was due.",
            "Memory is RssAnon + RssShmem at its highest."
        },
        footer = {
            "",
            "Example:",
            "  plinth bench catch-up --peer etcd=/usr/bin/etcd --peer 'plinth=./plinth server'"
        })
final class CatchUpCommand extends PeerMeasurement {
    private static final int MEMBERS = 3;
    private static final double MEBI = 1 << 20;
    private static final int PACED_VALUE_BYTES = 256;
    private static final long CATCH_UP_LIMIT_SECONDS = 300;

    @Mixin private final Contest contest = new Contest();

    @Option(
            names = "--behind",
            defaultValue = "1024",
            description = "MiB written while the follower is away (default: ${DEFAULT-VALUE}).")
    private int behind;

    @Option(
            names = "--val-size",
            defaultValue = "16384",
            description = "Bytes of a value of those (default: ${DEFAULT-VALUE}).")
    private int valueSize;

    @Option(
            names = "--rate",
            defaultValue = "300",
            description = "Puts a second that are timed (default: ${DEFAULT-VALUE}).")
    private int rate;

    @Option(
            names = "--seconds",
            defaultValue = "10",
            description = "How long the undisturbed phases last (default: ${DEFAULT-VALUE}).")
    private int seconds;

    @Option(
            names = "--warm-up",
            defaultValue = "50000",
            description = "Puts before all else (default: ${DEFAULT-VALUE}).")
    private int warmUp;

    @Option(
            names = "--pause",
            description = "Stop the follower by SIGSTOP, continue it by SIGCONT.")
    private boolean isPaused;

    @Option(
            names = "--rounds",
            defaultValue = "1",
            description = "Times that a follower is stopped (default: ${DEFAULT-VALUE}).")
    private int rounds;

    @Override
    public Integer call() throws Exception {
        if (behind < 1 || valueSize < 1 || rate < 1 || seconds < 1 || warmUp < 1 || rounds < 1) {
            throw refused("numbers have to be positive");
        }
        Map<String, List<CatchUp>> results = new LinkedHashMap<>();
        for (String name : contest.names()) {
            List<CatchUp> measured = new ArrayList<>();
            results.put(name, measured);
            for (int round = 0; round < rounds; round++) {
                try (Contest.Running alone = contest.start(List.of(name), MEMBERS)) {
                    measured.add(measure(alone.peers().getFirst()));
                }
            }
        }
        print(
                new ComparisonTable<>(
                        "A follower of three, %s for %d MiB of values of %d bytes; %d puts/s of %d bytes"
                                .formatted(
                                        isPaused ? "paused" : "stopped",
                                        behind,
                                        valueSize,
                                        rate,
                                        PACED_VALUE_BYTES),
                        CatchUp.FIGURES,
                        results));
        return 0;
    }

    private CatchUp measure(PeerCluster cluster) throws IOException, InterruptedException {
        PeerProcess leader = cluster.leadingMember();
        PeerProcess follower =
                cluster.members().stream()
                        .filter(member -> member != leader)
                        .findFirst()
                        .orElseThrow();
        CatchUp result = new CatchUp();
        Workload.Requests small = Workload.Requests.of(1000, PACED_VALUE_BYTES);
        progress(cluster, "warms up");
        write(leader, small, warmUp);
        progress(cluster, "puts are timed with all members up");
        try (PacedPuts puts = new PacedPuts(leader.endpoint(), rate, small.value())) {
            pass(seconds); // the compilers are through with what the warm-up left
            puts.nextPhase();
            pass(seconds);
            result.undisturbed = CatchUp.Times.of(puts.nextPhase());
            progress(cluster, "a follower is away for a moment");
            leave(follower);
            puts.nextPhase();
            result.followerBefore = comeBack(follower, seconds).peak();
            result.inStep = CatchUp.Times.of(puts.nextPhase());
        }
        leave(follower);
        progress(cluster, "the others are written to");
        long count = ((long) behind << 20) / valueSize;
        Workload.Requests large = Workload.Requests.of(Math.toIntExact(count), valueSize);
        write(leader, large, count);
        result.behindMebibytes = count * valueSize / MEBI;
        long sentBefore = snapshotsSent(leader);
        try (PacedPuts puts = new PacedPuts(leader.endpoint(), rate, small.value())) {
            progress(cluster, "puts are timed with the follower away");
            try (ResidentPeak peak = new ResidentPeak(leader)) {
                pass(seconds); // what was written last reaches the database's file
                puts.nextPhase();
                pass(seconds);
                result.away = CatchUp.Times.of(puts.nextPhase());
                result.leaderBefore = peak.bytes() / MEBI;
            }
            progress(cluster, "the follower comes back");
            try (ResidentPeak peak = new ResidentPeak(leader)) {
                Return end = comeBack(follower, 0);
                PacedPuts.Phase phase = puts.nextPhase();
                result.catchingUp = CatchUp.Times.of(phase);
                result.failures = phase.failures();
                result.seconds = end.seconds();
                result.followerDuring = end.peak();
                result.leaderDuring = peak.bytes() / MEBI;
            }
        }
        result.snapshots = snapshotsSent(leader) - sentBefore;
        return result;
    }

    private static void write(PeerProcess leader, Workload.Requests requests, long count)
            throws InterruptedException {
        try (ClosedLoop loop = new ClosedLoop(leader.endpoint(), 8)) {
            loop.run(Workload.PUT, requests, 16, count);
        }
    }

    /** Time until the follower had everything, and its highest size in MiB. */
    private record Return(double seconds, double peak) {}

    private void leave(PeerProcess follower) throws IOException, InterruptedException {
        if (isPaused) {
            follower.pause();
        } else {
            follower.close();
        }
    }

    private Return comeBack(PeerProcess follower, int secondsMore)
            throws IOException, InterruptedException {
        try (ResidentPeak peak = new ResidentPeak(follower)) {
            long start = System.nanoTime();
            if (isPaused) {
                follower.resume();
            } else {
                follower.restart();
            }
            awaitLinearizableRead(follower);
            double took = (System.nanoTime() - start) / 1e9;
            pass(secondsMore);
            return new Return(took, peak.bytes() / MEBI);
        }
    }

    /** A member answers one when it has applied all that was committed when it was asked. */
    private static void awaitLinearizableRead(PeerProcess member) {
        long limit = System.nanoTime() + TimeUnit.SECONDS.toNanos(CATCH_UP_LIMIT_SECONDS);
        ManagedChannel channel =
                NettyChannelBuilder.forTarget(member.endpoint()).usePlaintext().build();
        try {
            while (true) {
                try {
                    KVGrpc.newBlockingStub(channel)
                            .withWaitForReady()
                            .withDeadlineAfter(CATCH_UP_LIMIT_SECONDS, TimeUnit.SECONDS)
                            .range(
                                    RangeRequest.newBuilder()
                                            .setKey(ByteString.copyFromUtf8("?"))
                                            .build());
                    return;
                } catch (StatusRuntimeException e) {
                    // A member gives such a read up after some seconds.
                    if (e.getStatus().getCode() != Status.Code.UNAVAILABLE
                            || System.nanoTime() > limit) {
                        throw e;
                    }
                }
            }
        } finally {
            channel.shutdownNow();
        }
    }

    private static long snapshotsSent(PeerProcess leader) throws IOException, InterruptedException {
        try (HttpClient client = HttpClient.newHttpClient()) {
            String metrics =
                    client.send(
                                    HttpRequest.newBuilder(
                                                    URI.create(
                                                            "http://"
                                                                    + leader.endpoint()
                                                                    + "/metrics"))
                                            .build(),
                                    HttpResponse.BodyHandlers.ofString())
                            .body();
            return metrics.lines()
                    .filter(line -> line.startsWith("etcd_network_snapshot_send_success{"))
                    .mapToLong(line ->
                            (long) Double.parseDouble(line.substring(line.lastIndexOf(' ') + 1)))
                    .sum();
        }
    }

    /** Lets the load run for a while. */
    private static void pass(int seconds) throws InterruptedException {
        var _ = new CountDownLatch(1).await(seconds, TimeUnit.SECONDS);
    }

    private void progress(PeerCluster cluster, String text) {
        progress(cluster.name() + ": " + text);
    }
}
