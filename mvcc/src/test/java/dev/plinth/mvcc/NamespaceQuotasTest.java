package dev.plinth.mvcc;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.plinth.mvcc.quota.LiveKeys;
import dev.plinth.mvcc.quota.NamespaceQuotas;
import dev.plinth.mvcc.quota.NamespaceUsage;
import dev.plinth.mvcc.quota.PlannedChanges;
import dev.plinth.mvcc.quota.QuotaExcess;
import dev.plinth.mvcc.quota.QuotaLimits;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Objects;
import java.util.Random;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * What the store counts below prefixes with a quota: examples, and random histories against a map
 * of the live keys that is counted from scratch each time.
 */
class NamespaceQuotasTest {
    @TempDir private Path directory = Path.of("");
    private TestMember member;

    @BeforeEach
    void open() {
        member = new TestMember(directory.resolve("db"));
    }

    @AfterEach
    void close() {
        member.close();
    }

    private void restart() {
        member.close();
        open();
    }

    private NamespaceQuotas quotas() {
        return member.store().quotas();
    }

    private void put(String key, String value) {
        member.put(bytes(key), bytes(value), 0);
    }

    private void delete(String key) {
        member.apply(store -> {
            try (WriteView txn = store.write()) {
                return txn.deleteRange(bytes(key), null);
            }
        });
    }

    private static byte[] bytes(String text) {
        return text.getBytes(UTF_8);
    }

    private List<String> usages() {
        return quotas().usages().stream().map(NamespaceUsage::toString).toList();
    }

    @Test
    void countsNothingWithoutQuotas() {
        put("/a/1", "one");
        assertThat(quotas().isEmpty()).isTrue();
        assertThat(quotas().concerns(bytes("/a/1"))).isFalse();
        assertThat(quotas().usages()).isEmpty();
    }

    @Test
    void countsWhatIsThereWhenTheQuotaIsSetAndWhatComesAfter() {
        put("/a/1", "one");
        put("/a/1", "eleven");
        put("/b/1", "x");
        put("/plinth/quota//a/", "bytes=100 keys=10");
        assertThat(usages()).containsExactly("/a/: 10 of 100 bytes, 1 of 10 keys");
        put("/a/2", "22");
        put("/a/1", "");
        assertThat(usages()).containsExactly("/a/: 10 of 100 bytes, 2 of 10 keys");
        delete("/a/1");
        delete("/a/1");
        assertThat(usages()).containsExactly("/a/: 6 of 100 bytes, 1 of 10 keys");
        restart();
        assertThat(usages()).containsExactly("/a/: 6 of 100 bytes, 1 of 10 keys");
    }

    @Test
    void aPrefixOfAPrefixCountsToo() {
        put("/plinth/quota//a/", "bytes=100");
        put("/plinth/quota//a/b/", "keys=1");
        put("/plinth/quota/", "keys=1000");
        put("/a/b/1", "x");
        put("/a/c", "y");
        put("/z", "");
        List<String> expected =
                List.of(
                        ": 14 of -1 bytes, 3 of 1000 keys",
                        "/a/: 12 of 100 bytes, 2 of -1 keys",
                        "/a/b/: 7 of -1 bytes, 1 of 1 keys");
        assertThat(usages()).isEqualTo(expected);
        restart();
        assertThat(usages()).isEqualTo(expected);
    }

    @Test
    void anotherLimitKeepsTheCountAndNoneEndsIt() {
        put("/plinth/quota//a/", "keys=1");
        put("/a/1", "x");
        put("/plinth/quota//a/", "keys=2 bytes=1Ki");
        assertThat(usages()).containsExactly("/a/: 5 of 1024 bytes, 1 of 2 keys");
        put("/plinth/quota//a/", "nonsense");
        assertThat(usages()).isEmpty();
        put("/plinth/quota//a/", "keys=3");
        assertThat(usages()).containsExactly("/a/: 5 of -1 bytes, 1 of 3 keys");
        delete("/plinth/quota//a/");
        assertThat(usages()).isEmpty();
        assertThat(quotas().isEmpty()).isTrue();
    }

    @Test
    void aRevokedLeaseMakesRoomAndACompactionChangesNothing() {
        put("/plinth/quota//a/", "keys=9");
        member.apply(_ -> member.lessor().grant(7, 100, 0));
        member.put(bytes("/a/1"), bytes("leased"), 7);
        put("/a/2", "x");
        put("/a/2", "yy");
        member.compact(member.store().currentRevision());
        assertThat(usages()).containsExactly("/a/: 16 of -1 bytes, 2 of 9 keys");
        member.apply(store -> {
            member.lessor().revoke(7, store);
            return 0;
        });
        assertThat(usages()).containsExactly("/a/: 6 of -1 bytes, 1 of 9 keys");
    }

