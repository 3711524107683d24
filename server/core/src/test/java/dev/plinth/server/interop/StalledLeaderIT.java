package dev.plinth.server.interop;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import dev.plinth.api.etcdserverpb.LeaseGrantRequest;
import dev.plinth.api.etcdserverpb.LeaseGrpc;
import dev.plinth.api.etcdserverpb.LeaseKeepAliveRequest;
import dev.plinth.api.etcdserverpb.LeaseKeepAliveResponse;
import dev.plinth.api.etcdserverpb.MaintenanceGrpc;
import dev.plinth.api.etcdserverpb.MoveLeaderRequest;
import dev.plinth.api.etcdserverpb.PutRequest;
import dev.plinth.api.etcdserverpb.RangeRequest;
import dev.plinth.api.etcdserverpb.WatchCreateRequest;
import dev.plinth.api.etcdserverpb.WatchGrpc;
import dev.plinth.api.etcdserverpb.WatchRequest;
import dev.plinth.api.etcdserverpb.WatchResponse;
import dev.plinth.walio.image.MountedImage;
import io.grpc.CallOptions;
import io.grpc.StatusException;
import io.grpc.stub.BlockingClientCall;
import io.grpc.stub.ClientCalls;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A leader stands still for several lifetimes of a lease, which its client renews at the successor
 * meanwhile (etcd issue 15247): the lease lives on when the old leader is back, and ends when the
 * client no longer renews it.
 */
class StalledLeaderIT {
    private static final long TTL_SECONDS = 4;
    private static final long RENEW_EVERY_MILLIS = 500;
    private static final int LIFETIMES = 2;
    private static final ByteString KEPT = ByteString.copyFromUtf8("kept");
    private static final ByteString CONTROL = ByteString.copyFromUtf8("control");

    @TempDir Path dir;

    private final List<ClusterNode> members = new ArrayList<>();
    private final List<MountedImage> images = new ArrayList<>();

    private void start(boolean onImages) throws IOException, InterruptedException {
        for (int i = 1; i <= 3; i++) {
            Path root = dir;
            if (onImages) {
                Path folder = Files.createDirectory(dir.resolve("image" + i));
                MountedImage image = new MountedImage(folder, MountedImage.Kind.EXT4);
                images.add(image);
                root = image.path();
            }
            members.add(ClusterNode.plinth("m" + i, root));
        }
        String cluster = ClusterNode.cluster(members);
        members.forEach(node -> node.start(cluster, "new", List.of()));
        members.forEach(node -> node.process().awaitReady());
    }

    @AfterEach
    void stop() throws IOException {
        members.forEach(ClusterNode::close);
        for (MountedImage image : images) {
            image.close();
        }
    }

    @Test
    void aLeaderWhoseProcessStoodStillRevokesNothing() throws Exception {
        start(false);
        ClusterNode old = leaderAmong(members);
        long lease = grantWithKey(old, KEPT);
        signal(old, "STOP");
        try {
            ClusterNode successor = successorOf(old);
            keepFor(LIFETIMES, lease, successor);
            signal(old, "CONT");
            keepFor(LIFETIMES, lease, successor);
            assertKeptUntilNotRenewed(successor);
        } finally {
            signal(old, "CONT");
        }
    }

    @Test
    void aLeaderWhoseDiskStoodStillRevokesNothing() throws Exception {
        start(true);
        ClusterNode old = leaderAmong(members);
        ClusterNode next = members.stream().filter(node -> node != old).findFirst().orElseThrow();
        long lease = grantWithKey(old, KEPT);
        Path disk = images.get(members.indexOf(old)).path();
        freeze("-f", disk);
        try {
            // Heartbeats need no disk here: the office has to be taken away.
            var _ =
                    MaintenanceGrpc.newBlockingStub(old.channel())
                            .withDeadlineAfter(30, TimeUnit.SECONDS)
                            .moveLeader(
                                    MoveLeaderRequest.newBuilder().setTargetID(next.id()).build());
            ClusterNode successor = successorOf(old);
            keepFor(LIFETIMES, lease, successor);
            freeze("-u", disk);
            keepFor(LIFETIMES, lease, successor);
            assertKeptUntilNotRenewed(successor);
        } finally {
            var _ = MountedImage.run(List.of("fsfreeze", "-u", disk.toString()));
        }
    }

