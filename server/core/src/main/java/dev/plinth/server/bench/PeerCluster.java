package dev.plinth.server.bench;

import dev.plinth.api.etcdserverpb.MaintenanceGrpc;
import dev.plinth.api.etcdserverpb.StatusRequest;
import dev.plinth.api.etcdserverpb.StatusResponse;
import io.grpc.ManagedChannel;
import io.grpc.netty.NettyChannelBuilder;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;

/**
 * The members of one cluster under test, all on this machine; what they take is counted together.
 *
 * @param name of the peer
 * @param members one or more
 */
record PeerCluster(String name, List<PeerProcess> members) implements AutoCloseable {
    private static final int STATUS_LIMIT_SECONDS = 30;

    /** Sums up something of each member. */
    @FunctionalInterface
    private interface Figure {
        double of(PeerProcess member) throws IOException;
    }

    /**
     * Starts a fresh cluster; returns when all its members serve.
     *
     * @param command words that start a member, separated by blanks
     * @param folder where each member's data is made
     * @throws IOException with the end of the log of a member that does not come up
     */
    static PeerCluster start(String name, String command, Path folder, int members)
            throws IOException, InterruptedException {
        List<String> clients = new ArrayList<>();
        List<String> cluster = new ArrayList<>();
        List<ServerSocket> held = new ArrayList<>();
        for (int i = 0; i < members; i++) {
            clients.add(freeAddress(held));
            cluster.add("%s%d=http://%s".formatted(name, i + 1, freeAddress(held)));
        }
        for (ServerSocket socket : held) {
            socket.close();
        }
        List<Future<PeerProcess>> starting = new ArrayList<>();
        try (ExecutorService starter = Executors.newVirtualThreadPerTaskExecutor()) {
            for (int i = 0; i < members; i++) {
                String client = clients.get(i);
                String own = cluster.get(i);
                starting.add(
                        starter.submit(() ->
                                PeerProcess.start(
                                        name,
                                        command,
                                        folder,
                                        client,
                                        own,
                                        String.join(",", cluster))));
            }
        }
        return new PeerCluster(name, all(starting));
    }

    private static String freeAddress(List<ServerSocket> held) throws IOException {
        ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
        held.add(socket);
        return "127.0.0.1:" + socket.getLocalPort();
    }

    /** All that have started; if one has not, the others are ended. */
    private static List<PeerProcess> all(List<Future<PeerProcess>> starting)
            throws IOException, InterruptedException {
        List<PeerProcess> started = new ArrayList<>();
        IOException failure = null;
        for (Future<PeerProcess> each : starting) {
            try {
                started.add(each.get());
            } catch (ExecutionException e) {
                failure = new IOException(String.valueOf(e.getMessage()), e);
            }
        }
        if (failure != null) {
            for (PeerProcess each : started) {
                each.close();
            }
            throw failure;
        }
        return started;
    }

    /**
     * Where the leader serves clients.
     *
     * @throws IOException if no member knows one
     */
    String leader() throws IOException {
        return leadingMember().endpoint();
    }

    /**
     * The member that leads.
     *
     * @throws IOException if no member knows one
     */
    PeerProcess leadingMember() throws IOException {
        if (members.size() == 1) {
            return members.getFirst();
        }
        for (PeerProcess member : members) {
            StatusResponse status = status(member.endpoint());
            if (status.getLeader() == status.getHeader().getMemberId()) {
                return member;
            }
        }
        throw new IOException(name + " has no leader");
    }

    private static StatusResponse status(String endpoint) {
        ManagedChannel channel = NettyChannelBuilder.forTarget(endpoint).usePlaintext().build();
        try {
            return MaintenanceGrpc.newBlockingStub(channel)
                    .withWaitForReady()
                    .withDeadlineAfter(STATUS_LIMIT_SECONDS, TimeUnit.SECONDS)
                    .status(StatusRequest.getDefaultInstance());
        } finally {
            channel.shutdownNow();
        }
    }

    /** User and system time of all threads of all members so far. */
    double cpuSeconds() throws IOException {
        return sum(PeerProcess::cpuSeconds);
    }

    /** Highest resident sizes so far, added up. */
    double peakResidentBytes() throws IOException {
        return sum(PeerProcess::peakResidentBytes);
    }

    /** Resident sizes without file mappings, added up. */
    double anonymousBytes() throws IOException {
        return sum(PeerProcess::anonymousBytes);
    }

    /** What the device under the data directories has been given to write, by whomever. */
    long deviceBytesWritten() throws IOException {
        return members.getFirst().deviceBytesWritten();
    }

    private double sum(Figure figure) throws IOException {
        double sum = 0;
        for (PeerProcess member : members) {
            sum += figure.of(member);
        }
        return sum;
    }

    /** Asks all members to end at once: one that is left alone would wait for the others. */
    @Override
    public void close() throws IOException {
        for (PeerProcess member : members) {
            member.askToEnd();
        }
        for (PeerProcess member : members) {
            member.close();
        }
    }
}
