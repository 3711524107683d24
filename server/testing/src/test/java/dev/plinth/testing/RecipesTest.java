package dev.plinth.testing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.plinth.client.Bytes;
import dev.plinth.client.Cmp;
import dev.plinth.client.EtcdException;
import dev.plinth.client.KeyValue;
import dev.plinth.client.PlinthClient;
import dev.plinth.client.Put;
import dev.plinth.client.Txn;
import dev.plinth.client.recipes.Barrier;
import dev.plinth.client.recipes.DoubleBarrier;
import dev.plinth.client.recipes.Election;
import dev.plinth.client.recipes.Isolation;
import dev.plinth.client.recipes.Mutex;
import dev.plinth.client.recipes.Session;
import dev.plinth.client.recipes.SessionLostException;
import dev.plinth.client.recipes.Stm;
import dev.plinth.client.recipes.WorkQueue;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

@ExtendWith(PlinthExtension.class)
@Timeout(value = 60, unit = TimeUnit.SECONDS)
class RecipesTest {
    private static final Bytes NAME = Bytes.of("name");

    private static Bytes number(long value) {
        return Bytes.of(String.valueOf(value));
    }

    private static void allOf(int threads, Callable<?> body) throws Exception {
        try (ExecutorService executor = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Future<?>> running = new ArrayList<>();
            for (int i = 0; i < threads; i++) {
                running.add(executor.submit(body));
            }
            for (Future<?> one : running) {
                one.get();
            }
        }
    }

    @Test
    void aMutexExcludesAndItsTokensGrow(PlinthClient client) throws Exception {
        AtomicInteger inside = new AtomicInteger();
        List<Long> tokens = Collections.synchronizedList(new ArrayList<>());
        allOf(
                8,
                () -> {
                    try (Session session = Session.open(client)) {
                        for (int i = 0; i < 5; i++) {
                            try (Mutex.Held held = session.mutex(NAME).lock()) {
                                assertThat(inside.incrementAndGet()).isEqualTo(1);
                                tokens.add(held.fencingToken());
                                inside.decrementAndGet();
                            }
                        }
                    }
                    return null;
                });
        assertThat(tokens).hasSize(40).isSorted().doesNotHaveDuplicates();
    }

    @Test
    void aLockThatIsTakenIsNotWaitedForLongerThanAsked(PlinthClient client) {
        try (Session one = Session.open(client);
                Session two = Session.open(client)) {
            Mutex.Held held = one.mutex(NAME).lock();
            assertThat(two.mutex(NAME).tryLock()).isEmpty();
            assertThat(two.mutex(NAME).tryLock(Duration.ofMillis(50))).isEmpty();
            assertThat(
                            client.kv()
                                    .txn(Txn.when(held.stillHeld()).then(Put.of(NAME, NAME)))
                                    .succeeded())
                    .isTrue();
            held.close();
            assertThat(
                            client.kv()
                                    .txn(Txn.when(held.stillHeld()).then(Put.of(NAME, NAME)))
                                    .succeeded())
                    .isFalse();
            assertThat(two.mutex(NAME).tryLock()).isPresent();
        }
    }

    @Test
    void theLockOfAClosedSessionGoesToTheNextAndALostSessionWaitsNoMore(PlinthClient client)
            throws Exception {
        try (ExecutorService executor = Executors.newVirtualThreadPerTaskExecutor();
                Session two = Session.open(client);
                Session three = Session.open(client)) {
            Session one = Session.open(client);
            Mutex.Held first = one.mutex(NAME).lock();
            assertThat(first.isHeld()).isTrue();
            Future<Mutex.Held> second = executor.submit(() -> two.mutex(NAME).lock());
            one.close();
            assertThat(first.isHeld()).isFalse();
            assertThat(second.get().fencingToken()).isGreaterThan(first.fencingToken());
            Future<Mutex.Held> third = executor.submit(() -> three.mutex(NAME).lock());
            client.leases().revoke(three.lease());
            assertThatThrownBy(third::get)
                    .hasCauseInstanceOf(Exception.class)
                    .cause()
                    .isInstanceOfAny(SessionLostException.class, EtcdException.LeaseNotFound.class);
        }
    }

