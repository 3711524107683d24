package dev.plinth.testing.conformance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.plinth.api.etcdserverpb.AlarmRequest;
import dev.plinth.api.etcdserverpb.AlarmType;
import dev.plinth.api.etcdserverpb.MaintenanceGrpc;
import dev.plinth.client.Alarm;
import dev.plinth.client.EtcdException;
import dev.plinth.client.KeyRange;
import dev.plinth.client.KeyValue;
import dev.plinth.client.Kv;
import dev.plinth.client.Lease;
import dev.plinth.client.ListCursor;
import dev.plinth.client.ListSignal;
import dev.plinth.client.Maintenance;
import dev.plinth.client.PlinthClient;
import dev.plinth.client.Put;
import dev.plinth.client.Range;
import dev.plinth.client.Reason;
import dev.plinth.client.Txn;
import dev.plinth.client.WatchItem;
import dev.plinth.client.recipes.Election;
import dev.plinth.client.recipes.LeaderCursor;
import dev.plinth.client.recipes.Session;
import io.grpc.ManagedChannel;
import io.grpc.ManagedChannelBuilder;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Long lists, lists that go on as watches, and what looks after a member. */
abstract class ListingConformance extends OneMember {
    private static final int OLD_MINOR = 6;

    private void putMany(int count, String value) {
        Kv kv = client.kv();
        for (int i = 0; i < count; i += 50) {
            Put[] puts = new Put[Math.min(50, count - i)];
            for (int j = 0; j < puts.length; j++) {
                puts[j] = Put.of(b("k%04d".formatted(i + j)), b(value));
            }
            kv.txn(Txn.of(puts));
        }
    }

    /** Large enough to be streamed in several parts by servers that can. */
    @Test
    void aLongListIsOfOneRevisionAndMayBeLeft() {
        putMany(1000, "x".repeat(4000));
        long revision = client.kv().put(b("k0999"), b("last")).header().revision();
        try (Stream<KeyValue> items = client.kv().stream(Range.all())) {
            var all = items.iterator();
            KeyValue item = all.next();
            client.kv().put(b("k0999"), b("too late"));
            int count = 1;
            while (all.hasNext()) {
                item = all.next();
                assertThat(item.key()).isEqualTo(b("k%04d".formatted(count++)));
            }
            assertThat(count).isEqualTo(1000);
            assertThat(item.value()).isEqualTo(b("last"));
            assertThat(item.modRevision()).isEqualTo(revision);
        }
        try (Stream<KeyValue> items = client.kv().stream(Range.all().limit(333).keysOnly())) {
            assertThat(items).hasSize(333).allMatch(item -> item.value().isEmpty());
        }
        try (Stream<KeyValue> items = client.kv().stream(Range.all())) {
            assertThat(items.limit(200)).hasSize(200);
        }
        assertThat(client.kv().stream(Range.all().modifiedBetween(revision, 0))).hasSize(1);
    }

    private static ListSignal.Items items(ListSignal signal) {
        return (ListSignal.Items) signal;
    }

    @Test
    void aListGoesOnAsAWatchAndBeginsAnewWhenHistoryIsGone() {
        putMany(150, "v");
        try (TcpProxy proxy = new TcpProxy(server.endpoint());
                PlinthClient far = PlinthClient.of(proxy.endpoint());
                ListCursor cursor =
                        far.namespace(b("list/")).watches().listAndWatch(KeyRange.all())) {
            Kv kv = whole.namespace(b("list/")).kv();
            assertThat(items(cursor.next()).items()).isEmpty();
            long first = kv.put(b("a"), b("1")).header().revision();
            ListSignal.Changes change = (ListSignal.Changes) cursor.next();
            assertThat(change.header().revision()).isGreaterThanOrEqualTo(first);
            assertThat(change.items().getFirst().key()).isEqualTo(b("a"));
            proxy.block();
            kv.delete(b("a"));
            long last = kv.put(b("b"), b("2")).header().revision();
            kv.compact(last, true);
            proxy.unblock();
            ListSignal.Items anew = items(cursor.next());
            assertThat(anew.isFirst()).isTrue();
            assertThat(anew.isLast()).isTrue();
            assertThat(anew.items()).extracting(KeyValue::key).containsExactly(b("b"));
        }
        ListCursor closed = client.watches().listAndWatch(KeyRange.all());
        closed.close();
        assertThatThrownBy(closed::next).isInstanceOf(EtcdException.Cancelled.class);
    }

    @Test
    void aListBeginsAnewWhenItsRevisionGoes() {
        putMany(150, "v");
        try (ListCursor cursor = client.watches().listAndWatch(KeyRange.all())) {
            ListSignal.Items begun = items(cursor.next());
            assertThat(begun.isFirst()).isTrue();
            assertThat(begun.isLast()).isFalse();
            long revision = client.kv().put(b("k0149"), b("new")).header().revision();
            client.kv().compact(revision, true);
            ListSignal.Items anew = items(cursor.next());
            assertThat(anew.isFirst()).isTrue();
            assertThat(anew.revision()).isGreaterThanOrEqualTo(revision);
            while (!anew.isLast()) {
                anew = items(cursor.next());
            }
            client.kv().delete(b("k0000"));
            ListSignal.Changes change = (ListSignal.Changes) cursor.next();
            assertThat(change.items().getFirst()).isInstanceOf(WatchItem.Delete.class);
        }
    }

