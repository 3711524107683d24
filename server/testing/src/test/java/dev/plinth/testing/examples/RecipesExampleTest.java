package dev.plinth.testing.examples;

import static org.assertj.core.api.Assertions.assertThat;

import dev.plinth.client.Bytes;
import dev.plinth.client.PlinthClient;
import dev.plinth.client.Put;
import dev.plinth.client.Txn;
import dev.plinth.client.recipes.Barrier;
import dev.plinth.client.recipes.DoubleBarrier;
import dev.plinth.client.recipes.Election;
import dev.plinth.client.recipes.Isolation;
import dev.plinth.client.recipes.LeaderCursor;
import dev.plinth.client.recipes.Mutex;
import dev.plinth.client.recipes.Session;
import dev.plinth.client.recipes.Stm;
import dev.plinth.client.recipes.WorkQueue;
import dev.plinth.testing.PlinthExtension;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;

@ExtendWith(PlinthExtension.class)
@Timeout(60)
class RecipesExampleTest {
    @Test
    void locks(PlinthClient client) {
        try (Session session = Session.open(client, Duration.ofSeconds(15));
                Mutex.Held held = session.mutex(Bytes.of("locks/report")).lock()) {
            boolean written =
                    client.kv()
                            .txn(
                                    Txn.when(held.stillHeld())
                                            .then(Put.of(Bytes.of("report"), Bytes.of("done"))))
                            .succeeded();
            assertThat(written).isTrue();
        }
    }

    @Test
    void elections(PlinthClient client) {
        try (Session session = Session.open(client);
                Election.Leadership lead =
                        session.election(Bytes.of("leader")).campaign(Bytes.of("host-1"))) {
            lead.proclaim(Bytes.of("host-1:8080"));
            assertThat(lead.isHeld()).isTrue();
            try (LeaderCursor leaders = session.election(Bytes.of("leader")).observe()) {
                assertThat(leaders.next().value()).isEqualTo(Bytes.of("host-1:8080"));
            }
        }
    }

    @Test
    void transactionsInMemory(PlinthClient client) {
        client.kv().put(Bytes.of("hits"), Bytes.of("41"));
        long hits =
                new Stm(client, Isolation.SERIALIZABLE_SNAPSHOT)
                        .transact(tx -> {
                            long next =
                                    Long.parseLong(tx.get(Bytes.of("hits")).orElseThrow().utf8())
                                            + 1;
                            tx.put(Bytes.of("hits"), Bytes.of(String.valueOf(next)));
                            return next;
                        });
        assertThat(hits).isEqualTo(42);
    }

    @Test
    void barriersAndQueues(PlinthClient client) {
        Barrier barrier = new Barrier(client, Bytes.of("start"));
        barrier.hold();
        barrier.release();
        barrier.await();

        WorkQueue queue = new WorkQueue(client, Bytes.of("queue"));
        queue.add(Bytes.of("urgent"), 1);
        queue.add(Bytes.of("later"), 50);
        assertThat(queue.take()).isEqualTo(Bytes.of("urgent"));

        try (Session session = Session.open(client)) {
            DoubleBarrier together = new DoubleBarrier(session, Bytes.of("phase"), 1);
            together.enter();
            together.leave();
        }
    }
}