    @Test
    void aChangeThatShrinksAPrefixAboveItsLimitFits() {
        put("/a/1", "four");
        put("/plinth/quota//a/", "bytes=3 keys=1");
        assertThat(quotas().excess(bytes("/a/1"), 8, 8)).isNull();
        assertThat(quotas().excess(bytes("/a/1"), 8, 7)).isNull();
        QuotaExcess excess = Objects.requireNonNull(quotas().excess(bytes("/a/1"), 8, 9));
        assertThat(excess.bytesMore()).isEqualTo(1);
        assertThat(excess.usage().bytesExceededBy(1)).isTrue();
        assertThat(quotas().excess(bytes("/b/1"), LiveKeys.ABSENT, 99)).isNull();
    }

    @Test
    void whatATransactionDeletesMakesRoomForWhatItPuts() {
        put("/plinth/quota//a/", "keys=2 bytes=12");
        put("/a/1", "12");
        put("/a/2", "34");
        try (ReadView view = member.store().read()) {
            PlannedChanges tooMuch = quotas().plan(view.liveKeys());
            tooMuch.put(bytes("/a/3"), 0);
            QuotaExcess excess = Objects.requireNonNull(tooMuch.excess());
            assertThat(excess.keysMore()).isEqualTo(1);
            assertThat(excess.usage().bytesExceededBy(excess.bytesMore())).isTrue();
            PlannedChanges fits = quotas().plan(view.liveKeys());
            fits.put(bytes("/a/3"), 2);
            fits.delete(bytes("/a/1"), bytes("/a/2"));
            assertThat(fits.excess()).isNull();
        }
    }

    @Test
    void theCountsTellTheRevisionTheyBelongTo() {
        put("/plinth/quota//a/", "keys=2");
        assertThat(quotas().settledRevision()).isEqualTo(2);
        put("/b", "");
        assertThat(quotas().settledRevision()).isEqualTo(3);
        member.apply(store -> {
            try (WriteView txn = store.write()) {
                txn.put(bytes("/a/1"), bytes("x"), 0);
                assertThat(quotas().settledRevision()).isNotEqualTo(3);
            }
            return 0;
        });
        assertThat(quotas().settledRevision()).isEqualTo(4);
    }

    @Test
    void aDatabaseThatReplacesThisOneIsCountedAnew() {
        put("/plinth/quota//a/", "keys=2");
        put("/a/1", "");
        try (TestMember other = new TestMember(directory.resolve("other"))) {
            other.put(bytes("/plinth/quota//b"), bytes("keys=5"), 0);
            other.put(bytes("/b/1"), bytes("x"), 0);
            other.put(bytes("/a/1"), bytes("x"), 0);
            member.store().restore(other.backend());
            assertThat(usages()).containsExactly("/b: 5 of -1 bytes, 1 of 5 keys");
            assertThat(quotas().settledRevision()).isEqualTo(4);
            member.close();
        }
    }

    // --- against a model ---

    private static final List<String> PREFIXES =
            List.of("", "/", "/a", "/a/", "/a/b", "/a/b/", "/b/", "/plinth/", "\u00ff");

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
    void agreesWithTheModel(long seed) {
        Random random = new Random(seed);
        TreeMap<byte[], byte[]> live = new TreeMap<>(Arrays::compareUnsigned);
        int rounds = Integer.getInteger("quota.rounds", 500);
        for (int round = 0; round < rounds; round++) {
            transact(live, random);
            switch (random.nextInt(40)) {
                case 0 -> restart();
                case 1 -> member.backend().flush();
                case 2 -> compact();
                default -> {}
            }
            assertThat(usages()).as("round %d", round).isEqualTo(usages(live));
        }
        restart();
        assertThat(usages()).isEqualTo(usages(live));
    }

    private void compact() {
        long revision = member.store().currentRevision();
        if (revision > member.store().compactRevision()) {
            member.compact(revision);
        }
    }

