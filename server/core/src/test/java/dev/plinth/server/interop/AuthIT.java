package dev.plinth.server.interop;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.ByteString;
import dev.plinth.api.authpb.Permission;
import dev.plinth.api.etcdserverpb.AlarmRequest;
import dev.plinth.api.etcdserverpb.AuthEnableRequest;
import dev.plinth.api.etcdserverpb.AuthGrpc;
import dev.plinth.api.etcdserverpb.AuthRoleAddRequest;
import dev.plinth.api.etcdserverpb.AuthRoleGrantPermissionRequest;
import dev.plinth.api.etcdserverpb.AuthRoleRevokePermissionRequest;
import dev.plinth.api.etcdserverpb.AuthUserAddRequest;
import dev.plinth.api.etcdserverpb.AuthUserGrantRoleRequest;
import dev.plinth.api.etcdserverpb.AuthenticateRequest;
import dev.plinth.api.etcdserverpb.CompactionRequest;
import dev.plinth.api.etcdserverpb.DefragmentRequest;
import dev.plinth.api.etcdserverpb.DeleteRangeRequest;
import dev.plinth.api.etcdserverpb.HashKVRequest;
import dev.plinth.api.etcdserverpb.HashRequest;
import dev.plinth.api.etcdserverpb.KVGrpc;
import dev.plinth.api.etcdserverpb.LeaseGrantRequest;
import dev.plinth.api.etcdserverpb.LeaseGrpc;
import dev.plinth.api.etcdserverpb.LeaseKeepAliveRequest;
import dev.plinth.api.etcdserverpb.LeaseKeepAliveResponse;
import dev.plinth.api.etcdserverpb.LeaseLeasesRequest;
import dev.plinth.api.etcdserverpb.LeaseRevokeRequest;
import dev.plinth.api.etcdserverpb.LeaseTimeToLiveRequest;
import dev.plinth.api.etcdserverpb.MaintenanceGrpc;
import dev.plinth.api.etcdserverpb.PutRequest;
import dev.plinth.api.etcdserverpb.RangeRequest;
import dev.plinth.api.etcdserverpb.RangeStreamResponse;
import dev.plinth.api.etcdserverpb.RequestOp;
import dev.plinth.api.etcdserverpb.SnapshotRequest;
import dev.plinth.api.etcdserverpb.StatusRequest;
import dev.plinth.api.etcdserverpb.TxnRequest;
import dev.plinth.api.etcdserverpb.WatchCreateRequest;
import dev.plinth.api.etcdserverpb.WatchGrpc;
import dev.plinth.api.etcdserverpb.WatchRequest;
import dev.plinth.api.etcdserverpb.WatchResponse;
import dev.plinth.api.mvccpb.Event;
import io.grpc.CallOptions;
import io.grpc.Channel;
import io.grpc.ClientInterceptors;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.StatusRuntimeException;
import io.grpc.netty.NettyChannelBuilder;
import io.grpc.stub.BlockingClientCall;
import io.grpc.stub.ClientCalls;
import io.grpc.stub.MetadataUtils;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Iterator;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * What a user without rights cannot do, call by call, among it every way around the checks that
 * etcd once had; and leases and tokens while auth is on.
 */
@Timeout(value = 2, unit = TimeUnit.MINUTES)
class AuthIT {
    private static final Metadata.Key<String> TOKEN =
            Metadata.Key.of("token", Metadata.ASCII_STRING_MARSHALLER);
    private static final String DENIED = "PERMISSION_DENIED: etcdserver: permission denied";
    private static final long LEASE = 77;

    @TempDir Path dir;

    private static ByteString bytes(String text) {
        return ByteString.copyFrom(text, UTF_8);
    }

    /** Root, and alice who may do everything with keys from a up to b. */
    private static void enableAuth(Channel nobody) {
        AuthGrpc.AuthBlockingStub auth = AuthGrpc.newBlockingStub(nobody);
        for (String user : new String[] {"root", "alice"}) {
            String role = user.equals("root") ? "root" : "ab";
            auth.userAdd(AuthUserAddRequest.newBuilder().setName(user).setPassword("pw").build());
            auth.roleAdd(AuthRoleAddRequest.newBuilder().setName(role).build());
            auth.userGrantRole(
                    AuthUserGrantRoleRequest.newBuilder().setUser(user).setRole(role).build());
        }
        auth.roleGrantPermission(
                AuthRoleGrantPermissionRequest.newBuilder()
                        .setName("ab")
                        .setPerm(
                                Permission.newBuilder()
                                        .setPermType(Permission.Type.READWRITE)
                                        .setKey(bytes("a"))
                                        .setRangeEnd(bytes("b")))
                        .build());
        auth.authEnable(AuthEnableRequest.getDefaultInstance());
    }

