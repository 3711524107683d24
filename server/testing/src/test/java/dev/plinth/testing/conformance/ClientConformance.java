package dev.plinth.testing.conformance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.plinth.client.Bytes;
import dev.plinth.client.Cmp;
import dev.plinth.client.Delete;
import dev.plinth.client.DeleteResult;
import dev.plinth.client.EtcdException;
import dev.plinth.client.KeepAlive;
import dev.plinth.client.KeyRange;
import dev.plinth.client.KeyValue;
import dev.plinth.client.Kv;
import dev.plinth.client.Lease;
import dev.plinth.client.LossReason;
import dev.plinth.client.PlinthClient;
import dev.plinth.client.Put;
import dev.plinth.client.Range;
import dev.plinth.client.RangeResult;
import dev.plinth.client.SortOrder;
import dev.plinth.client.SortTarget;
import dev.plinth.client.Txn;
import dev.plinth.client.TxnResult;
import dev.plinth.client.WatchCursor;
import dev.plinth.client.WatchItem;
import dev.plinth.client.WatchSignal;
import dev.plinth.client.WatchSpec;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What the client promises, on one member, whoever made it. Each test has keys of its own. */
abstract class ClientConformance extends ListingConformance {
    @Test
    void keysAreWrittenReadAndDeleted() {
        Kv kv = client.kv();
        assertThat(kv.get(b("a"))).isEmpty();
        long first = kv.put(b("a"), b("1")).header().revision();
        assertThat(kv.put(Put.of(b("a"), b("2")).withPrevious()).previous().orElseThrow().value())
                .isEqualTo(b("1"));
        KeyValue now = kv.get(b("a")).orElseThrow();
        assertThat(now.value()).isEqualTo(b("2"));
        assertThat(now.version()).isEqualTo(2);
        assertThat(now.createRevision()).isEqualTo(first);
        assertThat(kv.range(Range.key(b("a")).at(first)).first().orElseThrow().value())
                .isEqualTo(b("1"));
        DeleteResult deleted = kv.delete(Delete.key(b("a")).withPrevious());
        assertThat(deleted.deleted()).isEqualTo(1);
        assertThat(deleted.previous().getFirst().value()).isEqualTo(b("2"));
        assertThat(kv.get(b("a"))).isEmpty();
    }

    @Test
    void rangesAreSortedLimitedAndPaged() {
        Kv kv = client.kv();
        for (int i = 0; i < 250; i++) {
            kv.put(b("k%03d".formatted(i)), b(String.valueOf(250 - i)));
        }
        RangeResult last =
                kv.range(
                        Range.all().sortBy(SortTarget.MOD_REVISION, SortOrder.DESCENDING).limit(2));
        assertThat(last.items()).extracting(KeyValue::key).containsExactly(b("k249"), b("k248"));
        assertThat(last.more()).isTrue();
        assertThat(last.count()).isEqualTo(250);
        assertThat(kv.range(Range.all().countOnly()).items()).isEmpty();
        assertThat(kv.range(Range.prefix(b("k00")).keysOnly()).items())
                .hasSize(10)
                .allMatch(item -> item.value().isEmpty());
        assertThat(kv.range(Range.of(KeyRange.between(b("k010"), b("k012")))).items()).hasSize(2);
        assertThat(kv.stream(Range.all()).map(item -> item.key().utf8()))
                .hasSize(250)
                .isSorted()
                .doesNotHaveDuplicates();
        assertThat(kv.stream(Range.all().limit(120))).hasSize(120);
    }

    @Test
    void pagesAreOfOneRevision() {
        Kv kv = client.kv();
        for (int i = 0; i < 150; i++) {
            kv.put(b("k%03d".formatted(i)), b("old"));
        }
        var pages = kv.stream(Range.prefix(b("k"))).iterator();
        assertThat(pages.next().value()).isEqualTo(b("old"));
        kv.put(b("k149"), b("new"));
        KeyValue last = pages.next();
        while (pages.hasNext()) {
            last = pages.next();
        }
        assertThat(last.key()).isEqualTo(b("k149"));
        assertThat(last.value()).isEqualTo(b("old"));
    }

