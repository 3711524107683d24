package dev.plinth.testing.examples;

import static org.assertj.core.api.Assertions.assertThat;

import dev.plinth.client.Bytes;
import dev.plinth.client.Cmp;
import dev.plinth.client.EtcdException;
import dev.plinth.client.KeyValue;
import dev.plinth.client.PlinthClient;
import dev.plinth.client.Put;
import dev.plinth.client.PutResult;
import dev.plinth.client.Range;
import dev.plinth.client.RangeResult;
import dev.plinth.client.SortOrder;
import dev.plinth.client.SortTarget;
import dev.plinth.client.Txn;
import dev.plinth.client.TxnResult;
import dev.plinth.testing.Endpoints;
import dev.plinth.testing.PlinthExtension;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

@ExtendWith(PlinthExtension.class)
class KeysExampleTest {
    @Test
    void longLists(PlinthClient client) {
        client.kv().put(Bytes.of("jobs/1"), Bytes.of("42"));
        long bytes;
        try (Stream<KeyValue> items = client.kv().stream(Range.prefix(Bytes.of("jobs/")))) {
            bytes = items.mapToLong(item -> item.value().size()).sum();
        }
        assertThat(bytes).isEqualTo(2);
    }

    @Test
    void firstSteps(Endpoints endpoints) {
        String endpoint = endpoints.first();
        try (PlinthClient client = PlinthClient.of(endpoint)) {
            client.kv().put(Bytes.of("greeting"), Bytes.of("hello"));
            Optional<KeyValue> item = client.kv().get(Bytes.of("greeting"));
            assertThat(item.orElseThrow().value().utf8()).isEqualTo("hello");
        }
    }

    @Test
    void ranges(PlinthClient client) {
        client.kv().put(Bytes.of("jobs/1"), Bytes.of("a"));
        client.kv().put(Bytes.of("jobs/2"), Bytes.of("b"));
        RangeResult newest =
                client.kv()
                        .range(
                                Range.prefix(Bytes.of("jobs/"))
                                        .sortBy(SortTarget.MOD_REVISION, SortOrder.DESCENDING)
                                        .limit(1));
        assertThat(newest.items().getFirst().key()).isEqualTo(Bytes.of("jobs/2"));
        assertThat(newest.count()).isEqualTo(2);
        try (Stream<KeyValue> all = client.kv().stream(Range.prefix(Bytes.of("jobs/")))) {
            assertThat(all).hasSize(2);
        }
    }

    @Test
    void transactions(PlinthClient client) {
        Bytes owner = Bytes.of("owner");
        TxnResult result =
                client.kv()
                        .txn(
                                Txn.when(Cmp.absent(owner))
                                        .then(Put.of(owner, Bytes.of("me")))
                                        .orElse(Range.key(owner)));
        assertThat(result.succeeded()).isTrue();
    }

    @Test
    void withoutWaiting(PlinthClient client) {
        CompletableFuture<PutResult> first = client.kv().async().put(Bytes.of("a"), Bytes.of("1"));
        CompletableFuture<PutResult> second = client.kv().async().put(Bytes.of("b"), Bytes.of("2"));
        CompletableFuture.allOf(first, second).join();
        assertThat(client.kv().range(Range.all()).count()).isEqualTo(2);
    }

    @Test
    void writesThatNobodyAnswered(PlinthClient client) {
        Bytes key = Bytes.of("counter");
        try {
            client.kv().put(key, Bytes.of("1"));
        } catch (EtcdException.OutcomeUnknown e) {
            // It may have been done: look before doing it again.
            boolean done =
                    client.kv().get(key).filter(i -> i.value().equals(Bytes.of("1"))).isPresent();
            assertThat(done).isIn(true, false);
        } catch (EtcdException.Unavailable e) {
            // It was never sent: it may be done again.
            client.kv().put(key, Bytes.of("1"));
        }
        assertThat(client.kv().get(key)).isPresent();
    }

    @Test
    void views(PlinthClient client) {
        PlinthClient tenant = client.namespace(Bytes.of("tenants/7/"));
        tenant.kv().put(Bytes.of("name"), Bytes.of("seven"));
        assertThat(client.kv().get(Bytes.of("tenants/7/name"))).isPresent();

        PlinthClient ordered = client.ordered();
        RangeResult read = ordered.kv().range(Range.all().serializable());
        assertThat(read.count()).isEqualTo(1);
    }
}