    private static Channel as(String user, Channel channel) {
        String token =
                AuthGrpc.newBlockingStub(channel)
                        .authenticate(
                                AuthenticateRequest.newBuilder()
                                        .setName(user)
                                        .setPassword("pw")
                                        .build())
                        .getToken();
        Metadata headers = new Metadata();
        headers.put(TOKEN, token);
        return ClientInterceptors.intercept(
                channel, MetadataUtils.newAttachHeadersInterceptor(headers));
    }

    private static void put(Channel as, String key, long lease) {
        var _ =
                KVGrpc.newBlockingStub(as)
                        .put(
                                PutRequest.newBuilder()
                                        .setKey(bytes(key))
                                        .setValue(bytes("v"))
                                        .setLease(lease)
                                        .build());
    }

    private static void assertRefused(String reason, ThrowingCallable call) {
        assertThatThrownBy(call).isInstanceOf(StatusRuntimeException.class).hasMessage(reason);
    }

    private static ManagedChannel connect(ServerProcess plinth) {
        return NettyChannelBuilder.forTarget(plinth.endpoint()).usePlaintext().build();
    }

    @Test
    void whoHasRightsOnFewKeysCannotStretchThem() throws Exception {
        try (ServerProcess plinth = ServerProcess.plinth(dir, "--bcrypt-cost=4")) {
            ManagedChannel nobody = connect(plinth);
            enableAuth(nobody);
            Channel root = as("root", nobody);
            Channel alice = as("alice", nobody);
            KVGrpc.KVBlockingStub kv = KVGrpc.newBlockingStub(alice);
            put(alice, "a1", 0);
            assertRefused(DENIED, () -> put(alice, "b", 0));
            // Reads by way of prev_kv, and beyond the end.
            assertRefused(
                    DENIED,
                    () ->
                            kv.range(
                                    RangeRequest.newBuilder()
                                            .setKey(bytes("a"))
                                            .setRangeEnd(ByteString.copyFrom(new byte[1]))
                                            .build()));
            assertRefused(
                    DENIED,
                    () ->
                            kv.rangeStream(
                                            RangeRequest.newBuilder()
                                                    .setKey(bytes("a"))
                                                    .setRangeEnd(bytes("b\0"))
                                                    .build())
                                    .next());
            assertRefused(
                    DENIED,
                    () ->
                            kv.deleteRange(
                                    DeleteRangeRequest.newBuilder()
                                            .setKey(bytes("a"))
                                            .setRangeEnd(bytes("c"))
                                            .build()));
            // A forbidden put deep in the branch that is not taken.
            RequestOp forbidden =
                    RequestOp.newBuilder()
                            .setRequestPut(PutRequest.newBuilder().setKey(bytes("z")))
                            .build();
            TxnRequest inner = TxnRequest.newBuilder().addFailure(forbidden).build();
            assertRefused(
                    DENIED,
                    () ->
                            kv.txn(
                                    TxnRequest.newBuilder()
                                            .addFailure(RequestOp.newBuilder().setRequestTxn(inner))
                                            .build()));
            watchIsRefused(alice);
            leasesOfOthersAreOutOfReach(root, alice);
            maintenanceIsForAdministrators(alice, nobody);
            nobody.shutdownNow();
        }
    }

    /** GHSA-xg4h-6gfc-h4m8: an open end was checked as if it were a single key. */
    private static void watchIsRefused(Channel alice) throws Exception {
        BlockingClientCall<WatchRequest, WatchResponse> watch =
                ClientCalls.blockingBidiStreamingCall(
                        alice, WatchGrpc.getWatchMethod(), CallOptions.DEFAULT);
        watch.write(
                WatchRequest.newBuilder()
                        .setCreateRequest(
                                WatchCreateRequest.newBuilder()
                                        .setKey(bytes("a"))
                                        .setRangeEnd(ByteString.copyFrom(new byte[1])))
                        .build());
        WatchResponse refused = watch.read();
        assertThat(refused.getCanceled()).isTrue();
        assertThat(refused.getCancelReason())
                .isEqualTo(
                        "rpc error: code = PermissionDenied desc = etcdserver: permission denied");
        watch.cancel("seen", null);
    }

