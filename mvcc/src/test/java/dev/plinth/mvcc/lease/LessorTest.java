package dev.plinth.mvcc.lease;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.plinth.mvcc.MvccException.Reason;
import dev.plinth.mvcc.StoreOptions;
import dev.plinth.mvcc.TestMember;
import dev.plinth.mvcc.lease.Lessor.Renewal;
import dev.plinth.mvcc.watch.RecordingSink;
import dev.plinth.mvcc.watch.WatchRequest;
import dev.plinth.walio.io.LinuxDisk;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LessorTest {
    private static final long SECOND = 1_000_000_000L;

    @TempDir private Path directory = Path.of("");

    private TestMember member(LessorOptions options) {
        return new TestMember(
                new LinuxDisk(), directory.resolve("db"), StoreOptions.DEFAULT, options);
    }

    private static byte[] key(String name) {
        return name.getBytes(UTF_8);
    }

    private static long grant(TestMember member, long id, long ttl, long now) {
        return member.apply(s -> s.lessor().grant(id, ttl, now));
    }

    private static void revoke(TestMember member, long id) {
        member.apply(s -> {
            s.lessor().revoke(id, s);
            return s;
        });
    }

    @Test
    void grantsWithinBounds() {
        try (TestMember member = member(LessorOptions.DEFAULT)) {
            assertThat(grant(member, 1, 100, 0)).isEqualTo(100);
            assertThat(grant(member, -5, -1, 0)).isEqualTo(2);
            assertThatThrownBy(() -> member.lessor().grant(0, 10, 0))
                    .isSameAs(Reason.LEASE_NOT_FOUND.exception());
            assertThatThrownBy(() -> member.lessor().grant(1, 10, 0))
                    .isSameAs(Reason.LEASE_EXISTS.exception());
            assertThatThrownBy(() -> member.lessor().grant(2, 9_000_000_001L, 0))
                    .isSameAs(Reason.LEASE_TTL_TOO_LARGE.exception());
            assertThat(grant(member, 2, 9_000_000_000L, Long.MAX_VALUE / 2))
                    .isEqualTo(9_000_000_000L);
            assertThat(member.store().currentRevision()).isEqualTo(1);
        }
    }

    @Test
    void revocationDeletesKeysInOrderInOneRevision() {
        try (TestMember member = member(LessorOptions.DEFAULT)) {
            grant(member, 9, 100, 0);
            for (String name : List.of("c", "a", "b")) {
                member.put(key(name), key("v"), 9);
            }
            member.put(key("b"), key("v"), 0);
            assertThat(member.lessor().keysOf(9)).containsExactly(key("a"), key("c"));
            RecordingSink sink = new RecordingSink(100);
            member.store()
                    .watchHub()
                    .open(sink)
                    .watch(new WatchRequest(0, key("a"), new byte[0], 0, false, false));
            revoke(member, 9);
            assertThat(sink.log()).endsWith("events 0 at 6: -a@6 -c@6");
            assertThat(member.lessor().exists(9)).isFalse();
            assertThat(member.lessor().leaseOf(key("a"))).isZero();
            assertThatThrownBy(() -> revoke(member, 9))
                    .isSameAs(Reason.LEASE_NOT_FOUND.exception());
        }
    }

    @Test
    void leasesAndTheirKeysSurviveARestart() {
        try (TestMember member = member(LessorOptions.DEFAULT)) {
            grant(member, 9, 100, 0);
            grant(member, 10, 100, 0);
            member.put(key("a"), key("v"), 9);
            member.put(key("b"), key("v"), 9);
            member.put(key("b"), key("v"), 10);
            revoke(member, 10);
        }
        try (TestMember member = member(LessorOptions.DEFAULT)) {
            assertThat(member.lessor().leases()).containsExactly(9L);
            assertThat(member.lessor().keysOf(9)).containsExactly(key("a"));
            assertThat(member.lessor().leaseOf(key("a"))).isEqualTo(9);
        }
    }

    @Test
    void onlyThePrimaryLetsLeasesExpire() {
        try (TestMember member = member(LessorOptions.DEFAULT)) {
            Lessor lessor = member.lessor();
            grant(member, 1, 10, 0);
            assertThat(lessor.round(100 * SECOND)).isSameAs(LeaseWork.NONE);
            assertThatThrownBy(() -> lessor.renew(1, 0, () -> {}))
                    .isSameAs(Reason.NOT_PRIMARY_LESSOR.exception());
            lessor.promote(SECOND, 100 * SECOND);
            assertThat(remaining(lessor, 1, 100 * SECOND)).isEqualTo(11);
            assertThat(lessor.round(110 * SECOND)).isSameAs(LeaseWork.NONE);
            assertThat(lessor.renew(1, 110 * SECOND, () -> {})).isEqualTo(new Renewal.Renewed(10));
            assertThat(lessor.round(111 * SECOND)).isSameAs(LeaseWork.NONE);
            assertThat(lessor.round(120 * SECOND).expired()).containsExactly(1L);
            assertThat(lessor.round(121 * SECOND)).isSameAs(LeaseWork.NONE);
            assertThat(lessor.round(127 * SECOND).expired()).as("again").containsExactly(1L);
            AtomicInteger told = new AtomicInteger();
            assertThat(lessor.renew(1, 128 * SECOND, told::incrementAndGet))
                    .isEqualTo(new Renewal.Expired());
            revoke(member, 1);
            assertThat(told).hasValue(1);
            assertThatThrownBy(() -> lessor.renew(1, 128 * SECOND, () -> {}))
                    .isSameAs(Reason.LEASE_NOT_FOUND.exception());
        }
    }

    @Test
    void demotionTellsWaitingRenewals() {
        try (TestMember member = member(LessorOptions.DEFAULT)) {
            Lessor lessor = member.lessor();
            lessor.promote(0, 0);
            grant(member, 1, 10, 0);
            AtomicInteger told = new AtomicInteger();
            lessor.renew(1, 10 * SECOND, told::incrementAndGet);
            lessor.demote();
            assertThat(told).hasValue(1);
            assertThat(lessor.round(100 * SECOND)).isSameAs(LeaseWork.NONE);
        }
    }

    @Test
    void aNewPrimarySpreadsExpiriesOut() {
        try (TestMember member = member(LessorOptions.DEFAULT)) {
            for (int id = 1; id <= 3000; id++) {
                grant(member, id, 10, 0);
            }
            Lessor lessor = member.lessor();
            lessor.promote(0, 0);
            Map<Long, Integer> perSecond = new HashMap<>();
            for (int id = 1; id <= 3000; id++) {
                perSecond.merge(remaining(lessor, id, 0), 1, Integer::sum);
            }
            assertThat(perSecond.values()).allMatch(count -> count <= 751);
            assertThat(perSecond.keySet()).allMatch(second -> second >= 10 && second <= 14);
        }
    }

    @Test
    void checkpointsCarryTheRemainingLifetimeToTheNextPrimary() {
        LessorOptions options = new LessorOptions(2, 7 * SECOND, 500, 300 * SECOND, true);
        try (TestMember member = member(options)) {
            Lessor lessor = member.lessor();
            lessor.promote(0, 0);
            grant(member, 1, 1000, 0);
            grant(member, 2, 200, 0);
            assertThat(lessor.round(299 * SECOND).checkpoints()).isEmpty();
            LeaseWork work = lessor.round(300 * SECOND + 1);
            assertThat(work.checkpoints()).containsExactly(new LeaseCheckpoint(1, 700));
            member.apply(s -> {
                s.lessor().checkpoint(work.checkpoints(), 300 * SECOND);
                return s;
            });
            assertThat(lessor.renew(1, 301 * SECOND, () -> {}))
                    .isEqualTo(new Renewal.NeedsCheckpoint(new LeaseCheckpoint(1, 0)));
        }
        try (TestMember member = member(options)) {
            Lessor lessor = member.lessor();
            lessor.promote(0, 0);
            assertThat(remaining(lessor, 1, 0)).isEqualTo(700);
            member.apply(s -> {
                s.lessor().checkpoint(List.of(new LeaseCheckpoint(1, 0)), 0);
                return s;
            });
            assertThat(lessor.renew(1, 0, () -> {})).isEqualTo(new Renewal.Renewed(1000));
        }
    }

    private static long remaining(Lessor lessor, long id, long now) {
        return Objects.requireNonNull(lessor.timeToLive(id, false, now)).remainingSeconds();
    }

    @Test
    void theHeapGivesTheEarliestWhateverWasMovedOrRemoved() {
        Random random = new Random(5);
        LeaseHeap heap = new LeaseHeap();
        Map<Long, Long> model = new HashMap<>();
        for (int i = 0; i < 20_000; i++) {
            long id = random.nextInt(300);
            if (random.nextInt(4) == 0) {
                heap.remove(id);
                model.remove(id);
            } else {
                long time = random.nextInt(1000);
                heap.set(id, time);
                model.put(id, time);
            }
            long earliest =
                    model.values().stream().mapToLong(time -> time).min().orElse(Long.MAX_VALUE);
            assertThat(heap.earliestTime()).isEqualTo(earliest);
            assertThat(heap.size()).isEqualTo(model.size());
            if (!model.isEmpty()) {
                assertThat(model).containsEntry(heap.earliestId(), earliest);
            }
        }
    }
}