    @Test
    void transactionsChooseByTheirConditions() {
        Kv kv = client.kv();
        Txn claim =
                Txn.when(Cmp.absent(b("lock")))
                        .then(Put.of(b("lock"), b("mine")))
                        .orElse(Range.key(b("lock")), Txn.of(Range.all().countOnly()));
        assertThat(kv.txn(claim).succeeded()).isTrue();
        TxnResult second = kv.txn(claim);
        assertThat(second.succeeded()).isFalse();
        assertThat(second.range(0).first().orElseThrow().value()).isEqualTo(b("mine"));
        assertThat(((TxnResult) second.results().get(1)).range(0).count()).isEqualTo(1);
        assertThat(kv.txn(Txn.when(Cmp.value(b("lock")).is(b("mine")))).succeeded()).isTrue();
        assertThat(kv.txn(Txn.when(Cmp.version(KeyRange.all()).isLessThan(1))).succeeded())
                .isFalse();
    }

    @Test
    void refusalsHaveTheirTypes() {
        assertThatThrownBy(() -> whole.kv().put(Bytes.EMPTY, b("v")))
                .isInstanceOf(EtcdException.Refused.class)
                .hasMessage("etcdserver: key is not provided");
        assertThatThrownBy(() -> client.kv().put(Put.of(b("a"), b("v")).lease(99)))
                .isInstanceOf(EtcdException.LeaseNotFound.class);
        assertThatThrownBy(() -> client.kv().range(Range.all().at(Long.MAX_VALUE)))
                .isInstanceOf(EtcdException.Refused.class)
                .hasMessage("etcdserver: mvcc: required revision is a future revision");
    }

    @Test
    void aWatchTellsChangesFromTheRevisionAskedFor() {
        Kv kv = client.kv();
        long first = kv.put(b("a"), b("1")).header().revision();
        kv.txn(Txn.of(Put.of(b("a"), b("2")), Put.of(b("b"), b("1"))));
        kv.delete(b("a"));
        try (WatchCursor watch =
                client.watches().open(WatchSpec.of(KeyRange.all()).from(first).withPrevious())) {
            assertThat(watch.next()).isInstanceOf(WatchSignal.Created.class);
            EventReader events = new EventReader(watch);
            assertThat(((WatchItem.Put) events.next()).isCreation()).isTrue();
            WatchItem.Put second = (WatchItem.Put) events.next();
            assertThat(second.now().value()).isEqualTo(b("2"));
            assertThat(second.before().orElseThrow().value()).isEqualTo(b("1"));
            assertThat(events.next().key()).isEqualTo(b("b"));
            WatchItem.Delete gone = (WatchItem.Delete) events.next();
            assertThat(gone.key()).isEqualTo(b("a"));
            assertThat(gone.revision()).isEqualTo(first + 2);
            assertThat(gone.before().orElseThrow().value()).isEqualTo(b("2"));
        }
    }

    @Test
    void filtersLeaveOutWhatIsNotWanted() {
        Kv kv = client.kv();
        try (WatchCursor deletes = client.watches().open(WatchSpec.prefix(b("")).deletesOnly());
                WatchCursor puts = client.watches().open(WatchSpec.prefix(b("")).putsOnly())) {
            assertThat(deletes.next()).isInstanceOf(WatchSignal.Created.class);
            assertThat(puts.next()).isInstanceOf(WatchSignal.Created.class);
            kv.put(b("a"), b("1"));
            kv.delete(b("a"));
            kv.put(b("a"), b("2"));
            assertThat(new EventReader(deletes).next()).isInstanceOf(WatchItem.Delete.class);
            EventReader writes = new EventReader(puts);
            assertThat(((WatchItem.Put) writes.next()).now().value()).isEqualTo(b("1"));
            assertThat(((WatchItem.Put) writes.next()).now().value()).isEqualTo(b("2"));
        }
    }