    /** Plans a transaction, checks the plan against the model, and makes it if it fits. */
    private void transact(NavigableMap<byte[], byte[]> live, Random random) {
        TreeMap<byte[], byte[]> after = new TreeMap<>(live);
        List<Operation> operations = operations(random);
        boolean fits;
        try (ReadView view = member.store().read()) {
            PlannedChanges plan = quotas().plan(view.liveKeys());
            for (Operation operation : operations) {
                operation.plan(plan);
                operation.change(after);
            }
            fits = plan.excess() == null;
        }
        assertThat(fits).isEqualTo(fits(live, after));
        if (fits) {
            member.apply(store -> {
                try (WriteView txn = store.write()) {
                    operations.forEach(operation -> operation.write(txn));
                }
                return 0;
            });
            live.clear();
            live.putAll(after);
        }
    }

    /** A put, or with null for a value a deletion. */
    @SuppressWarnings("ArrayRecordComponent")
    private record Operation(byte[] key, byte @Nullable [] end, byte @Nullable [] value) {
        void plan(PlannedChanges plan) {
            if (value == null) {
                plan.delete(key, end);
            } else {
                plan.put(key, value.length);
            }
        }

        void write(WriteView txn) {
            if (value == null) {
                txn.deleteRange(key, end);
            } else {
                txn.put(key, value, 0);
            }
        }

        void change(NavigableMap<byte[], byte[]> live) {
            if (value != null) {
                live.put(key, value);
            } else if (end == null) {
                live.remove(key);
            } else if (end.length == 0) {
                live.tailMap(key).clear();
            } else if (Arrays.compareUnsigned(key, end) < 0) {
                live.subMap(key, end).clear();
            }
        }
    }

    private static List<Operation> operations(Random random) {
        List<Operation> operations = new ArrayList<>();
        int count = random.nextInt(3) == 0 ? 1 + random.nextInt(5) : 1;
        for (int i = 0; i < count; i++) {
            operations.add(
                    switch (random.nextInt(12)) {
                        case 0 -> quota(random);
                        case 1 -> new Operation(key(random), key(random), null);
                        case 2 -> new Operation(key(random), null, null);
                        default -> new Operation(key(random), null, new byte[random.nextInt(60)]);
                    });
        }
        return operations;
    }

    private static Operation quota(Random random) {
        String prefix = PREFIXES.get(random.nextInt(PREFIXES.size()));
        byte[] value =
                switch (random.nextInt(5)) {
                    case 0 -> null;
                    case 1 -> bytes("none");
                    case 2 -> bytes("bytes=" + random.nextInt(600));
                    case 3 -> bytes("keys=" + random.nextInt(25));
                    default -> bytes("keys=30 bytes=1Ki");
                };
        return new Operation(bytes("/plinth/quota/" + prefix), null, value);
    }

    private static byte[] key(Random random) {
        return bytes(
                PREFIXES.get(random.nextInt(PREFIXES.size()))
                        + (char) ('a' + random.nextInt(3))
                        + "/".repeat(random.nextInt(2))
                        + random.nextInt(6));
    }

    private static boolean fits(Map<byte[], byte[]> before, Map<byte[], byte[]> after) {
        for (Map.Entry<String, QuotaLimits> quota : limits(before).entrySet()) {
            long[] was = count(before, quota.getKey());
            long[] is = count(after, quota.getKey());
            QuotaLimits limits = quota.getValue();
            if ((limits.bytesMax() >= 0 && is[0] > was[0] && is[0] > limits.bytesMax())
                    || (limits.keysMax() >= 0 && is[1] > was[1] && is[1] > limits.keysMax())) {
                return false;
            }
        }
        return true;
    }

    private static List<String> usages(Map<byte[], byte[]> live) {
        List<String> usages = new ArrayList<>();
        limits(live)
                .forEach((prefix, limits) -> {
                    long[] count = count(live, prefix);
                    usages.add(
                            new NamespaceUsage(bytes(prefix), count[0], count[1], limits)
                                    .toString());
                });
        return usages;
    }

    private static Map<String, QuotaLimits> limits(Map<byte[], byte[]> live) {
        Map<String, QuotaLimits> limits = new TreeMap<>();
        live.forEach((key, value) -> {
            String name = new String(key, UTF_8);
            QuotaLimits parsed = QuotaLimits.parse(value);
            if (name.startsWith(NamespaceQuotas.SPACE) && parsed != null) {
                limits.put(name.substring(NamespaceQuotas.SPACE.length()), parsed);
            }
        });
        return limits;
    }

    private static long[] count(Map<byte[], byte[]> live, String prefix) {
        long[] count = new long[2];
        live.forEach((key, value) -> {
            String name = new String(key, UTF_8);
            if (name.startsWith(prefix) && !name.startsWith(NamespaceQuotas.SPACE)) {
                count[0] += key.length + value.length;
                count[1]++;
            }
        });
        return count;
    }
}
