package dev.plinth.server.bench;

import com.google.protobuf.ByteString;
import dev.plinth.api.etcdserverpb.KVGrpc;
import dev.plinth.api.etcdserverpb.PutRequest;
import dev.plinth.server.boot.Main;
import io.grpc.ManagedChannel;
import io.grpc.netty.NettyChannelBuilder;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.util.concurrent.TimeUnit;

/**
 * A member under every kind of load for a few seconds, in one process, so that the virtual machine
 * can note which classes a server needs and which methods are hot. The launcher lets it write down
 * what it saw; a server that starts with these notes is ready sooner.
 *
 * <p>Run twice on one folder: the second run starts from a database and a log.
 */
public final class TrainingRun {
    private static final int KEYS = 10_000;
    private static final int PUTS = 30_000;
    private static final int READS = 10_000;
    private static final int START_LIMIT_SECONDS = 60;

    private TrainingRun() {}

    /** Runs it with the data below {@code arguments[0]}; ends the process. */
    public static void main(String[] arguments) throws Exception {
        String client = "127.0.0.1:" + freePort();
        String peer = "http://127.0.0.1:" + freePort();
        Thread server =
                new Thread(
                        () ->
                                Main.main(
                                        new String[] {
                                            "server",
                                            "--name=training",
                                            "--data-dir=" + arguments[0],
                                            "--listen-client-urls=http://" + client,
                                            "--advertise-client-urls=http://" + client,
                                            "--listen-peer-urls=" + peer,
                                            "--initial-advertise-peer-urls=" + peer,
                                            "--initial-cluster=training=" + peer
                                        }),
                        "main");
        server.start();
        load(client);
        System.exit(0);
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