    @Test
    void progressIsToldWhenAskedFor() {
        try (WatchCursor watch = client.watches().open(WatchSpec.key(b("quiet")))) {
            assertThat(watch.next()).isInstanceOf(WatchSignal.Created.class);
            long revision = client.kv().put(b("other"), b("1")).header().revision();
            WatchSignal signal;
            do {
                client.watches().requestProgress();
                signal = watch.next();
            } while (signal.header().revision() < revision);
            assertThat(signal).isInstanceOf(WatchSignal.Progress.class);
        }
    }

    @Test
    void compactedHistoryIsToldWithItsRevision() {
        long first = client.kv().put(b("a"), b("1")).header().revision();
        long second = client.kv().put(b("a"), b("2")).header().revision();
        client.kv().compact(second, true);
        try (WatchCursor watch = client.watches().open(WatchSpec.key(b("a")).from(first))) {
            assertThatThrownBy(() -> new EventReader(watch).next())
                    .isInstanceOfSatisfying(
                            EtcdException.Compacted.class,
                            gone -> assertThat(gone.compactRevision()).isEqualTo(second));
        }
        assertThatThrownBy(() -> client.kv().range(Range.all().at(first)))
                .isInstanceOf(EtcdException.Compacted.class);
    }

    /** The watch is idle and cut off while history is removed that it had not been told. */
    @Test
    void compactionUnderAWatchThatWasCutOffIsTold() {
        try (TcpProxy proxy = new TcpProxy(server.endpoint());
                PlinthClient far = PlinthClient.of(proxy.endpoint());
                WatchCursor watch = far.watches().open(WatchSpec.key(b("under")))) {
            assertThat(watch.next()).isInstanceOf(WatchSignal.Created.class);
            whole.kv().put(b("under"), b("1"));
            assertThat(new EventReader(watch).next().key()).isEqualTo(b("under"));
            proxy.block();
            whole.kv().put(b("under"), b("2"));
            long last = whole.kv().put(b("under"), b("3")).header().revision();
            whole.kv().compact(last, true);
            proxy.unblock();
            assertThatThrownBy(() -> new EventReader(watch).next())
                    .isInstanceOfSatisfying(
                            EtcdException.Compacted.class,
                            gone -> assertThat(gone.compactRevision()).isEqualTo(last));
        }
    }

    @Test
    void aReaderThatLagsLosesNothingAndHoldsUpNobody() {
        try (PlinthClient small =
                        PlinthClient.builder(server.endpoint()).watchBufferBytes(4096).build();
                WatchCursor lagging = small.watches().open(WatchSpec.prefix(b("lag/")));
                WatchCursor other = small.watches().open(WatchSpec.prefix(b("lag/")))) {
            assertThat(lagging.next()).isInstanceOf(WatchSignal.Created.class);
            assertThat(other.next()).isInstanceOf(WatchSignal.Created.class);
            EventReader prompt = new EventReader(other);
            for (int i = 0; i < 500; i++) {
                whole.kv().put(b("lag/" + i), b("x".repeat(100)));
                assertThat(prompt.next().key()).isEqualTo(b("lag/" + i));
            }
            EventReader late = new EventReader(lagging);
            for (int i = 0; i < 500; i++) {
                assertThat(late.next().key()).isEqualTo(b("lag/" + i));
            }
        }
    }

    @Test
    void leasesTakeTheirKeysAlong() {
        Lease lease = client.leases().grant(Duration.ofSeconds(60));
        client.kv().put(Put.of(b("a"), b("1")).lease(lease.id()));
        assertThat(client.leases().info(lease.id(), true).keys()).containsExactly(b("a"));
        assertThat(client.leases().list()).contains(lease.id());
        try (KeepAlive alive = lease.keepAlive();
                WatchCursor watch =
                        client.watches()
                                .open(
                                        WatchSpec.key(b("a"))
                                                .from(
                                                        client.kv()
                                                                .get(b("a"))
                                                                .orElseThrow()
                                                                .modRevision()))) {
            assertThat(alive.isAlive()).isTrue();
            lease.revoke();
            EventReader events = new EventReader(watch);
            assertThat(events.next()).isInstanceOf(WatchItem.Put.class);
            assertThat(events.next()).isInstanceOf(WatchItem.Delete.class);
        }
        assertThatThrownBy(() -> client.leases().info(lease.id(), false))
                .isInstanceOf(EtcdException.LeaseNotFound.class);
        assertThatThrownBy(lease::revoke).isInstanceOf(EtcdException.LeaseNotFound.class);
    }

