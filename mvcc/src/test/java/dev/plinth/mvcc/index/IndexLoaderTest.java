package dev.plinth.mvcc.index;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.plinth.mvcc.reclaim.Epochs;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.function.IntFunction;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * An index that was loaded in order of keys is the one that entering in order of revisions makes.
 */
final class IndexLoaderTest {

    @ParameterizedTest
    @ValueSource(ints = {64, 500, 5_000, 1 << 20})
    void loadsWhatRestoringOneByOneGives(int batchBytes) {
        Random random = new Random(batchBytes);
        Epochs epochs = new Epochs();
        try (KeyIndex expected = new KeyIndex(epochs);
                KeyIndex actual = new KeyIndex(epochs);
                IndexLoader loader = new IndexLoader(actual, batchBytes)) {
            for (int main = 2; main < 4_000; main++) {
                byte[] key =
                        ("k" + random.nextInt(700))
                                .repeat(1 + random.nextInt(3))
                                .getBytes(StandardCharsets.UTF_8);
                boolean tombstone = random.nextInt(5) == 0;
                int sub = random.nextInt(3);
                long create = 2L + random.nextInt(main - 1);
                long version = 1L + random.nextInt(9);
                expected.restore(key, main, sub, tombstone, create, version);
                loader.add(
                        MemorySegment.ofArray(key),
                        0,
                        key.length,
                        main,
                        sub,
                        tombstone,
                        create,
                        version);
            }
            loader.finish();
            assertEquals(content(expected, Long.MAX_VALUE), content(actual, Long.MAX_VALUE));
            assertEquals(content(expected, 2_000), content(actual, 2_000));
        }
    }

    private static List<String> content(KeyIndex index, long atRevision) {
        List<String> content = new ArrayList<>();
        index.newReader()
                .scan(
                        index.root(),
                        new byte[0],
                        new byte[0],
                        atRevision,
                        (reader, state) -> {
                            content.add(
                                    "%s %d.%d %d %d"
                                            .formatted(
                                                    new String(
                                                            reader.currentKey(),
                                                            StandardCharsets.UTF_8),
                                                    state.mod,
                                                    state.sub,
                                                    state.create,
                                                    state.version));
                            return true;
                        });
        return content;
    }

    @Test
    void takesAKeyThatIsLargerThanABatch() {
        byte[] huge = new byte[10_000];
        Arrays.fill(huge, (byte) 'x');
        try (KeyIndex index = new KeyIndex(new Epochs());
                IndexLoader loader = new IndexLoader(index, 256)) {
            loader.add(MemorySegment.ofArray(huge), 0, huge.length, 2, 0, false, 2, 1);
            loader.add(MemorySegment.ofArray(new byte[] {1}), 0, 1, 3, 0, false, 3, 1);
            loader.finish();
            assertTrue(index.newReader().find(index.root(), huge, 2, new KeyState()));
            assertEquals(2, index.newReader().countNewest(index.root(), new byte[0], new byte[0]));
        }
    }

    @Test
    void leavesOfAnOrderedLoadAreFull() {
        Random random = new Random(1);
        try (KeyIndex index = new KeyIndex(new Epochs());
                IndexLoader loader = new IndexLoader(index, 16 << 20)) {
            int keys = 50_000;
            for (int main = 2; main < keys + 2; main++) {
                byte[] key =
                        "registry/%016x"
                                .formatted(random.nextLong())
                                .getBytes(StandardCharsets.UTF_8);
                loader.add(MemorySegment.ofArray(key), 0, key.length, main, 0, false, main, 1);
            }
            loader.finish();
            long perKey = index.usedBytes() / keys;
            assertTrue(perKey < 34, perKey + " bytes a key");
        }
    }

    @Test
    void sortsKeysThatShareMuch() {
        sorts(i -> "registry/pods/default/%06d".formatted(i * 7919 % 3000));
        sorts(i -> "a".repeat(i % 40));
        sorts(i -> "same");
        sorts(i -> "p".repeat(20) + "\0".repeat(i % 30));
        sorts(i -> (i % 2 == 0 ? "left/" : "right/") + "q".repeat(100) + i % 1500);
        sorts(i -> "");
    }

    private static void sorts(IntFunction<String> keyOf) {
        int count = 3_000;
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment memory = arena.allocate(1 << 20);
            int[] records = new int[count];
            List<byte[]> keys = new ArrayList<>();
            int at = 0;
            for (int i = 0; i < count; i++) {
                byte[] key = keyOf.apply(i).getBytes(StandardCharsets.UTF_8);
                keys.add(key);
                records[i] = at;
                memory.set(IndexMemory.INT, at, key.length);
                MemorySegment.copy(key, 0, memory, IndexMemory.BYTE, at + 4L, key.length);
                at += 4 + key.length;
            }
            new KeySorter(memory, records, count).sort();
            keys.sort(Arrays::compareUnsigned);
            for (int i = 0; i < count; i++) {
                byte[] key = new byte[memory.get(IndexMemory.INT, records[i])];
                MemorySegment.copy(memory, IndexMemory.BYTE, records[i] + 4L, key, 0, key.length);
                assertArrayEquals(keys.get(i), key);
                if (i > 0 && Arrays.equals(keys.get(i - 1), key)) {
                    assertTrue(records[i - 1] < records[i], "order of equal keys");
                }
            }
        }
    }
}
