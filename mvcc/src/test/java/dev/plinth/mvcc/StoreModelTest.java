package dev.plinth.mvcc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.plinth.mvcc.codec.Crc32c;
import dev.plinth.mvcc.codec.KeyValueEncoder;
import dev.plinth.mvcc.codec.RevisionKey;
import dev.plinth.mvcc.index.ModelIndex;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Random histories with flushes, compactions stopped half-way and restarts, against a model that
 * keeps every revision and computes hashes from the words of the specification.
 */
class StoreModelTest {
    @TempDir private Path directory = Path.of("");

    private record Change(long main, int sub, byte[] key, boolean tombstone, byte[] encoded) {}

    /** All changes ever made that compaction has left, and the index in its plain form. */
    private static final class Model {
        private final TreeMap<String, Change> file = new TreeMap<>();
        private ModelIndex index = new ModelIndex();
        private long current = 1;
        private long compacted = -1;

        void add(long main, int sub, byte[] key, boolean tombstone, byte[] encoded) {
            String name = HexFormat.of().formatHex(RevisionKey.encode(main, sub, tombstone));
            file.put(name, new Change(main, sub, key, tombstone, encoded));
        }

        void compact(long at) {
            compacted = at;
            index.compact(at);
            file.values()
                    .removeIf(change ->
                            change.main <= at
                                    && !index.all(change.key)
                                            .contains(new ModelIndex.Rev(change.main, change.sub)));
        }