    @Test
    void anElectionHasOneLeaderWhoseValueAllSee(PlinthClient client) throws Exception {
        try (ExecutorService executor = Executors.newVirtualThreadPerTaskExecutor();
                Session one = Session.open(client);
                Session two = Session.open(client)) {
            Election election = one.election(NAME);
            assertThat(election.leader()).isEmpty();
            Election.Leadership first = election.campaign(Bytes.of("one"));
            Future<Election.Leadership> next =
                    executor.submit(() -> two.election(NAME).campaign(Bytes.of("two")));
            assertThat(election.leader().map(KeyValue::value)).contains(Bytes.of("one"));
            first.proclaim(Bytes.of("uno"));
            assertThat(election.leader().map(KeyValue::value)).contains(Bytes.of("uno"));
            first.close();
            Election.Leadership second = next.get();
            assertThat(election.leader().map(KeyValue::value)).contains(Bytes.of("two"));
            assertThat(second.fencingToken()).isGreaterThan(first.fencingToken());
            assertThatThrownBy(() -> first.proclaim(Bytes.of("eins")))
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessage("election: not leader");
        }
    }

    @ParameterizedTest
    @EnumSource(names = {"SERIALIZABLE_SNAPSHOT", "SERIALIZABLE", "REPEATABLE_READS"})
    void transactionsInMemoryLoseNoUpdate(Isolation isolation, PlinthClient client)
            throws Exception {
        Bytes from = Bytes.of("from");
        Bytes to = Bytes.of("to");
        client.kv().put(from, number(100));
        client.kv().put(to, number(0));
        allOf(
                4,
                () -> {
                    for (int i = 0; i < 10; i++) {
                        new Stm(client, isolation)
                                .transact(tx -> {
                                    long left = value(tx, from) - 1;
                                    tx.put(from, number(left));
                                    tx.put(to, number(value(tx, to) + 1));
                                    return left;
                                });
                    }
                    return null;
                });
        assertThat(client.kv().get(from).orElseThrow().value()).isEqualTo(number(60));
        assertThat(client.kv().get(to).orElseThrow().value()).isEqualTo(number(40));
    }

    private static long value(Stm.Tx tx, Bytes key) {
        return Long.parseLong(tx.get(key).orElseThrow().utf8());
    }

    @Test
    void aTransactionInMemorySeesItsOwnWrites(PlinthClient client) {
        client.kv().put(NAME, Bytes.of("old"));
        new Stm(client, Isolation.SERIALIZABLE_SNAPSHOT)
                .transact(tx -> {
                    assertThat(tx.revision(NAME)).isPositive();
                    tx.delete(NAME);
                    assertThat(tx.get(NAME)).isEmpty();
                    tx.put(Bytes.of("new"), Bytes.of("v"));
                    assertThat(tx.get(Bytes.of("new"))).contains(Bytes.of("v"));
                    return "";
                });
        assertThat(client.kv().get(NAME)).isEmpty();
        assertThat(client.kv().txn(Txn.when(Cmp.present(Bytes.of("new")))).succeeded()).isTrue();
    }

    @Test
    void aBarrierHoldsUntilItIsReleased(PlinthClient client) throws Exception {
        Barrier barrier = new Barrier(client, NAME);
        barrier.await();
        assertThat(barrier.hold()).isTrue();
        assertThat(barrier.hold()).isFalse();
        try (ExecutorService executor = Executors.newVirtualThreadPerTaskExecutor()) {
            Future<?> waiting = executor.submit(barrier::await);
            barrier.release();
            waiting.get();
        }
    }

    @Test
    void sessionsEnterAndLeaveTogether(PlinthClient client) throws Exception {
        AtomicInteger entered = new AtomicInteger();
        AtomicInteger leaving = new AtomicInteger();
        allOf(
                3,
                () -> {
                    try (Session session = Session.open(client)) {
                        DoubleBarrier place = new DoubleBarrier(session, NAME, 3);
                        entered.incrementAndGet();
                        place.enter();
                        assertThat(entered).hasValue(3);
                        leaving.incrementAndGet();
                        place.leave();
                        assertThat(leaving).hasValue(3);
                    }
                    return null;
                });
    }

    @Test
    void aQueueHandsEachValueToOneTaker(PlinthClient client) throws Exception {
        WorkQueue queue = new WorkQueue(client, NAME);
        assertThat(queue.poll()).isEmpty();
        queue.add(Bytes.of("late"), 7);
        queue.add(Bytes.of("first"));
        queue.add(Bytes.of("second"));
        assertThat(queue.take()).isEqualTo(Bytes.of("first"));
        assertThat(queue.take()).isEqualTo(Bytes.of("second"));
        assertThat(queue.take()).isEqualTo(Bytes.of("late"));
        try (ExecutorService executor = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Future<Bytes>> takers = new ArrayList<>();
            for (int i = 0; i < 10; i++) {
                takers.add(executor.submit(queue::take));
            }
            for (int i = 0; i < 10; i++) {
                queue.add(number(i));
            }
            List<Bytes> taken = new ArrayList<>();
            for (Future<Bytes> taker : takers) {
                taken.add(taker.get());
            }
            assertThat(taken).hasSize(10).doesNotHaveDuplicates();
        }
    }
}