    private static ClusterNode leaderAmong(List<ClusterNode> nodes) {
        return nodes.stream().filter(ClusterNode::isLeader).findFirst().orElseThrow();
    }

    private ClusterNode successorOf(ClusterNode old) {
        List<ClusterNode> others = members.stream().filter(node -> node != old).toList();
        // A linearizable read needs a leader, so there is one afterwards.
        others.forEach(ClusterNode::revision);
        return leaderAmong(others);
    }

    private static void signal(ClusterNode node, String signal)
            throws IOException, InterruptedException {
        String pid = Long.toString(node.process().handle().pid());
        assertThat(MountedImage.run(List.of("kill", "-" + signal, pid)).exit()).isZero();
    }

    private static void freeze(String how, Path disk) throws IOException, InterruptedException {
        MountedImage.Run run = MountedImage.run(List.of("fsfreeze", how, disk.toString()));
        assertThat(run.exit()).as(run.output()).isZero();
    }

    private static long grantWithKey(ClusterNode node, ByteString key) {
        long lease =
                LeaseGrpc.newBlockingStub(node.channel())
                        .leaseGrant(LeaseGrantRequest.newBuilder().setTTL(TTL_SECONDS).build())
                        .getID();
        var _ = node.keys().put(PutRequest.newBuilder().setKey(key).setLease(lease).build());
        return lease;
    }

    /** Renews the lease until others, granted one after the other and never renewed, have ended. */
    private static void keepFor(int lifetimes, long lease, ClusterNode node)
            throws InterruptedException, StatusException {
        BlockingClientCall<LeaseKeepAliveRequest, LeaseKeepAliveResponse> renewals =
                ClientCalls.blockingBidiStreamingCall(
                        node.channel(), LeaseGrpc.getLeaseKeepAliveMethod(), CallOptions.DEFAULT);
        BlockingClientCall<WatchRequest, WatchResponse> deletions = watch(node, CONTROL);
        for (int i = 0; i < lifetimes; i++) {
            long control = grantWithKey(node, CONTROL);
            assertThat(control).isNotEqualTo(lease);
            do {
                renewals.write(LeaseKeepAliveRequest.newBuilder().setID(lease).build());
                assertThat(renewals.read().getTTL()).isEqualTo(TTL_SECONDS);
            } while (!hasEvent(deletions, RENEW_EVERY_MILLIS));
        }
        renewals.cancel("done", null);
        deletions.cancel("done", null);
    }

    private static BlockingClientCall<WatchRequest, WatchResponse> watch(
            ClusterNode node, ByteString key) throws InterruptedException, StatusException {
        BlockingClientCall<WatchRequest, WatchResponse> watch =
                ClientCalls.blockingBidiStreamingCall(
                        node.channel(), WatchGrpc.getWatchMethod(), CallOptions.DEFAULT);
        WatchCreateRequest create =
                WatchCreateRequest.newBuilder()
                        .setKey(key)
                        .addFilters(WatchCreateRequest.FilterType.NOPUT)
                        .build();
        watch.write(WatchRequest.newBuilder().setCreateRequest(create).build());
        assertThat(watch.read().getCreated()).isTrue();
        return watch;
    }

    private static boolean hasEvent(
            BlockingClientCall<WatchRequest, WatchResponse> watch, long millis)
            throws InterruptedException, StatusException {
        try {
            return watch.read(millis, TimeUnit.MILLISECONDS).getEventsCount() > 0;
        } catch (TimeoutException e) {
            return false;
        }
    }

    private void assertKeptUntilNotRenewed(ClusterNode successor)
            throws InterruptedException, StatusException {
        var deletions = watch(successor, KEPT);
        for (ClusterNode node : members) {
            node.revision();
            assertThat(node.keys().range(RangeRequest.newBuilder().setKey(KEPT).build()).getCount())
                    .as("kept at %s", node)
                    .isEqualTo(1);
        }
        assertThat(hasEvent(deletions, TimeUnit.SECONDS.toMillis(10 * TTL_SECONDS))).isTrue();
        deletions.cancel("done", null);
    }
}
