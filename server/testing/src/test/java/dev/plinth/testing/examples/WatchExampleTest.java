package dev.plinth.testing.examples;

import static org.assertj.core.api.Assertions.assertThat;

import dev.plinth.client.Bytes;
import dev.plinth.client.KeepAlive;
import dev.plinth.client.KeyRange;
import dev.plinth.client.Lease;
import dev.plinth.client.ListCursor;
import dev.plinth.client.ListSignal;
import dev.plinth.client.PlinthClient;
import dev.plinth.client.Put;
import dev.plinth.client.WatchHandle;
import dev.plinth.client.WatchItem;
import dev.plinth.client.WatchSignal;
import dev.plinth.client.WatchSpec;
import dev.plinth.testing.PlinthExtension;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.function.Predicate;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;

@ExtendWith(PlinthExtension.class)
@Timeout(60)
class WatchExampleTest {
    private final Map<Bytes, Bytes> copy = new HashMap<>();

    @Test
    void readThenFollow(PlinthClient client) {
        client.kv().put(Bytes.of("conf/a"), Bytes.of("1"));
        Thread writer =
                Thread.ofVirtual().start(() -> client.kv().put(Bytes.of("conf/b"), Bytes.of("2")));
        follow(client, Bytes.of("conf/"), map -> map.size() == 2);
        assertThat(copy).hasSize(2);
        assertThat(writer.isVirtual()).isTrue();
    }

    /** Keeps a copy of all keys below a prefix. */
    void follow(PlinthClient client, Bytes prefix, Predicate<Map<Bytes, Bytes>> enough) {
        try (ListCursor cursor = client.watches().listAndWatch(KeyRange.prefix(prefix))) {
            while (!enough.test(copy)) {
                switch (cursor.next()) {
                    case ListSignal.Items list -> {
                        if (list.isFirst()) {
                            copy.clear();
                        }
                        list.items().forEach(item -> copy.put(item.key(), item.value()));
                    }
                    case ListSignal.Changes(var _, var changes) -> {
                        for (WatchItem change : changes) {
                            switch (change) {
                                case WatchItem.Put put -> copy.put(put.key(), put.now().value());
                                case WatchItem.Delete delete -> copy.remove(delete.key());
                            }
                        }
                    }
                    case ListSignal.Progress _ -> {}
                }
            }
        }
    }

    @Test
    void callbacks(PlinthClient client) throws InterruptedException {
        BlockingQueue<WatchSignal> seen = new LinkedBlockingQueue<>();
        try (WatchHandle watch =
                client.watches()
                        .listen(WatchSpec.key(Bytes.of("k")), seen::add, end -> seen.clear())) {
            assertThat(seen.take()).isInstanceOf(WatchSignal.Created.class);
            client.kv().put(Bytes.of("k"), Bytes.of("v"));
            assertThat(seen.take()).isInstanceOf(WatchSignal.Batch.class);
            assertThat(watch).isNotNull();
        }
    }

    @Test
    void leases(PlinthClient client) {
        Lease lease = client.leases().grant(Duration.ofSeconds(10));
        client.kv().put(Put.of(Bytes.of("members/me"), Bytes.EMPTY).lease(lease.id()));
        try (KeepAlive alive = lease.keepAlive()) {
            alive.onLost(
                    reason -> System.getLogger("example").log(System.Logger.Level.INFO, reason));
            assertThat(alive.isAlive()).isTrue();
        }
        Duration left = client.leases().renewOnce(lease.id());
        assertThat(left).isPositive();
        lease.revoke();
        assertThat(client.kv().get(Bytes.of("members/me"))).isEmpty();
    }
}