    /** A lease ends the keys on it, so it is as well guarded as they are. */
    private static void leasesOfOthersAreOutOfReach(Channel root, Channel alice) throws Exception {
        LeaseGrpc.LeaseBlockingStub leases = LeaseGrpc.newBlockingStub(alice);
        var _ = leases.leaseGrant(LeaseGrantRequest.newBuilder().setID(LEASE).setTTL(600).build());
        put(root, "secret", LEASE);
        assertRefused(DENIED, () -> put(alice, "a2", LEASE));
        assertRefused(
                DENIED,
                () -> leases.leaseRevoke(LeaseRevokeRequest.newBuilder().setID(LEASE).build()));
        assertRefused(
                DENIED,
                () ->
                        leases.leaseTimeToLive(
                                LeaseTimeToLiveRequest.newBuilder()
                                        .setID(LEASE)
                                        .setKeys(true)
                                        .build()));
        assertRefused(DENIED, () -> leases.leaseLeases(LeaseLeasesRequest.getDefaultInstance()));
        BlockingClientCall<LeaseKeepAliveRequest, LeaseKeepAliveResponse> keepAlive =
                ClientCalls.blockingBidiStreamingCall(
                        alice, LeaseGrpc.getLeaseKeepAliveMethod(), CallOptions.DEFAULT);
        keepAlive.write(LeaseKeepAliveRequest.newBuilder().setID(LEASE).build());
        assertThatThrownBy(keepAlive::read).hasMessage(DENIED);
    }

    private static void maintenanceIsForAdministrators(Channel alice, Channel nobody) {
        for (Channel channel : new Channel[] {alice, nobody}) {
            String reason =
                    channel.equals(nobody)
                            ? "INVALID_ARGUMENT: etcdserver: user name is empty"
                            : DENIED;
            MaintenanceGrpc.MaintenanceBlockingStub calls =
                    MaintenanceGrpc.newBlockingStub(channel);
            assertRefused(reason, () -> calls.defragment(DefragmentRequest.getDefaultInstance()));
            assertRefused(reason, () -> calls.hash(HashRequest.getDefaultInstance()));
            assertRefused(reason, () -> calls.hashKV(HashKVRequest.getDefaultInstance()));
            assertRefused(
                    reason, () -> calls.snapshot(SnapshotRequest.getDefaultInstance()).next());
            assertRefused(
                    reason,
                    () ->
                            calls.alarm(
                                    AlarmRequest.newBuilder()
                                            .setAction(AlarmRequest.AlarmAction.DEACTIVATE)
                                            .build()));
            assertRefused(
                    reason,
                    () ->
                            KVGrpc.newBlockingStub(channel)
                                    .compact(CompactionRequest.getDefaultInstance()));
        }
        assertThat(
                        MaintenanceGrpc.newBlockingStub(alice)
                                .status(StatusRequest.getDefaultInstance())
                                .getVersion())
                .isNotEmpty();
    }

    /** The leader revokes on behalf of root: an expired lease has no caller. */
    @Test
    void aListThatIsBeingSentEndsWithTheRightToReadIt() throws Exception {
        int keys = 100;
        try (ServerProcess plinth = ServerProcess.plinth(dir, "--bcrypt-cost=4")) {
            ManagedChannel nobody = connect(plinth);
            enableAuth(nobody);
            Channel alice = as("alice", nobody);
            ByteString value = ByteString.copyFrom(new byte[200_000]);
            for (int i = 0; i < keys; i++) {
                var _ =
                        KVGrpc.newBlockingStub(alice)
                                .put(
                                        PutRequest.newBuilder()
                                                .setKey(bytes("a" + i))
                                                .setValue(value)
                                                .build());
            }
            Iterator<RangeStreamResponse> chunks =
                    KVGrpc.newBlockingStub(alice)
                            .rangeStream(
                                    RangeRequest.newBuilder()
                                            .setKey(bytes("a"))
                                            .setRangeEnd(bytes("b"))
                                            .build());
            AtomicInteger received =
                    new AtomicInteger(chunks.next().getRangeResponse().getKvsCount());
            var _ =
                    AuthGrpc.newBlockingStub(as("root", nobody))
                            .roleRevokePermission(
                                    AuthRoleRevokePermissionRequest.newBuilder()
                                            .setRole("ab")
                                            .setKey(bytes("a"))
                                            .setRangeEnd(bytes("b"))
                                            .build());
            assertRefused(
                    "INVALID_ARGUMENT: etcdserver: revision of auth store is old",
                    () -> {
                        while (chunks.hasNext()) {
                            received.addAndGet(chunks.next().getRangeResponse().getKvsCount());
                        }
                    });
            assertThat(received.get()).isBetween(1, keys - 1);
            nobody.shutdownNow();
        }
    }

