package dev.plinth.pagestore;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import dev.plinth.walio.io.LinuxDisk;
import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Opening a file allocates a few bits for each of its pages, and nothing for its keys. */
class OpenCostTest {
    private static final byte[] BUCKET = {1};
    private static final int MANY = 100_000;
    private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();

    @TempDir Path directory;

    @Test
    void openingTakesNoHeapThatGrowsWithTheKeys() {
        Path few = made("few", 1000);
        Path many = made("many", MANY);
        bytesToOpen(few);
        long bytesForFew = bytesToOpen(few);
        long bytesForMany = bytesToOpen(many);
        assertThat(bytesForMany - bytesForFew).isLessThan(MANY / 10);
    }

    @Test
    void pointReadsIntoAViewAllocateNothing() {
        Path many = made("many", MANY);
        try (Database database =
                        Database.open(new LinuxDisk(), many, Options.etcd().withPopulate(false));
                ReadTransaction transaction = database.beginRead()) {
            Bucket bucket = Objects.requireNonNull(transaction.bucket(BUCKET));
            ByteView view = new ByteView();
            byte[] key = new byte[Long.BYTES];
            assertThat(bytesOfGets(bucket, key, view)).isGreaterThanOrEqualTo(0);
            assertThat(bytesOfGets(bucket, key, view)).isLessThan(MANY / 100);
        }
    }

    private static long bytesOfGets(Bucket bucket, byte[] key, ByteView view) {
        ByteBuffer number = ByteBuffer.wrap(key);
        long before = THREADS.getCurrentThreadAllocatedBytes();
        int found = 0;
        for (int i = 0; i < MANY; i++) {
            number.putLong(0, i);
            found += bucket.get(key, view) ? 1 : 0;
        }
        long bytes = THREADS.getCurrentThreadAllocatedBytes() - before;
        assertThat(found).isEqualTo(MANY);
        return bytes;
    }

    private Path made(String name, int keys) {
        Path path = directory.resolve(name);
        Options options = Options.etcd().withPopulate(false).withDurability(Durability.NEVER);
        try (Database database = Database.open(new LinuxDisk(), path, options)) {
            database.update(transaction -> {
                Bucket bucket = transaction.createBucket(BUCKET);
                for (int i = 0; i < keys; i++) {
                    bucket.put(ByteBuffer.allocate(Long.BYTES).putLong(i).array(), new byte[8]);
                }
            });
        }
        return path;
    }

    private static long bytesToOpen(Path path) {
        long before = THREADS.getCurrentThreadAllocatedBytes();
        try (Database database =
                Database.open(new LinuxDisk(), path, Options.etcd().withPopulate(false))) {
            assertThat(database.stats().freePages()).isGreaterThanOrEqualTo(0);
        }
        return THREADS.getCurrentThreadAllocatedBytes() - before;
    }
}
