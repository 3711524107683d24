package dev.plinth.testing;

import static dev.plinth.testing.JetcdExpectations.answer;
import static dev.plinth.testing.JetcdExpectations.bytes;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.plinth.server.boot.EmbeddedMember;
import dev.plinth.server.log.LogLevel;
import dev.plinth.server.log.LogSink;
import dev.plinth.server.testing.TestAuthority;
import io.etcd.jetcd.Auth;
import io.etcd.jetcd.Client;
import io.etcd.jetcd.ClientBuilder;
import io.etcd.jetcd.auth.Permission;
import io.grpc.netty.GrpcSslContexts;
import java.nio.file.Path;
import java.security.cert.CertPathBuilderException;
import java.time.Duration;
import java.time.InstantSource;
import java.time.ZoneOffset;
import java.util.List;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Users and certificates with etcd's Java client. */
@Timeout(value = 60, unit = TimeUnit.SECONDS)
class JetcdSecurityTest {
    @TempDir Path dir;

    @Test
    void usersDoWhatTheirRolesAllow() {
        try (PlinthServer server = PlinthServer.start();
                Client before = to(server).build()) {
            Auth auth = before.getAuthClient();
            for (String user : List.of("root", "alice")) {
                answer(auth.userAdd(bytes(user), bytes("secret of " + user)));
                answer(auth.roleAdd(bytes(user)));
                answer(auth.userGrantRole(bytes(user), bytes(user)));
            }
            answer(
                    auth.roleGrantPermission(
                            bytes("alice"), bytes("a/"), bytes("a0"), Permission.Type.READWRITE));
            answer(auth.authEnable());
            try (Client root = as("root", server);
                    Client alice = as("alice", server);
                    Client mallory =
                            to(server).user(bytes("alice")).password(bytes("guessed")).build()) {
                answer(alice.getKVClient().put(bytes("a/1"), bytes("v")));
                assertThatThrownBy(() -> answer(alice.getKVClient().put(bytes("b"), bytes("v"))))
                        .cause()
                        .hasMessageContaining("etcdserver: permission denied");
                assertThatThrownBy(() -> answer(alice.getAuthClient().userList()))
                        .cause()
                        .hasMessageContaining("etcdserver: permission denied");
                assertThatThrownBy(() -> answer(before.getKVClient().get(bytes("a/1"))))
                        .cause()
                        .hasMessageContaining("etcdserver: user name is empty");
                assertThatThrownBy(() -> answer(mallory.getKVClient().get(bytes("a/1"))))
                        .rootCause()
                        .hasMessageContaining("invalid user ID or password");
                assertThat(answer(root.getAuthClient().userList()).getUsers())
                        .containsExactlyInAnyOrder("root", "alice");
                answer(
                        root.getAuthClient()
                                .roleRevokePermission(bytes("alice"), bytes("a/"), bytes("a0")));
                // The token is of the older rules: the client logs in anew by itself, then is
                // refused.
                assertThatThrownBy(() -> answer(alice.getKVClient().get(bytes("a/1"))))
                        .cause()
                        .hasMessageContaining("etcdserver: permission denied");
                answer(root.getAuthClient().authDisable());
            }
        }
    }

    @Test
    void certificatesAreCheckedBothWays() throws Exception {
        TestAuthority authority = new TestAuthority(dir, "ours");
        TestAuthority stranger = new TestAuthority(dir, "strange");
        TestAuthority.Identity server = authority.issue("server", "server", "127.0.0.1");
        TestAuthority.Identity client = authority.issue("client", "client");
        MemberPorts ports = MemberPorts.draw(1).getFirst();
        String address = "https://" + ports.endpoint();
        LogSink silent =
                new LogSink(
                        InstantSource.system(),
                        ZoneOffset.UTC,
                        new LogSink.Settings(LogLevel.INFO, LogSink.Format.CONSOLE, List.of()));
        try (EmbeddedMember member =
                EmbeddedMember.start(
                        List.of(
                                "--data-dir=" + dir.resolve("data"),
                                "--listen-client-urls=" + address,
                                "--advertise-client-urls=" + address,
                                "--listen-peer-urls=" + ports.peerUrl(),
                                "--initial-advertise-peer-urls=" + ports.peerUrl(),
                                "--initial-cluster=default=" + ports.peerUrl(),
                                "--unsafe-no-fsync",
                                "--cert-file=" + server.certificate(),
                                "--key-file=" + server.key(),
                                "--client-cert-auth",
                                "--trusted-ca-file=" + authority.certificate()),
                        silent,
                        () -> {})) {
            member.awaitServing(Duration.ofSeconds(30));
            try (Client trusted = over(address, authority, client)) {
                answer(trusted.getKVClient().put(bytes("k"), bytes("v")));
                assertThat(answer(trusted.getKVClient().get(bytes("k"))).getCount()).isEqualTo(1);
            }
            try (Client unknown = over(address, authority, stranger.issue("x", "x"));
                    Client doubting = over(address, stranger, client)) {
                assertThatThrownBy(() -> answer(unknown.getKVClient().get(bytes("k"))))
                        .rootCause()
                        .isInstanceOf(SSLException.class);
                assertThatThrownBy(() -> answer(doubting.getKVClient().get(bytes("k"))))
                        .rootCause()
                        .isInstanceOf(CertPathBuilderException.class);
            }
        }
    }

    private static ClientBuilder to(PlinthServer server) {
        return Client.builder().endpoints("http://" + server.endpoint());
    }

    private static Client as(String user, PlinthServer server) {
        return to(server).user(bytes(user)).password(bytes("secret of " + user)).build();
    }

    private static Client over(
            String address, TestAuthority trusted, TestAuthority.Identity identity)
            throws SSLException {
        return Client.builder()
                .endpoints(address)
                .waitForReady(false)
                .retryMaxAttempts(1)
                .sslContext(
                        GrpcSslContexts.forClient()
                                .trustManager(trusted.certificate().toFile())
                                .keyManager(
                                        identity.certificate().toFile(), identity.key().toFile())
                                .build())
                .build();
    }
}
