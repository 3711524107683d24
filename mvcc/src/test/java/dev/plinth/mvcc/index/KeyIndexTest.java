package dev.plinth.mvcc.index;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.plinth.mvcc.reclaim.Epochs;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The index against its specification, at the newest and at older published roots. */
class KeyIndexTest {

    /** A published root with the model of that moment. */
    private record Version(int root, int ticket, ModelIndex model, long main, long compacted) {}

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4})
    void agreesWithTheModelAtEveryPinnedRoot(long seed) {
        Random random = new Random(seed);
        Epochs epochs = new Epochs();
        try (KeyIndex index = new KeyIndex(epochs)) {
            ModelIndex model = new ModelIndex();
            List<byte[]> keys = keys(random, 50 + random.nextInt(700));
            List<Version> pinned = new ArrayList<>();
            KeyState state = new KeyState();
            long main = 1;
            long compacted = -1;
            int rounds = Integer.getInteger("index.rounds", 2500);
            for (int round = 0; round < rounds; round++) {
                main++;
                int subs = random.nextInt(10) == 0 ? 1 + random.nextInt(5) : 1;
                for (int sub = 0; sub < subs; sub++) {
                    byte[] key = pick(keys, random);
                    if (random.nextInt(5) == 0) {
                        assertThat(index.tombstone(key, main, sub, state))
                                .isEqualTo(model.tombstone(key, main, sub));
                    } else {
                        ModelIndex.Found expected = model.put(key, main, sub);
                        index.put(key, main, sub, state);
                        assertThat(found(state)).isEqualTo(expected);
                    }
                }
                if (random.nextInt(400) == 0) {
                    long at = compacted + 1 + random.nextLong(main - compacted);
                    model.compact(at);
                    byte[] next = new byte[0];
                    while (next != null) {
                        next = index.compact(next, at);
                        if (next != null && random.nextInt(3) == 0) {
                            index.published(publish(index, epochs));
                        }
                    }
                    compacted = at;
                }
                int root = index.publish();
                index.published(epochs.advance());
                if (random.nextInt(200) == 0) {
                    pinned.add(new Version(root, epochs.pin(), model.copy(), main, compacted));
                }
                if (pinned.size() > 6) {
                    Version old = pinned.remove(random.nextInt(pinned.size()));
                    check(index, old, keys, random, 200);
                    epochs.unpin(old.ticket());
                }
            }
            check(index, new Version(index.root(), 0, model, main, compacted), keys, random, 2000);
            for (Version old : pinned) {
                check(index, old, keys, random, 300);
                epochs.unpin(old.ticket());
            }
        }
    }

    private static long publish(KeyIndex index, Epochs epochs) {
        index.publish();
        return epochs.advance();
    }

    private static void check(
            KeyIndex index, Version version, List<byte[]> keys, Random random, int probes) {
        IndexReader reader = index.newReader();
        ModelIndex model = version.model();
        int root = version.root();
        KeyState state = new KeyState();
        long oldest = Math.max(1, version.compacted());
        for (int i = 0; i < probes; i++) {
            byte[] key = pick(keys, random);
            long at = oldest + random.nextLong(version.main() - oldest + 1);
            ModelIndex.Found expected = model.find(key, at);
            boolean found = reader.find(root, key, at, state);
            assertThat(found ? found(state) : null).as("key at %d", at).isEqualTo(expected);
            ModelIndex.Rev kept = model.kept(key, at);
            for (ModelIndex.Rev rev : model.all(key)) {
                assertThat(reader.contains(root, key, rev.main(), rev.sub())).isTrue();
                assertThat(reader.contains(root, key, rev.main(), rev.sub() + 1))
                        .isEqualTo(
                                model.all(key)
                                        .contains(new ModelIndex.Rev(rev.main(), rev.sub() + 1)));
                assertThat(reader.keeps(root, key, rev.main(), rev.sub(), at))
                        .isEqualTo(rev.equals(kept));
            }
        }
        for (int i = 0; i < 10; i++) {
            byte[] low = pick(keys, random);
            byte[] high = random.nextInt(4) == 0 ? new byte[0] : pick(keys, random);
            long at = oldest + random.nextLong(version.main() - oldest + 1);
            assertThat(scan(reader, root, low, high, at))
                    .isEqualTo(readable(model.range(low, high, at)));
            assertThat(reader.countNewest(root, low, high))
                    .isEqualTo(model.range(low, high, Long.MAX_VALUE).size());
            assertThat(reader.countAt(root, low, high, at))
                    .isEqualTo(model.range(low, high, at).size());
        }
        byte[] all = new byte[0];
        assertThat(scan(reader, root, all, all, version.main()))
                .isEqualTo(readable(model.range(all, all, version.main())));
    }

    private static Map<String, ModelIndex.Found> scan(
            IndexReader reader, int root, byte[] low, byte[] high, long at) {
        Map<String, ModelIndex.Found> result = new LinkedHashMap<>();
        reader.scan(
                root,
                low,
                high,
                at,
                (r, state) -> {
                    result.put(HexFormat.of().formatHex(r.currentKey()), found(state));
                    return true;
                });
        return result;
    }

    private static Map<String, ModelIndex.Found> readable(Map<byte[], ModelIndex.Found> map) {
        Map<String, ModelIndex.Found> result = new LinkedHashMap<>();
        map.forEach((key, found) -> result.put(HexFormat.of().formatHex(key), found));
        return result;
    }

    private static ModelIndex.Found found(KeyState state) {
        return new ModelIndex.Found(state.mod, state.sub, state.create, state.version);
    }

    /** A few hot keys have long histories. */
    private static byte[] pick(List<byte[]> keys, Random random) {
        return keys.get(random.nextInt(3) == 0 ? random.nextInt(3) : random.nextInt(keys.size()));
    }

    private static List<byte[]> keys(Random random, int count) {
        List<byte[]> keys = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            keys.add(
                    switch (random.nextInt(6)) {
                        case 0 ->
                                ("/registry/pods/default/pod-" + random.nextInt(100000))
                                        .getBytes(UTF_8);
                        case 1 -> ("/registry/events/" + i).getBytes(UTF_8);
                        case 2 -> randomBytes(random, 1 + random.nextInt(4));
                        case 3 -> ("k" + "x".repeat(random.nextInt(300)) + i).getBytes(UTF_8);
                        case 4 -> new byte[] {(byte) 0xFF, (byte) random.nextInt(), (byte) i};
                        default ->
                                random.nextInt(40) == 0
                                        ? randomBytes(random, 1000 + random.nextInt(70_000))
                                        : randomBytes(random, 8);
                    });
        }
        return keys;
    }

    private static byte[] randomBytes(Random random, int length) {
        byte[] bytes = new byte[length];
        random.nextBytes(bytes);
        return bytes;
    }

    @Test
    void keysInOrderFillLeavesAndCostLittle() {
        Epochs epochs = new Epochs();
        try (KeyIndex index = new KeyIndex(epochs)) {
            KeyState state = new KeyState();
            int count = 100_000;
            for (int i = 0; i < count; i++) {
                index.put(
                        "/registry/pods/default/pod-%08d".formatted(i).getBytes(UTF_8),
                        i + 2L,
                        0,
                        state);
                index.publish();
                index.published(epochs.advance());
            }
            assertThat(index.newReader().countNewest(index.root(), new byte[0], new byte[0]))
                    .isEqualTo(count);
            assertThat(index.usedBytes() / count).as("bytes per key").isLessThan(32);
        }
    }

    @Test
    void compactionGivesMemoryBack() {
        Epochs epochs = new Epochs();
        try (KeyIndex index = new KeyIndex(epochs)) {
            KeyState state = new KeyState();
            long main = 1;
            for (int i = 0; i < 20_000; i++) {
                index.put(("key-" + i).getBytes(UTF_8), ++main, 0, state);
            }
            for (int i = 0; i < 20_000; i++) {
                index.tombstone(("key-" + i).getBytes(UTF_8), ++main, 0, state);
            }
            index.publish();
            index.published(epochs.advance());
            byte[] next = new byte[0];
            while (next != null) {
                next = index.compact(next, main + 1);
                index.publish();
                index.published(epochs.advance());
            }
            assertThat(index.root()).isZero();
            // What is retired last waits for the next publications.
            assertThat(index.usedBytes()).isLessThan(64 * 1024);
        }
    }

    @Test
    void refusesRevisionsThatDoNotGrow() {
        try (KeyIndex index = new KeyIndex(new Epochs())) {
            KeyState state = new KeyState();
            byte[] key = {1};
            index.put(key, 5, 1, state);
            assertThatThrownBy(() -> index.put(key, 5, 1, state))
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageContaining("5.1");
        }
    }
}