    @Test
    void leadersAreToldOneAfterTheOther() throws Exception {
        try (ExecutorService executor = Executors.newVirtualThreadPerTaskExecutor();
                Session one = Session.open(client);
                Session two = Session.open(client);
                LeaderCursor leaders = one.election(b("chief")).observe()) {
            Election.Leadership first = one.election(b("chief")).campaign(b("one"));
            assertThat(leaders.next().value()).isEqualTo(b("one"));
            var second = executor.submit(() -> two.election(b("chief")).campaign(b("two")));
            first.proclaim(b("uno"));
            assertThat(leaders.next().value()).isEqualTo(b("uno"));
            first.close();
            assertThat(leaders.next().value()).isEqualTo(b("two"));
            second.get().close();
        }
    }

    @Test
    void aLeaseIsRenewedOnce() {
        Lease lease = client.leases().grant(Duration.ofSeconds(60));
        assertThat(client.leases().renewOnce(lease.id())).isEqualTo(Duration.ofSeconds(60));
        lease.revoke();
        assertThatThrownBy(() -> client.leases().renewOnce(lease.id()))
                .isInstanceOf(EtcdException.LeaseNotFound.class);
    }

    @Test
    void alarmsAreListedAndTakenBack() {
        Maintenance maintenance = whole.maintenance();
        assertThat(maintenance.alarms()).isEmpty();
        long member = maintenance.status().header().memberId();
        ManagedChannel channel =
                ManagedChannelBuilder.forTarget(server.endpoint()).usePlaintext().build();
        try {
            var raised =
                    MaintenanceGrpc.newBlockingStub(channel)
                            .alarm(
                                    AlarmRequest.newBuilder()
                                            .setAction(AlarmRequest.AlarmAction.ACTIVATE)
                                            .setMemberID(member)
                                            .setAlarm(AlarmType.NOSPACE)
                                            .build());
            assertThat(raised.getAlarmsCount()).isEqualTo(1);
        } finally {
            channel.shutdownNow();
        }
        Alarm full = new Alarm(member, Alarm.Kind.NO_SPACE);
        assertThat(maintenance.alarms()).containsExactly(full);
        assertThatThrownBy(() -> client.kv().put(b("a"), b("v")))
                .isInstanceOfSatisfying(
                        EtcdException.Refused.class,
                        refused -> assertThat(refused.reason()).isEqualTo(Reason.NO_SPACE));
        assertThat(maintenance.disarm(full)).containsExactly(full);
        assertThat(maintenance.disarm(full)).isEmpty();
        assertThat(maintenance.alarms()).isEmpty();
    }

    private int minor() {
        return Integer.parseInt(whole.maintenance().status().version().split("\\.")[1]);
    }

    @Test
    void aDowngradeIsAskedFor() {
        int minor = minor();
        assertThat(whole.maintenance().validateDowngrade("3." + (minor - 1)))
                .startsWith("3." + minor);
        assertThatThrownBy(() -> whole.maintenance().validateDowngrade("3.1"))
                .isInstanceOfSatisfying(
                        EtcdException.class,
                        refused ->
                                assertThat(refused.reason())
                                        .isEqualTo(Reason.INVALID_DOWNGRADE_VERSION));
        if (minor < OLD_MINOR) {
            assertThatThrownBy(() -> whole.maintenance().cancelDowngrade())
                    .isInstanceOfSatisfying(
                            EtcdException.class,
                            refused ->
                                    assertThat(refused.reason())
                                            .isEqualTo(Reason.NO_DOWNGRADE_IN_PROGRESS));
        } else {
            assertThat(whole.maintenance().cancelDowngrade()).startsWith("3." + minor);
        }
    }

    @Test
    void aClientMayRefuseOldServers() {
        PlinthClient.Builder picky = PlinthClient.builder(server.endpoint()).rejectOldCluster(true);
        if (minor() < OLD_MINOR) {
            assertThatThrownBy(picky::build)
                    .isInstanceOf(EtcdException.class)
                    .hasMessage("etcdclient: old cluster version");
        } else {
            try (PlinthClient served = picky.build()) {
                assertThat(served.kv().get(b("a"))).isEmpty();
            }
        }
    }

    @Test
    void answersAreTakenByTheProgramsOwnExecutor() {
        try (ExecutorService single =
                        Executors.newSingleThreadExecutor(
                                task -> new Thread(task, "taking-answers"));
                PlinthClient own =
                        PlinthClient.builder(server.endpoint()).executor(single).build()) {
            CompletableFuture<String> thread =
                    own.kv().async().get(b("a")).thenApply(_ -> Thread.currentThread().getName());
            assertThat(thread.join()).isIn("taking-answers", Thread.currentThread().getName());
            List<KeyValue> none = own.kv().range(Range.prefix(b("none"))).items();
            assertThat(none).isEmpty();
        }
    }
}
