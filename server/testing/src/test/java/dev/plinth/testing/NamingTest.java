package dev.plinth.testing;

import static org.assertj.core.api.Assertions.assertThat;

import dev.plinth.client.Bytes;
import dev.plinth.client.EtcdException;
import dev.plinth.client.KeyRange;
import dev.plinth.client.KeyValue;
import dev.plinth.client.PlinthClient;
import dev.plinth.client.WatchItem;
import dev.plinth.client.naming.EtcdNameResolverProvider;
import dev.plinth.client.naming.ServiceDirectory;
import dev.plinth.client.recipes.Mirror;
import io.grpc.ManagedChannel;
import io.grpc.ManagedChannelBuilder;
import io.grpc.NameResolverRegistry;
import io.grpc.health.v1.HealthCheckRequest;
import io.grpc.health.v1.HealthCheckResponse;
import io.grpc.health.v1.HealthGrpc;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;

/** Services found by name, and copies of keys. */
@ExtendWith(PlinthExtension.class)
@Timeout(value = 60, unit = TimeUnit.SECONDS)
class NamingTest {
    /** The service that is found is the server itself, whose health anybody may ask for. */
    @Test
    void channelsFindServicesThatComeLater(PlinthClient client, Endpoints endpoints) {
        EtcdNameResolverProvider provider = new EtcdNameResolverProvider(client);
        NameResolverRegistry registry = NameResolverRegistry.getDefaultRegistry();
        registry.register(provider);
        ManagedChannel channel =
                ManagedChannelBuilder.forTarget("etcd:///svc").usePlaintext().build();
        try {
            ServiceDirectory directory = new ServiceDirectory(client, "svc");
            client.kv().put(Bytes.of("svc/broken"), Bytes.of("{"));
            directory.add("one", endpoints.first(), 0);
            assertThat(directory.list()).containsOnlyKeys("one");
            assertThat(
                            HealthGrpc.newBlockingStub(channel)
                                    .withWaitForReady()
                                    .withDeadlineAfter(30, TimeUnit.SECONDS)
                                    .check(HealthCheckRequest.getDefaultInstance())
                                    .getStatus())
                    .isEqualTo(HealthCheckResponse.ServingStatus.SERVING);
            directory.remove("one");
            assertThat(directory.list()).isEmpty();
        } finally {
            channel.shutdownNow();
            registry.deregister(provider);
        }
    }

    @Test
    void aMirrorHasAllItemsAndThenAllChanges(PlinthClient client) throws InterruptedException {
        BlockingQueue<String> told = new LinkedBlockingQueue<>();
        client.kv().put(Bytes.of("m/1"), Bytes.of("a"));
        Thread follower = Thread.ofVirtual().start(() -> follow(client, new Recorder(told)));
        assertThat(told.take()).isEqualTo("begin");
        assertThat(told.take()).isEqualTo("item m/1");
        assertThat(told.take()).isEqualTo("complete");
        client.kv().put(Bytes.of("m/2"), Bytes.of("b"));
        assertThat(told.take()).isEqualTo("change m/2");
        client.kv().delete(Bytes.of("m/1"));
        assertThat(told.take()).isEqualTo("change m/1");
        follower.interrupt();
        follower.join();
    }

    private static void follow(PlinthClient client, Mirror.Sink sink) {
        try {
            Mirror.follow(client, KeyRange.prefix(Bytes.of("m/")), sink);
        } catch (EtcdException.Cancelled e) {
            assertThat(e).hasMessage("interrupted");
        }
    }

    private record Recorder(BlockingQueue<String> told) implements Mirror.Sink {
        @Override
        public void begin(long revision) {
            told.add("begin");
        }

        @Override
        public void item(KeyValue item) {
            told.add("item " + item.key());
        }

        @Override
        public void complete(long revision) {
            told.add("complete");
        }

        @Override
        public void change(WatchItem change) {
            told.add("change " + change.key());
        }
    }
}
