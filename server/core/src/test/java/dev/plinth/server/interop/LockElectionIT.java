package dev.plinth.server.interop;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.common.util.concurrent.ListenableFuture;
import com.google.protobuf.ByteString;
import dev.plinth.api.etcdserverpb.KVGrpc;
import dev.plinth.api.etcdserverpb.LeaseGrantRequest;
import dev.plinth.api.etcdserverpb.LeaseGrpc;
import dev.plinth.api.etcdserverpb.LeaseRevokeRequest;
import dev.plinth.api.etcdserverpb.RangeRequest;
import dev.plinth.api.etcdserverpb.WatchCreateRequest;
import dev.plinth.api.etcdserverpb.WatchGrpc;
import dev.plinth.api.etcdserverpb.WatchRequest;
import dev.plinth.api.etcdserverpb.WatchResponse;
import dev.plinth.api.mvccpb.Event;
import dev.plinth.api.v3electionpb.CampaignRequest;
import dev.plinth.api.v3electionpb.CampaignResponse;
import dev.plinth.api.v3electionpb.ElectionGrpc;
import dev.plinth.api.v3electionpb.LeaderRequest;
import dev.plinth.api.v3electionpb.LeaderResponse;
import dev.plinth.api.v3electionpb.ProclaimRequest;
import dev.plinth.api.v3electionpb.ResignRequest;
import dev.plinth.api.v3lockpb.LockGrpc;
import dev.plinth.api.v3lockpb.LockRequest;
import dev.plinth.api.v3lockpb.LockResponse;
import dev.plinth.api.v3lockpb.UnlockRequest;
import io.grpc.CallOptions;
import io.grpc.ManagedChannel;
import io.grpc.netty.NettyChannelBuilder;
import io.grpc.stub.BlockingClientCall;
import io.grpc.stub.ClientCalls;
import java.nio.file.Path;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Locks and elections where somebody has to wait; the answers at rest are in the transcripts. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@Timeout(value = 2, unit = TimeUnit.MINUTES)
class LockElectionIT {
    private ServerProcess plinth;
    private ManagedChannel channel;
    private LockGrpc.LockFutureStub lock;
    private ElectionGrpc.ElectionFutureStub election;

    @BeforeAll
    void start(@TempDir Path dir) {
        plinth = ServerProcess.plinth(dir);
        channel = NettyChannelBuilder.forTarget(plinth.endpoint()).usePlaintext().build();
        lock = LockGrpc.newFutureStub(channel);
        election = ElectionGrpc.newFutureStub(channel);
    }

    @AfterAll
    void stop() {
        channel.shutdownNow();
        plinth.close();
    }

    private static ByteString bytes(String text) {
        return ByteString.copyFrom(text, UTF_8);
    }

    private long lease() {
        return LeaseGrpc.newBlockingStub(channel)
                .leaseGrant(LeaseGrantRequest.newBuilder().setTTL(600).build())
                .getID();
    }

    private ListenableFuture<LockResponse> lock(String name, long lease) {
        return lock.lock(LockRequest.newBuilder().setName(bytes(name)).setLease(lease).build());
    }

    /** Watches a prefix; a wait for a contender's key is over when its event has come. */
    private BlockingClientCall<WatchRequest, WatchResponse> watch(String prefix) throws Exception {
        BlockingClientCall<WatchRequest, WatchResponse> watch =
                ClientCalls.blockingBidiStreamingCall(
                        channel, WatchGrpc.getWatchMethod(), CallOptions.DEFAULT);
        watch.write(
                WatchRequest.newBuilder()
                        .setCreateRequest(
                                WatchCreateRequest.newBuilder()
                                        .setKey(bytes(prefix + "/"))
                                        .setRangeEnd(bytes(prefix + "0")))
                        .build());
        assertThat(watch.read().getCreated()).isTrue();
        return watch;
    }

    private static Event next(BlockingClientCall<WatchRequest, WatchResponse> watch)
            throws Exception {
        return watch.read().getEvents(0);
    }

