package dev.plinth.server.interop;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import dev.plinth.api.etcdserverpb.HashKVRequest;
import dev.plinth.api.etcdserverpb.KVGrpc;
import dev.plinth.api.etcdserverpb.MaintenanceGrpc;
import dev.plinth.api.etcdserverpb.PutRequest;
import dev.plinth.api.etcdserverpb.RangeRequest;
import dev.plinth.api.etcdserverpb.StatusRequest;
import dev.plinth.api.etcdserverpb.StatusResponse;
import dev.plinth.walio.peers.LoopbackPorts;
import io.grpc.Channel;
import io.grpc.ManagedChannel;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.netty.NettyChannelBuilder;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** One member of a cluster of several on loopback, Plinth or the real etcd; may be restarted. */
public final class ClusterNode implements AutoCloseable {
    private static final long CALL_SECONDS = 15;
    private static final int READS_MAX = 10;
    private static final int PUTS_MAX = 30;
    private static final String LOOPBACK = "127.0.0.1";

    private final String name;
    private final boolean isEtcd;
    private final Path dataDir;
    private final String host;
    private final List<String> runner;
    private boolean isSecure;
    private final int clientPort = LoopbackPorts.free();
    private final int peerPort = LoopbackPorts.free();
    private final ManagedChannel channel;
    private @Nullable ServerProcess process;
    private String[] startedWith = {};

    private ClusterNode(String name, boolean isEtcd, Path root, String host, List<String> runner) {
        this.name = name;
        this.isEtcd = isEtcd;
        this.dataDir = root.resolve(name);
        this.host = host;
        this.runner = runner;
        this.channel = NettyChannelBuilder.forAddress(host, clientPort).usePlaintext().build();
    }

    public static ClusterNode etcd(String name, Path root) {
        return new ClusterNode(name, true, root, LOOPBACK, List.of());
    }

    public static ClusterNode plinth(String name, Path root) {
        return new ClusterNode(name, false, root, LOOPBACK, List.of());
    }

    /** A member on a host of its own. */
    static ClusterNode plinthOn(Namespaces network, int host, String name, Path root) {
        return new ClusterNode(name, false, root, network.address(host), network.runOn(host));
    }

    /** Peers are spoken to under TLS; the flags for it are the caller's. */
    ClusterNode withSecurePeers() {
        isSecure = true;
        return this;
    }

    /** The value of {@code --initial-cluster} for the members. */
    public static String cluster(List<ClusterNode> nodes) {
        return String.join(
                ",", nodes.stream().map(node -> node.name + "=" + node.peerUrl()).toList());
    }

    /** Starts the process without waiting for it. */
    public ClusterNode start(String cluster, String state, List<String> flags) {
        String client = "http://" + endpoint();
        List<String> all =
                new ArrayList<>(
                        List.of(
                                "--name=" + name,
                                "--listen-client-urls=" + client,
                                "--advertise-client-urls=" + client,
                                "--listen-peer-urls=" + peerUrl(),
                                "--initial-advertise-peer-urls=" + peerUrl(),
                                "--initial-cluster=" + cluster,
                                "--initial-cluster-state=" + state));
        all.addAll(flags);
        startedWith = all.toArray(String[]::new);
        return startAgain();
    }

    /** Starts the process as it was started before, without waiting for it. */
    public ClusterNode startAgain() {
        process =
                isEtcd
                        ? ServerProcess.etcdStarting(dataDir, startedWith)
                        : ServerProcess.plinthStartingBy(runner, dataDir, startedWith);
        return this;
    }

    public boolean isEtcd() {
        return isEtcd;
    }

    public ServerProcess process() {
        ServerProcess started = process;
        if (started == null) {
            throw new IllegalStateException(name + " was not started");
        }
        return started;
    }

    public String name() {
        return name;
    }

    public String peerUrl() {
        return (isSecure ? "https://" : "http://") + host + ":" + peerPort;
    }

    public String endpoint() {
        return host + ":" + clientPort;
    }

    /** For other calls. */
    public Channel channel() {
        return channel;
    }

    /** For calls with a deadline of its own. */
    public KVGrpc.KVBlockingStub keys() {
        return KVGrpc.newBlockingStub(channel).withDeadlineAfter(CALL_SECONDS, TimeUnit.SECONDS);
    }

    /**
     * A put that is sent again where it may be refused for a while: members refuse requests until
     * they know the cluster's version, which they say, and one that a stopped leader had been sent
     * times out.
     */
    void putPatiently(ByteString key, ByteString value) {
        PutRequest request = PutRequest.newBuilder().setKey(key).setValue(value).build();
        for (int attempt = 1; ; attempt++) {
            try {
                var _ = keys().withWaitForReady().put(request);
                return;
            } catch (StatusRuntimeException e) {
                Status.Code code = e.getStatus().getCode();
                if (attempt == PUTS_MAX) {
                    throw e;
                }
                if (code == Status.Code.FAILED_PRECONDITION) {
                    process().awaitLine("enabled capabilities for version");
                } else if (code != Status.Code.UNAVAILABLE) {
                    throw e;
                }
            }
        }
    }

    public StatusResponse status() {
        return MaintenanceGrpc.newBlockingStub(channel)
                .withWaitForReady()
                .withDeadlineAfter(CALL_SECONDS, TimeUnit.SECONDS)
                .status(StatusRequest.getDefaultInstance());
    }

    public long id() {
        return status().getHeader().getMemberId();
    }

    public boolean isLeader() {
        StatusResponse status = status();
        return status.getLeader() == status.getHeader().getMemberId();
    }

    /** Revision that a linearizable read finds here; one that meets an election is asked again. */
    public long revision() {
        RangeRequest anyKey =
                RangeRequest.newBuilder().setKey(ByteString.copyFromUtf8("?")).build();
        // It may have been away for long, and then the next attempt to connect is far off.
        channel.resetConnectBackoff();
        for (int attempt = 1; ; attempt++) {
            try {
                return keys().withWaitForReady().range(anyKey).getHeader().getRevision();
            } catch (StatusRuntimeException e) {
                if (attempt == READS_MAX || e.getStatus().getCode() != Status.Code.UNAVAILABLE) {
                    throw e;
                }
            }
        }
    }

    /** The hash of the keys as of a revision, which this member has to have. */
    public int hash(long revision) {
        return MaintenanceGrpc.newBlockingStub(channel)
                .withDeadlineAfter(CALL_SECONDS, TimeUnit.SECONDS)
                .hashKV(HashKVRequest.newBuilder().setRevision(revision).build())
                .getHash();
    }

    /** Members that have the same revision have the same keys. */
    static void assertSameHash(List<ClusterNode> nodes) {
        long least = Long.MAX_VALUE;
        for (ClusterNode node : nodes) {
            least = Math.min(least, node.revision());
        }
        long revision = least;
        int expected = nodes.getFirst().hash(revision);
        assertThat(nodes)
                .allSatisfy(node ->
                        assertThat(node.hash(revision))
                                .as("hash of %s at %d", node, revision)
                                .isEqualTo(expected));
    }

    @Override
    public void close() {
        channel.shutdownNow();
        if (process != null) {
            process.close();
        }
    }

    @Override
    public String toString() {
        return name;
    }
}
