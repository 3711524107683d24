package dev.plinth.testing.examples;

import static org.assertj.core.api.Assertions.assertThat;

import dev.plinth.client.Alarm;
import dev.plinth.client.Bytes;
import dev.plinth.client.ClusterMember;
import dev.plinth.client.KeyRange;
import dev.plinth.client.MemberStatus;
import dev.plinth.client.Permission;
import dev.plinth.client.PlinthClient;
import dev.plinth.client.TlsConfig;
import dev.plinth.client.naming.EtcdNameResolverProvider;
import dev.plinth.client.naming.ServiceDirectory;
import dev.plinth.testing.Endpoints;
import dev.plinth.testing.PlinthExtension;
import dev.plinth.testing.PlinthServer;
import io.grpc.ManagedChannel;
import io.grpc.ManagedChannelBuilder;
import io.grpc.NameResolverRegistry;
import io.grpc.health.v1.HealthCheckRequest;
import io.grpc.health.v1.HealthGrpc;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

@ExtendWith(PlinthExtension.class)
@Timeout(60)
class OperationsExampleTest {
    @Test
    void users() {
        try (PlinthServer server = PlinthServer.start()) {
            PlinthClient client = server.client();
            for (String name : List.of("root", "billing")) {
                client.auth().addUser(name, "secret".toCharArray());
                client.auth().addRole(name);
                client.auth().grantRole(name, name);
            }
            KeyRange invoices = KeyRange.prefix(Bytes.of("invoices/"));
            client.auth()
                    .grantPermission(
                            "billing", new Permission(Permission.Access.READ_WRITE, invoices));
            client.auth().enable();
            try (PlinthClient billing =
                    PlinthClient.builder(server.endpoint())
                            .user("billing", "secret".toCharArray())
                            .build()) {
                billing.kv().put(Bytes.of("invoices/1"), Bytes.of("42"));
            }
        }
    }

    @Test
    void membersAndBackups(PlinthClient client, @TempDir Path folder) throws IOException {
        Path backup = folder.resolve("backup.db");
        for (ClusterMember member : client.cluster().members()) {
            assertThat(member.isLearner()).isFalse();
        }
        MemberStatus status = client.maintenance().status();
        try (OutputStream file = Files.newOutputStream(backup)) {
            client.maintenance().snapshot(file);
        }
        for (Alarm alarm : client.maintenance().alarms()) {
            client.maintenance().disarm(alarm);
        }
        assertThat(Files.size(backup)).isGreaterThan(status.databaseBytes() / 2);
    }

    @Test
    void aClientThatLooksAfterItself(Endpoints endpoints) {
        PlinthClient careful =
                PlinthClient.builder(endpoints.first())
                        .autoSync(Duration.ofMinutes(5))
                        .rejectOldCluster(true)
                        .executor(Runnable::run)
                        .build();
        try (careful) {
            assertThat(careful.kv().get(Bytes.of("k"))).isEmpty();
        }
    }

    @Test
    void servicesByName(PlinthClient client, Endpoints endpoints) {
        NameResolverRegistry.getDefaultRegistry().register(new EtcdNameResolverProvider(client));
        new ServiceDirectory(client, "shop").add("shop-1", endpoints.first(), 0);
        ManagedChannel channel =
                ManagedChannelBuilder.forTarget("etcd:///shop").usePlaintext().build();
        try {
            var health = HealthGrpc.newBlockingStub(channel).withWaitForReady();
            assertThat(health.check(HealthCheckRequest.getDefaultInstance())).isNotNull();
        } finally {
            channel.shutdownNow();
        }
    }

    /** What the tests of {@code dev.plinth.testing.conformance} try with real certificates. */
    static PlinthClient secured(Path authority, Path certificate, Path key) {
        return PlinthClient.builder("https://a.example:2379", "https://b.example:2379")
                .tls(TlsConfig.trusting(authority).identifiedBy(certificate, key))
                .build();
    }
}