    @Test
    void leasesExpireWhileAuthIsOn() throws Exception {
        try (ServerProcess plinth = ServerProcess.plinth(dir, "--bcrypt-cost=4")) {
            ManagedChannel nobody = connect(plinth);
            enableAuth(nobody);
            Channel alice = as("alice", nobody);
            BlockingClientCall<WatchRequest, WatchResponse> watch =
                    ClientCalls.blockingBidiStreamingCall(
                            alice, WatchGrpc.getWatchMethod(), CallOptions.DEFAULT);
            watch.write(
                    WatchRequest.newBuilder()
                            .setCreateRequest(WatchCreateRequest.newBuilder().setKey(bytes("a1")))
                            .build());
            assertThat(watch.read().getCreated()).isTrue();
            var _ =
                    LeaseGrpc.newBlockingStub(alice)
                            .leaseGrant(
                                    LeaseGrantRequest.newBuilder().setID(LEASE).setTTL(2).build());
            put(alice, "a1", LEASE);
            assertThat(watch.read().getEvents(0).getType()).isEqualTo(Event.EventType.PUT);
            assertThat(watch.read().getEvents(0).getType()).isEqualTo(Event.EventType.DELETE);
            watch.cancel("seen", null);
            nobody.shutdownNow();
        }
    }

    /**
     * Signed tokens outlive a restart, unlike simple ones, and any change of rights makes them old.
     */
    @Test
    void signedTokensOutliveARestartButNotAChangeOfRights() throws Exception {
        Path key = secret();
        String flag = "--auth-token=jwt,sign-method=HS256,priv-key=" + key + ",ttl=1h";
        Path data = dir.resolve("data");
        Metadata headers = new Metadata();
        try (ServerProcess plinth = ServerProcess.plinth(data, "--bcrypt-cost=4", flag)) {
            ManagedChannel nobody = connect(plinth);
            enableAuth(nobody);
            headers.put(
                    TOKEN,
                    AuthGrpc.newBlockingStub(nobody)
                            .authenticate(
                                    AuthenticateRequest.newBuilder()
                                            .setName("root")
                                            .setPassword("pw")
                                            .build())
                            .getToken());
            nobody.shutdownNow();
            plinth.stop();
        }
        try (ServerProcess plinth = ServerProcess.plinth(data, "--bcrypt-cost=4", flag)) {
            ManagedChannel nobody = connect(plinth);
            Channel root =
                    ClientInterceptors.intercept(
                            nobody, MetadataUtils.newAttachHeadersInterceptor(headers));
            put(root, "anything", 0);
            var _ =
                    AuthGrpc.newBlockingStub(root)
                            .roleAdd(AuthRoleAddRequest.newBuilder().setName("more").build());
            assertRefused(
                    "INVALID_ARGUMENT: etcdserver: revision of auth store is old",
                    () -> put(root, "anything", 0));
            put(as("root", nobody), "anything", 0);
            nobody.shutdownNow();
        }
    }

    private Path secret() throws IOException {
        return Files.writeString(dir.resolve("secret"), "not to be told to anybody");
    }

    @Test
    void aKindOfTokenThatIsNotOfferedStopsTheStart() {
        try (ServerProcess plinth = ServerProcess.plinthStarting(dir, "--auth-token=paseto")) {
            assertThat(plinth.awaitExit()).isNotZero();
            assertThat(plinth.log()).anyMatch(line -> line.contains("auth: invalid auth options"));
        }
    }
}
