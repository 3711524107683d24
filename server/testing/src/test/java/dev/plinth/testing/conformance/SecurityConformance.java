package dev.plinth.testing.conformance;

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
import dev.plinth.client.Bytes;
import dev.plinth.client.CallOptions;
import dev.plinth.client.EtcdException;
import dev.plinth.client.Lease;
import dev.plinth.client.PlinthClient;
import dev.plinth.client.Put;
import dev.plinth.client.TlsConfig;
import dev.plinth.client.WatchCursor;
import dev.plinth.client.WatchItem;
import dev.plinth.client.WatchSignal;
import dev.plinth.client.WatchSpec;
import dev.plinth.server.interop.ClusterNode;
import dev.plinth.server.interop.ServerProcess;
import dev.plinth.server.testing.TestAuthority;
import io.grpc.Channel;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Tokens that are lost or run out, users without rights, and TLS. */
@Timeout(value = 3, unit = TimeUnit.MINUTES)
abstract class SecurityConformance {
    private static final Bytes KEY = Bytes.of("a/1");

    @TempDir Path dir;

    abstract ClusterNode node(String name, Path root);

    abstract ServerProcess start(Path dataDir, String... flags);

    private ClusterNode startWithUsers(String... flags) {
        ClusterNode node = node("one", dir);
        node.start(ClusterNode.cluster(List.of(node)), "new", List.of(flags))
                .process()
                .awaitReady();
        Channel channel = node.channel();
        AuthGrpc.AuthBlockingStub auth = AuthGrpc.newBlockingStub(channel);
        for (String user : List.of("root", "alice")) {
            String role = user.equals("root") ? "root" : "reader";
            var _ =
                    auth.userAdd(
                            AuthUserAddRequest.newBuilder()
                                    .setName(user)
                                    .setPassword("pw")
                                    .build());
            var _ = auth.roleAdd(AuthRoleAddRequest.newBuilder().setName(role).build());
            var _ =
                    auth.userGrantRole(
                            AuthUserGrantRoleRequest.newBuilder()
                                    .setUser(user)
                                    .setRole(role)
                                    .build());
        }
        var _ =
                auth.roleGrantPermission(
                        AuthRoleGrantPermissionRequest.newBuilder()
                                .setName("reader")
                                .setPerm(
                                        Permission.newBuilder()
                                                .setPermType(Permission.Type.READWRITE)
                                                .setKey(ByteString.copyFromUtf8("a/"))
                                                .setRangeEnd(ByteString.copyFromUtf8("a0")))
                                .build());
        var _ = auth.authEnable(AuthEnableRequest.getDefaultInstance());
        return node;
    }

    private static PlinthClient as(String user, ClusterNode node) {
        return PlinthClient.builder(node.endpoint()).user(user, "pw".toCharArray()).build();
    }

    @Test
    void rightsEndWhereTheyEnd() {
        try (ClusterNode node = startWithUsers();
                PlinthClient alice = as("alice", node);
                PlinthClient nobody = PlinthClient.of(node.endpoint());
                PlinthClient liar =
                        PlinthClient.builder(node.endpoint())
                                .user("alice", "wrong".toCharArray())
                                .build()) {
            alice.kv().put(KEY, Bytes.of("v"));
            assertThatThrownBy(() -> alice.kv().put(Bytes.of("b"), Bytes.of("v")))
                    .isInstanceOf(EtcdException.PermissionDenied.class);
            assertThatThrownBy(() -> nobody.kv().get(KEY))
                    .isInstanceOf(EtcdException.PermissionDenied.class);
            assertThatThrownBy(() -> liar.kv().get(KEY))
                    .isInstanceOf(EtcdException.PermissionDenied.class);
            try (WatchCursor allowed = alice.watches().open(WatchSpec.key(KEY));
                    WatchCursor refused = alice.watches().open(WatchSpec.key(Bytes.of("b")))) {
                assertThat(allowed.next()).isInstanceOf(WatchSignal.Created.class);
                assertThatThrownBy(refused::next)
                        .isInstanceOf(EtcdException.PermissionDenied.class);
                alice.kv().put(KEY, Bytes.of("w"));
                assertThat(new EventReader(allowed).next().key()).isEqualTo(KEY);
            }
        }
    }

    /** Servers keep simple tokens in memory, so that a restart makes all of them invalid. */
    @Test
    void callsAndWatchesGoOnWhenTheServerHasLostTheToken() {
        try (ClusterNode node = startWithUsers();
                PlinthClient alice = as("alice", node);
                WatchCursor watch = alice.watches().open(WatchSpec.key(KEY))) {
            assertThat(watch.next()).isInstanceOf(WatchSignal.Created.class);
            alice.kv().put(KEY, Bytes.of("1"));
            node.process().kill();
            node.startAgain().process().awaitReady();
            alice.kv().get(KEY);
            alice.kv().put(KEY, Bytes.of("2"));
            EventReader events = new EventReader(watch);
            assertThat(((WatchItem.Put) events.next()).now().value()).isEqualTo(Bytes.of("1"));
            assertThat(((WatchItem.Put) events.next()).now().value()).isEqualTo(Bytes.of("2"));
        }
    }