    @Test
    void waitersGetTheLockInTheOrderInWhichTheyCame() throws Exception {
        var watch = watch("order");
        LockResponse first = lock("order", lease()).get();
        assertThat(next(watch).getKv().getKey()).isEqualTo(first.getKey());
        ListenableFuture<LockResponse> second = lock("order", lease());
        ByteString secondKey = next(watch).getKv().getKey();
        ListenableFuture<LockResponse> third = lock("order", lease());
        ByteString thirdKey = next(watch).getKv().getKey();

        LockGrpc.newBlockingStub(channel)
                .unlock(UnlockRequest.newBuilder().setKey(first.getKey()).build());
        assertThat(second.get().getKey()).isEqualTo(secondKey);
        assertThat(third.isDone()).isFalse();
        LockGrpc.newBlockingStub(channel)
                .unlock(UnlockRequest.newBuilder().setKey(secondKey).build());
        assertThat(third.get().getKey()).isEqualTo(thirdKey);
        watch.cancel("done", null);
    }

    @Test
    void whoGivesUpWaitingLeavesNoKeyBehind() throws Exception {
        var watch = watch("leave");
        LockResponse first = lock("leave", lease()).get();
        assertThat(next(watch).getKv().getKey()).isEqualTo(first.getKey());
        ListenableFuture<LockResponse> second = lock("leave", lease());
        ByteString key = next(watch).getKv().getKey();

        second.cancel(true);
        Event gone = next(watch);
        assertThat(gone.getType()).isEqualTo(Event.EventType.DELETE);
        assertThat(gone.getKv().getKey()).isEqualTo(key);
        watch.cancel("done", null);
    }

    @Test
    void whoseLeaseEndsWhileWaitingIsToldWhenItsTurnComes() throws Exception {
        var watch = watch("expire");
        LockResponse first = lock("expire", lease()).get();
        assertThat(next(watch).getKv().getKey()).isEqualTo(first.getKey());
        long lease = lease();
        ListenableFuture<LockResponse> second = lock("expire", lease);
        assertThat(next(watch).getType()).isEqualTo(Event.EventType.PUT);

        LeaseGrpc.newBlockingStub(channel)
                .leaseRevoke(LeaseRevokeRequest.newBuilder().setID(lease).build());
        LockGrpc.newBlockingStub(channel)
                .unlock(UnlockRequest.newBuilder().setKey(first.getKey()).build());
        assertThatThrownBy(second::get)
                .isInstanceOf(ExecutionException.class)
                .hasMessageContaining("UNKNOWN: mutex: session is expired");
        watch.cancel("done", null);
    }

    @Test
    void candidatesLeadOneAfterTheOtherAndObserversSeeEachValue() throws Exception {
        BlockingClientCall<LeaderRequest, LeaderResponse> observer =
                ClientCalls.blockingV2ServerStreamingCall(
                        channel,
                        ElectionGrpc.getObserveMethod(),
                        CallOptions.DEFAULT,
                        LeaderRequest.newBuilder().setName(bytes("president")).build());
        CampaignResponse first = campaign("one").get();
        assertThat(observer.read().getKv().getValue()).isEqualTo(bytes("one"));

        ElectionGrpc.newBlockingStub(channel)
                .proclaim(
                        ProclaimRequest.newBuilder()
                                .setLeader(first.getLeader())
                                .setValue(bytes("again"))
                                .build());
        assertThat(observer.read().getKv().getValue()).isEqualTo(bytes("again"));

        ListenableFuture<CampaignResponse> second = campaign("two");
        ElectionGrpc.newBlockingStub(channel)
                .resign(ResignRequest.newBuilder().setLeader(first.getLeader()).build());
        assertThat(second.get().getLeader().getRev()).isGreaterThan(first.getLeader().getRev());
        assertThat(observer.read().getKv().getValue()).isEqualTo(bytes("two"));
        assertThat(
                        KVGrpc.newBlockingStub(channel)
                                .range(
                                        RangeRequest.newBuilder()
                                                .setKey(first.getLeader().getKey())
                                                .build())
                                .getCount())
                .isZero();
        observer.cancel("done", null);
    }

    private ListenableFuture<CampaignResponse> campaign(String value) {
        return election.campaign(
                CampaignRequest.newBuilder()
                        .setName(bytes("president"))
                        .setLease(lease())
                        .setValue(bytes(value))
                        .build());
    }
}
