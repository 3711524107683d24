package dev.plinth.pagestore;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;
import java.util.random.RandomGenerator;
import java.util.random.RandomGeneratorFactory;
import org.junit.jupiter.api.Test;

/**
 * Recorded files with random bytes, fields and pages changed, checksums of the meta pages renewed
 * so that the damage is reached: all that may come of it is a typed exception. {@code
 * -Dplinth.mutations} sets how many.
 */
class HostileFileTest {
    private static final int MUTATIONS = Integer.getInteger("plinth.mutations", 1500);
    private static final long FIRST_SEED = Long.getLong("plinth.seed", 1);
    private static final int SIZE_MAX = 200_000;

    @Test
    void damageIsNeverMoreThanATypedException() {
        List<byte[]> files =
                Vectors.databases().stream()
                        .map(name -> Vectors.bytes(name + ".db"))
                        .filter(content -> content.length <= SIZE_MAX)
                        .toList();
        assertThat(files).hasSizeGreaterThan(15);
        for (long seed = FIRST_SEED; seed < FIRST_SEED + MUTATIONS; seed++) {
            RandomGenerator random = RandomGeneratorFactory.of("L64X128MixRandom").create(seed);
            byte[] content = files.get(random.nextInt(files.size())).clone();
            mutate(content, random);
            try {
                HostileFile.exercise(content);
            } catch (RuntimeException | Error e) {
                throw new AssertionError("seed " + seed, e);
            }
        }
    }

    private static void mutate(byte[] content, RandomGenerator random) {
        ByteBuffer bytes = ByteBuffer.wrap(content).order(ByteOrder.LITTLE_ENDIAN);
        for (int i = random.nextInt(1, 6); i > 0; i--) {
            int page = random.nextInt(Math.max(1, content.length / 4096)) * 4096;
            int field = page + random.nextInt(0, 160) / 2 * 2;
            int at = Math.clamp(field, 0, Math.max(0, content.length - 8));
            switch (random.nextInt(6)) {
                case 0 -> content[random.nextInt(content.length)] = (byte) random.nextInt();
                case 1 -> put(bytes, at, (short) (random.nextInt(4) == 0 ? -1 : random.nextInt(9)));
                case 2 -> bytes.putInt(at, random.nextInt(3) == 0 ? -1 : random.nextInt(5000));
                case 3 -> bytes.putLong(at, random.nextLong(60));
                case 4 -> bytes.putLong(at, random.nextLong());
                default -> {
                    int from = random.nextInt(Math.max(1, content.length / 4096)) * 4096;
                    int length = Math.min(4096, content.length - Math.max(from, page));
                    if (length > 0) {
                        System.arraycopy(content, from, content, page, length);
                    }
                }
            }
        }
        HostileFile.renewChecksums(content);
    }

    private static void put(ByteBuffer bytes, int at, short value) {
        bytes.putShort(at, value);
    }
}