    /** Tokens live for a second; that it has passed is known by a lease of several. */
    @Test
    void aTokenThatHasRunOutIsReplaced() {
        try (ClusterNode node = startWithUsers("--auth-token-ttl=1");
                PlinthClient alice = as("alice", node);
                PlinthClient root = as("root", node);
                WatchCursor watch = alice.watches().open(WatchSpec.key(KEY))) {
            assertThat(watch.next()).isInstanceOf(WatchSignal.Created.class);
            alice.kv().put(KEY, Bytes.of("1"));
            Lease lease = root.leases().grant(Duration.ofSeconds(4));
            root.kv().put(Put.of(KEY, Bytes.of("2")).lease(lease.id()));
            EventReader events = new EventReader(watch);
            assertThat(((WatchItem.Put) events.next()).now().value()).isEqualTo(Bytes.of("1"));
            assertThat(((WatchItem.Put) events.next()).now().value()).isEqualTo(Bytes.of("2"));
            assertThat(events.next()).isInstanceOf(WatchItem.Delete.class);
            // A new watch on the old stream is refused for the stream's old token.
            try (WatchCursor second = alice.watches().open(WatchSpec.prefix(Bytes.of("a/")))) {
                assertThat(second.next()).isInstanceOf(WatchSignal.Created.class);
                alice.kv().put(KEY, Bytes.of("3"));
                assertThat(new EventReader(second).next().key()).isEqualTo(KEY);
                assertThat(((WatchItem.Put) events.next()).now().value()).isEqualTo(Bytes.of("3"));
            }
        }
    }

    @Test
    void tlsGoesBothWays() {
        TestAuthority authority = new TestAuthority(dir, "one");
        TestAuthority others = new TestAuthority(dir, "two");
        TestAuthority.Identity own = authority.issue("server", "server", "127.0.0.1", "localhost");
        TestAuthority.Identity user = authority.issue("client", "client", "127.0.0.1");
        ClusterNode ports = node("ports", dir);
        String url = "https://" + ports.endpoint();
        try (ports;
                ServerProcess server = startTrusting(url, own, authority)) {
            assertThat(server.handle().isAlive()).isTrue();
            TlsConfig tls =
                    TlsConfig.trusting(authority.certificate())
                            .identifiedBy(user.certificate(), user.key());
            try (PlinthClient client = PlinthClient.builder(url).tls(tls).build();
                    WatchCursor watch = client.watches().open(WatchSpec.key(KEY))) {
                assertThat(watch.next()).isInstanceOf(WatchSignal.Created.class);
                client.kv().put(KEY, Bytes.of("v"));
                assertThat(new EventReader(watch).next().key()).isEqualTo(KEY);
            }
            assertThatNothingGetsThrough(
                    url,
                    TlsConfig.trusting(others.certificate())
                            .identifiedBy(user.certificate(), user.key()));
            assertThatNothingGetsThrough(url, TlsConfig.trusting(authority.certificate()));
            assertThatNothingGetsThrough(url, tls.withServerName("elsewhere"));
        }
    }

    /** The servers change whom they trust; the client's files are exchanged as it runs. */
    @Test
    void aClientsCertificateIsReadAgain() throws IOException {
        TestAuthority authority = new TestAuthority(dir, "one");
        TestAuthority others = new TestAuthority(dir, "two");
        TestAuthority.Identity own = authority.issue("server", "server", "127.0.0.1", "localhost");
        TestAuthority.Identity before = authority.issue("before", "client", "127.0.0.1");
        TestAuthority.Identity after = others.issue("after", "client", "127.0.0.1");
        Path certificate = Files.copy(before.certificate(), dir.resolve("own.pem"));
        Path key = Files.copy(before.key(), dir.resolve("own-key.pem"));
        ClusterNode ports = node("ports", dir);
        String url = "https://" + ports.endpoint();
        try (ports;
                PlinthClient client =
                        PlinthClient.builder(url)
                                .tls(
                                        TlsConfig.trusting(authority.certificate())
                                                .identifiedBy(certificate, key))
                                .build()) {
            try (ServerProcess server = startTrusting(url, own, authority)) {
                client.kv().put(KEY, Bytes.of("v"));
                server.stop();
            }
            Files.copy(after.certificate(), certificate, StandardCopyOption.REPLACE_EXISTING);
            Files.copy(after.key(), key, StandardCopyOption.REPLACE_EXISTING);
            try (ServerProcess server = startTrusting(url, own, others)) {
                assertThat(server.handle().isAlive()).isTrue();
                assertThat(client.kv().get(KEY).orElseThrow().value()).isEqualTo(Bytes.of("v"));
            }
        }
    }

    private ServerProcess startTrusting(
            String url, TestAuthority.Identity own, TestAuthority clients) {
        return start(
                dir.resolve("data"),
                "--listen-client-urls=" + url,
                "--advertise-client-urls=" + url,
                "--cert-file=" + own.certificate(),
                "--key-file=" + own.key(),
                "--trusted-ca-file=" + clients.certificate(),
                "--client-cert-auth");
    }

    private static void assertThatNothingGetsThrough(String url, TlsConfig tls) {
        try (PlinthClient client = PlinthClient.builder(url).tls(tls).build()) {
            PlinthClient hasty =
                    client.with(CallOptions.DEFAULT.withDeadline(Duration.ofSeconds(2)));
            assertThatThrownBy(() -> hasty.kv().get(KEY))
                    .isInstanceOfAny(
                            EtcdException.Unavailable.class, EtcdException.DeadlineExceeded.class);
        }
    }
}
