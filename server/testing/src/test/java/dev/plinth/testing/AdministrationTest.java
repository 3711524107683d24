package dev.plinth.testing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.plinth.client.Bytes;
import dev.plinth.client.ClusterMember;
import dev.plinth.client.EtcdException;
import dev.plinth.client.KeyRange;
import dev.plinth.client.MemberStatus;
import dev.plinth.client.Permission;
import dev.plinth.client.PlinthClient;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Members, maintenance, users. */
@Timeout(value = 60, unit = TimeUnit.SECONDS)
class AdministrationTest {
    @Test
    void membersAreListedAndUsed() {
        try (PlinthServer server = PlinthServer.builder().members(3).start();
                PlinthClient client = PlinthClient.of(server.endpoint())) {
            List<ClusterMember> members = client.cluster().members();
            assertThat(members)
                    .extracting(ClusterMember::name)
                    .containsExactlyInAnyOrder("m1", "m2", "m3");
            client.sync();
            assertThat(client.endpoints())
                    .containsExactlyInAnyOrderElementsOf(
                            server.endpoints().stream().map(one -> "http://" + one).toList());
            MemberStatus status = client.maintenance().status();
            assertThat(status.version()).startsWith("3.");
            assertThat(members).extracting(ClusterMember::id).contains(status.leader());
            long gone =
                    members.stream()
                            .map(ClusterMember::id)
                            .filter(id -> id != status.leader())
                            .findFirst()
                            .orElseThrow();
            assertThatThrownBy(() -> client.cluster().remove(42))
                    .isInstanceOf(EtcdException.class)
                    .hasMessage("etcdserver: member not found");
            assertThat(members).extracting(ClusterMember::id).contains(gone);
        }
    }

    @Test
    void aSnapshotIsADatabaseWithItsCheckSum() throws IOException {
        try (PlinthServer server = PlinthServer.start()) {
            server.client().kv().put(Bytes.of("k"), Bytes.of("v"));
            ByteArrayOutputStream file = new ByteArrayOutputStream();
            long bytes = server.client().maintenance().snapshot(file);
            assertThat(file.size()).isEqualTo((int) bytes);
            assertThat(bytes % 512).isEqualTo(32);
            server.client().maintenance().defragment();
            assertThat(server.client().maintenance().hash(0))
                    .isEqualTo(server.client().maintenance().hash(0));
        }
    }

    @Test
    void usersDoWhatTheirRolesAllow() {
        try (PlinthServer server = PlinthServer.start()) {
            var auth = server.client().auth();
            for (String user : List.of("root", "alice")) {
                auth.addUser(user, "pw".toCharArray());
                auth.addRole(user);
                auth.grantRole(user, user);
            }
            auth.grantPermission(
                    "alice",
                    new Permission(Permission.Access.READ_WRITE, KeyRange.prefix(Bytes.of("a/"))));
            assertThat(auth.users()).containsExactlyInAnyOrder("root", "alice");
            assertThat(auth.roles()).containsExactlyInAnyOrder("root", "alice");
            assertThat(auth.rolesOf("alice")).containsExactly("alice");
            assertThat(auth.isEnabled()).isFalse();
            auth.enable();
            try (PlinthClient alice =
                            PlinthClient.builder(server.endpoint())
                                    .user("alice", "pw".toCharArray())
                                    .build();
                    PlinthClient root =
                            PlinthClient.builder(server.endpoint())
                                    .user("root", "pw".toCharArray())
                                    .build()) {
                alice.kv().put(Bytes.of("a/1"), Bytes.of("v"));
                assertThatThrownBy(() -> alice.kv().get(Bytes.of("b")))
                        .isInstanceOf(EtcdException.PermissionDenied.class);
                root.auth().revokePermission("alice", KeyRange.prefix(Bytes.of("a/")));
                assertThatThrownBy(() -> alice.kv().get(Bytes.of("a/1")))
                        .isInstanceOf(EtcdException.PermissionDenied.class);
                root.auth().disable();
            }
        }
    }
}
