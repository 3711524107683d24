package dev.plinth.server.bench;

import com.google.protobuf.ByteString;
import dev.plinth.api.etcdserverpb.KVGrpc;
import dev.plinth.api.etcdserverpb.PutRequest;
import dev.plinth.server.boot.EmbeddedMember;
import dev.plinth.server.boot.Main;
import dev.plinth.server.core.StartException;
import dev.plinth.server.log.LogLevel;
import dev.plinth.server.log.LogSink;
import io.grpc.ManagedChannel;
import io.grpc.netty.NettyChannelBuilder;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;

/**
 * Three members under every kind of load for a few seconds, in one process, so that the virtual
 * machine can note which classes a server needs and which methods are hot, be it alone, a leader or
 * a follower. The launcher lets it write down what it saw; a server that starts with these notes is
 * ready sooner.
 *
 * <p>Run twice on one folder: the second run starts from databases and logs.
 */
public final class TrainingRun {
    private static final int MEMBERS = 3;
    private static final int KEYS = 10_000;
    private static final int PUTS = 30_000;
    private static final int READS = 10_000;
    private static final int START_LIMIT_SECONDS = 60;

    /** A member's name and addresses, which it keeps in the second run. */
    private record Place(String name, String client, String peer) {
        static Place of(int number) throws IOException {
            return new Place(
                    "training" + number,
                    "127.0.0.1:" + freePort(),
                    "http://127.0.0.1:" + freePort());
        }

        static Place of(String line) {
            String[] words = line.split(" ", -1);
            return new Place(words[0], words[1], words[2]);
        }

        String line() {
            return name + " " + client + " " + peer;
        }

        List<String> flags(String folder, List<Place> cluster) {
            String members =
                    cluster.stream()
                            .map(place -> place.name + "=" + place.peer)
                            .collect(Collectors.joining(","));
            return List.of(
                    "--name=" + name,
                    "--data-dir=" + folder + "/" + name,
                    "--listen-client-urls=http://" + client,
                    "--advertise-client-urls=http://" + client,
                    "--listen-peer-urls=" + peer,
                    "--initial-advertise-peer-urls=" + peer,
                    "--initial-cluster=" + members);
        }
    }

    private TrainingRun() {}

    /** Runs it with the data below {@code arguments[0]}; ends the process. */
    public static void main(String[] arguments) throws Exception {
        List<Place> cluster = cluster(Files.createDirectories(Path.of(arguments[0])));
        for (Place follower : cluster.subList(1, MEMBERS)) {
            startWithin(follower.flags(arguments[0], cluster));
        }
        List<String> command = new ArrayList<>(List.of("server"));
        command.addAll(cluster.getFirst().flags(arguments[0], cluster));
        new Thread(() -> Main.main(command.toArray(String[]::new)), "main").start();
        load(cluster.getFirst().client());
        System.exit(0);
    }

    private static List<Place> cluster(Path folder) throws IOException {
        Path noted = folder.resolve("members");
        if (Files.exists(noted)) {
            return Files.readAllLines(noted).stream().map(Place::of).toList();
        }
        List<Place> cluster = new ArrayList<>();
        for (int number = 0; number < MEMBERS; number++) {
            cluster.add(Place.of(number));
        }
        Files.write(noted, cluster.stream().map(Place::line).toList());
        return cluster;
    }

    private static void startWithin(List<String> flags) throws StartException {
        LogSink quiet =
                new LogSink(
                        InstantSource.system(),
                        ZoneOffset.UTC,
                        new LogSink.Settings(LogLevel.ERROR, LogSink.Format.JSON, List.of()));
        var _ = EmbeddedMember.start(flags, quiet, () -> Runtime.getRuntime().halt(1));
    }

    private static void load(String endpoint) throws IOException, InterruptedException {
        Workload.Requests requests = Workload.Requests.of(KEYS, 256);
        ManagedChannel channel = NettyChannelBuilder.forTarget(endpoint).usePlaintext().build();
        KVGrpc.newBlockingStub(channel)
                .withWaitForReady()
                .withDeadlineAfter(START_LIMIT_SECONDS, TimeUnit.SECONDS)
                .put(
                        PutRequest.newBuilder()
                                .setKey(ByteString.copyFromUtf8("training"))
                                .setValue(requests.value())
                                .build());
        channel.shutdownNow();
        try (ClosedLoop loop = new ClosedLoop(endpoint, 8)) {
            loop.run(Workload.PUT, requests, 64, PUTS);
            loop.run(Workload.PUT, requests, 1, PUTS / 20);
            loop.run(Workload.GET, requests, 16, READS);
            loop.run(Workload.GET_SERIALIZABLE, requests, 16, READS);
            loop.run(Workload.RANGE_100, requests, 8, READS / 20);
        }
        try (WatchFanOut watchers = new WatchFanOut(endpoint, requests.key(0), 100, 10, 2)) {
            watchers.run(100, requests.value(), 100);
        }
    }

    private static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }
}