    @Test
    void aLeaseThatIsKeptAliveOutlivesOneThatIsNot() {
        Lease kept = client.leases().grant(Duration.ofSeconds(2));
        try (KeepAlive alive = kept.keepAlive()) {
            for (int i = 0; i < 2; i++) {
                Lease left = client.leases().grant(Duration.ofSeconds(2));
                long at =
                        client.kv()
                                .put(Put.of(b("left"), b("1")).lease(left.id()))
                                .header()
                                .revision();
                try (WatchCursor watch =
                        client.watches().open(WatchSpec.key(b("left")).from(at).deletesOnly())) {
                    assertThat(new EventReader(watch).next().key()).isEqualTo(b("left"));
                }
            }
            assertThat(alive.isAlive()).isTrue();
            assertThat(client.leases().info(kept.id(), false).id()).isEqualTo(kept.id());
        }
    }

    @Test
    void theLossOfALeaseIsTold() {
        Lease lease = client.leases().grant(Duration.ofSeconds(2));
        try (KeepAlive alive = lease.keepAlive()) {
            lease.revoke();
            assertThat(alive.lost().join()).isEqualTo(LossReason.EXPIRED);
            assertThat(alive.isAlive()).isFalse();
        }
        try (KeepAlive none = client.leases().keepAlive(424242)) {
            assertThat(none.lost().join()).isEqualTo(LossReason.EXPIRED);
        }
    }

    /**
     * Every event of a watch is seen once and in order, whatever happens to its connections:
     * -Dplinth.client.events and -Dplinth.client.cuts set how many there are of both.
     */
    @Test
    @Timeout(value = 20, unit = TimeUnit.MINUTES)
    void everyEventIsSeenOnceAndInOrderAcrossReconnects() throws InterruptedException {
        int events = Integer.getInteger("plinth.client.events", 50_000);
        int cuts = Integer.getInteger("plinth.client.cuts", 5);
        try (TcpProxy proxy = new TcpProxy(server.endpoint());
                PlinthClient far = PlinthClient.of(proxy.endpoint());
                WatchCursor watch = far.watches().open(WatchSpec.prefix(b("million/")))) {
            assertThat(watch.next()).isInstanceOf(WatchSignal.Created.class);
            Thread writer = Thread.ofVirtual().start(() -> write(whole.kv(), events));
            EventReader reader = new EventReader(watch);
            int cut = 0;
            long revision = 0;
            for (int i = 0; i < events; i++) {
                if (i >= (long) events * (cut + 1) / (cuts + 1)) {
                    proxy.cut();
                    cut++;
                }
                WatchItem.Put event = (WatchItem.Put) reader.next();
                assertThat(event.now().value().utf8()).isEqualTo(String.valueOf(i));
                assertThat(event.revision()).isGreaterThanOrEqualTo(revision);
                revision = event.revision();
            }
            assertThat(cut).isEqualTo(cuts);
            writer.join();
            long after = whole.kv().put(b("million/end"), b("end")).header().revision();
            assertThat(reader.next().revision()).isEqualTo(after);
        }
    }

    private static void write(Kv kv, int events) {
        int perTxn = 50;
        for (int i = 0; i < events; i += perTxn) {
            Put[] puts = new Put[Math.min(perTxn, events - i)];
            for (int j = 0; j < puts.length; j++) {
                puts[j] = Put.of(b("million/" + j), b(String.valueOf(i + j)));
            }
            kv.txn(Txn.of(puts));
        }
    }
}