        long hash(long at) {
            Crc32c crc = new Crc32c();
            crc.update("key".getBytes(StandardCharsets.US_ASCII));
            boolean empty = true;
            for (byte[] key : index.keys()) {
                empty &= index.kept(key, at) == null;
            }
            for (Change change : file.values()) {
                boolean kept =
                        new ModelIndex.Rev(change.main, change.sub)
                                .equals(index.kept(change.key, at));
                if (change.main > at
                        || (change.main <= compacted && !empty && !kept)
                        || (change.main == compacted && change.tombstone)) {
                    continue;
                }
                crc.update(RevisionKey.encode(change.main, change.sub, change.tombstone));
                crc.update(change.encoded);
            }
            return crc.value();
        }
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6})
    void agreesWithTheModel(long seed) {
        Random random = new Random(seed);
        Model model = new Model();
        List<byte[]> keys = keys(random);
        int rounds = Integer.getInteger("store.rounds", 600);
        Path file = directory.resolve("db");
        TestMember member = new TestMember(file);
        try {
            for (int round = 0; round < rounds; round++) {
                write(member, model, keys, random);
                switch (random.nextInt(60)) {
                    case 0, 1, 2 -> member.backend().flush();
                    case 3 -> member.backend().forceCommit();
                    case 4 -> compact(member, model, random);
                    case 5 -> {
                        member.close();
                        member = new TestMember(file);
                    }
                    case 6, 7, 8 -> member.store().compactor().doWork(round * 100_000_000L);
                    default -> {}
                }
                if (random.nextInt(20) == 0) {
                    check(member.store(), model, keys, random);
                }
            }
            member.finishCompactions();
            check(member.store(), model, keys, random);
        } finally {
            member.close();
        }
    }

    private static void write(TestMember member, Model model, List<byte[]> keys, Random random) {
        int operations = random.nextInt(4) == 0 ? random.nextInt(6) : 1;
        member.apply(store -> {
            try (WriteView txn = store.write()) {
                int sub = 0;
                for (int i = 0; i < operations; i++) {
                    sub = operate(txn, model, keys, random, sub);
                }
                assertThat(txn.revision()).isEqualTo(model.current + (sub > 0 ? 1 : 0));
                if (sub > 0) {
                    model.current++;
                }
            }
            return store.currentRevision();
        });
        assertThat(member.store().currentRevision()).isEqualTo(model.current);
    }

    private static int operate(
            WriteView txn, Model model, List<byte[]> keys, Random random, int firstSub) {
        long main = model.current + 1;
        int sub = firstSub;
        byte[] key = keys.get(random.nextInt(keys.size()));
        if (random.nextInt(4) != 0) {
            // Two large ones fill a segment of the write buffer, often within a transaction.
            byte[] value = new byte[random.nextInt(50) == 0 ? 100_000 : random.nextInt(40)];
            random.nextBytes(value);
            txn.put(key, value, 0);
            ModelIndex.Found found = model.index.put(key, main, sub);
            byte[] pair =
                    new byte
                            [KeyValueEncoder.size(
                                    key, found.create(), main, found.version(), value, 0)];
            KeyValueEncoder.write(pair, 0, key, found.create(), main, found.version(), value, 0);
            model.add(main, sub, key, false, pair);
            return sub + 1;
        }
        byte[] end = random.nextBoolean() ? null : keys.get(random.nextInt(keys.size()));
        Map<byte[], ModelIndex.Found> doomed = model.index.range(key, end, main);
        assertThat(txn.deleteRange(key, end)).isEqualTo(doomed.size());
        for (byte[] name : doomed.keySet()) {
            model.index.tombstone(name, main, sub);
            model.add(main, sub, name, true, KeyValueEncoder.tombstone(name));
            sub++;
        }
        return sub;
    }

    private static void compact(TestMember member, Model model, Random random) {
        long at = Math.max(0, model.current - random.nextInt(120));
        if (at <= model.compacted) {
            assertThatThrownBy(() -> member.apply(s -> s.compact(at)))
                    .isSameAs(MvccException.Reason.COMPACTED.exception());
            return;
        }
        member.apply(s -> s.compact(at));
        model.compact(at);
    }

    private static void check(KeyValueStore store, Model model, List<byte[]> keys, Random random) {
        assertThat(store.compactRevision()).isEqualTo(model.compacted);
        long oldest = Math.max(1, model.compacted);
        for (int i = 0; i < 4; i++) {
            long at = oldest + random.nextLong(model.current - oldest + 1);
            byte[] low = i == 0 ? new byte[] {0} : keys.get(random.nextInt(keys.size()));
            byte[] high =
                    random.nextInt(3) == 0 ? new byte[0] : keys.get(random.nextInt(keys.size()));
            long limit = random.nextBoolean() ? 0 : random.nextInt(5);
            checkRange(store, model, low, high, at, limit);
        }
        if (model.compacted > 1) {
            assertThatThrownBy(() -> store.hashKv(model.compacted - 1))
                    .isSameAs(MvccException.Reason.COMPACTED.exception());
        }
        assertThat(store.hashKv(0).hash()).isEqualTo(model.hash(model.current));
    }

    private static void checkRange(
            KeyValueStore store, Model model, byte[] low, byte[] high, long at, long limit) {
        Map<byte[], ModelIndex.Found> expected = model.index.range(low, high, at);
        try (ReadView view = store.read()) {
            RangeResult result = view.range(RangeQuery.of(low, high, limit, at));
            assertThat(result.count()).isEqualTo(expected.size());
            assertThat(result.more()).isEqualTo(limit > 0 && expected.size() > limit);
            int i = 0;
            for (Map.Entry<byte[], ModelIndex.Found> entry : expected.entrySet()) {
                if (limit > 0 && i == limit) {
                    break;
                }
                ModelIndex.Found found = entry.getValue();
                String name =
                        HexFormat.of()
                                .formatHex(RevisionKey.encode(found.mod(), found.sub(), false));
                byte[] encoded = Objects.requireNonNull(model.file.get(name)).encoded;
                assertThat(result.encoded(i).toArray(ValueLayout.JAVA_BYTE)).isEqualTo(encoded);
                assertThat(result.key(i)).isEqualTo(entry.getKey());
                assertThat(result.createRevision(i)).isEqualTo(found.create());
                assertThat(result.modRevision(i)).isEqualTo(found.mod());
                assertThat(result.version(i)).isEqualTo(found.version());
                i++;
            }
            assertThat(result.size()).isEqualTo(i);
        }
    }

    private static List<byte[]> keys(Random random) {
        List<byte[]> keys = new ArrayList<>();
        for (int i = 0; i < 120; i++) {
            keys.add(("/k/" + random.nextInt(1000) + "/" + i).getBytes(StandardCharsets.UTF_8));
        }
        keys.sort(Arrays::compareUnsigned);
        return keys;
    }
}
