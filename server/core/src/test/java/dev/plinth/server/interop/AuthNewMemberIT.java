package dev.plinth.server.interop;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.ByteString;
import dev.plinth.api.authpb.Permission;
import dev.plinth.api.etcdserverpb.AuthEnableRequest;
import dev.plinth.api.etcdserverpb.AuthGrpc;
import dev.plinth.api.etcdserverpb.AuthRoleAddRequest;
import dev.plinth.api.etcdserverpb.AuthRoleGrantPermissionRequest;
import dev.plinth.api.etcdserverpb.AuthUserAddRequest;
import dev.plinth.api.etcdserverpb.AuthUserGrantRoleRequest;
import dev.plinth.api.etcdserverpb.AuthenticateRequest;
import dev.plinth.api.etcdserverpb.ClusterGrpc;
import dev.plinth.api.etcdserverpb.HashKVRequest;
import dev.plinth.api.etcdserverpb.KVGrpc;
import dev.plinth.api.etcdserverpb.MaintenanceGrpc;
import dev.plinth.api.etcdserverpb.MemberAddRequest;
import dev.plinth.api.etcdserverpb.PutRequest;
import dev.plinth.api.etcdserverpb.RangeRequest;
import io.grpc.Channel;
import io.grpc.ClientInterceptors;
import io.grpc.Metadata;
import io.grpc.stub.MetadataUtils;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * A member that got its state by snapshot grants and refuses what the others do. In etcd before
 * 3.5.6 it had users and roles and no rights made of them, refused at apply what the others carried
 * out, and nobody noticed that the members differed (issue 14571).
 */
@Timeout(value = 4, unit = TimeUnit.MINUTES)
class AuthNewMemberIT {
    private static final long CALL_SECONDS = 60;

    /** Far more than is kept in memory for slow followers, so that a new one needs a snapshot. */
    private static final int KEYS = 200;

    private static final String KEPT_BYTES = "1024";

    @TempDir Path dir;

    @Test
    void aMemberThatCaughtUpBySnapshotGrantsWhatTheOthersGrant() {
        List<String> flags = List.of("--bcrypt-cost=4", "--snapshot-catchup-bytes=" + KEPT_BYTES);
        try (ClusterNode one = ClusterNode.plinth("m1", dir);
                ClusterNode two = ClusterNode.plinth("m2", dir)) {
            one.start(ClusterNode.cluster(List.of(one)), "new", flags).process().awaitReady();
            enableAuth(one.channel());
            Channel alice = as("alice", one, one);
            for (int i = 0; i < KEYS; i++) {
                put(alice, "k" + i);
            }
            var _ =
                    ClusterGrpc.newBlockingStub(as("root", one, one))
                            .memberAdd(
                                    MemberAddRequest.newBuilder()
                                            .addPeerURLs(two.peerUrl())
                                            .build());
            two.start(ClusterNode.cluster(List.of(one, two)), "existing", flags)
                    .process()
                    .awaitReady();
            assertThat(two.process().log()).anyMatch(line -> line.contains("applied snapshot"));

            for (ClusterNode through : List.of(one, two)) {
                Channel caller = as("alice", through, through);
                put(caller, "k/through/" + through);
                assertThatThrownBy(() -> put(caller, "x"))
                        .hasMessageContaining("PERMISSION_DENIED: etcdserver: permission denied");
            }
            long revision = read(one);
            assertThat(read(two)).isEqualTo(revision);
            assertThat(revision).isEqualTo(1 + KEYS + 2);
            assertThat(hash(two, one, revision)).isEqualTo(hash(one, one, revision));
        }
    }

    private static void enableAuth(Channel nobody) {
        AuthGrpc.AuthBlockingStub auth = AuthGrpc.newBlockingStub(nobody);
        for (String user : List.of("root", "alice")) {
            var _ =
                    auth.userAdd(
                            AuthUserAddRequest.newBuilder()
                                    .setName(user)
                                    .setPassword(user + "-pw")
                                    .build());
            String role = user + (user.equals("root") ? "" : "-role");
            var _ = auth.roleAdd(AuthRoleAddRequest.newBuilder().setName(role).build());
            var _ =
                    auth.userGrantRole(
                            AuthUserGrantRoleRequest.newBuilder()
                                    .setUser(user)
                                    .setRole(role)
                                    .build());
        }
        Permission ofKeysWithK =
                Permission.newBuilder()
                        .setPermType(Permission.Type.READWRITE)
                        .setKey(ByteString.copyFromUtf8("k"))
                        .setRangeEnd(ByteString.copyFromUtf8("l"))
                        .build();
        var _ =
                auth.roleGrantPermission(
                        AuthRoleGrantPermissionRequest.newBuilder()
                                .setName("alice-role")
                                .setPerm(ofKeysWithK)
                                .build());
        var _ = auth.authEnable(AuthEnableRequest.getDefaultInstance());
    }

    /** A channel to a member with a token that was asked of another one. */
    private static Channel as(String user, ClusterNode asked, ClusterNode used) {
        String token =
                AuthGrpc.newBlockingStub(asked.channel())
                        .withWaitForReady()
                        .withDeadlineAfter(CALL_SECONDS, TimeUnit.SECONDS)
                        .authenticate(
                                AuthenticateRequest.newBuilder()
                                        .setName(user)
                                        .setPassword(user + "-pw")
                                        .build())
                        .getToken();
        Metadata headers = new Metadata();
        headers.put(Metadata.Key.of("token", Metadata.ASCII_STRING_MARSHALLER), token);
        return ClientInterceptors.intercept(
                used.channel(), MetadataUtils.newAttachHeadersInterceptor(headers));
    }

    private static void put(Channel caller, String key) {
        var _ =
                KVGrpc.newBlockingStub(caller)
                        .withDeadlineAfter(CALL_SECONDS, TimeUnit.SECONDS)
                        .put(PutRequest.newBuilder().setKey(ByteString.copyFromUtf8(key)).build());
    }

    /** The revision that a linearizable read finds at a member. */
    private static long read(ClusterNode node) {
        return KVGrpc.newBlockingStub(as("root", node, node))
                .range(RangeRequest.newBuilder().setKey(ByteString.copyFromUtf8("k0")).build())
                .getHeader()
                .getRevision();
    }

    private static int hash(ClusterNode node, ClusterNode asked, long revision) {
        return MaintenanceGrpc.newBlockingStub(as("root", asked, node))
                .hashKV(HashKVRequest.newBuilder().setRevision(revision).build())
                .getHash();
    }
}
