package dev.plinth.pagestore;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.plinth.walio.io.LinuxDisk;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

class BatcherTest {
    private static final byte[] BUCKET = {'b'};
    private static final int CALLS = 8;

    @TempDir Path directory;

    @Test
    @Timeout(value = 60, unit = TimeUnit.SECONDS)
    void callsShareOneCommitAndAFailingOneFailsAlone() throws Exception {
        Options options = Options.defaults().withDurability(Durability.NEVER);
        try (Database database = Database.open(new LinuxDisk(), directory.resolve("db"), options);
                ExecutorService threads = Executors.newFixedThreadPool(CALLS)) {
            database.update(transaction -> transaction.createBucket(BUCKET));
            long before = txid(database);
            Batcher batcher = new Batcher(database, CALLS, TimeUnit.SECONDS.toNanos(50));
            List<Future<?>> calls = new ArrayList<>();
            for (int i = 0; i < CALLS; i++) {
                byte number = (byte) i;
                calls.add(threads.submit(() -> batcher.update(change(number))));
            }
            int failures = 0;
            for (Future<?> call : calls) {
                try {
                    call.get();
                } catch (ExecutionException e) {
                    assertThat(e).hasRootCauseMessage("no");
                    failures++;
                }
            }
            assertThat(failures).isEqualTo(1);
            assertThat(txid(database)).isEqualTo(before + 1);
            try (ReadTransaction reader = database.beginRead()) {
                Bucket bucket = Objects.requireNonNull(reader.bucket(BUCKET));
                assertThat(bucket.stats().keys()).isEqualTo(CALLS - 1);
            }
            Batcher alone = new Batcher(database, 0, 0);
            assertThatThrownBy(() -> alone.update(change((byte) 3))).hasMessage("no");
        }
    }

    private static Consumer<WriteTransaction> change(byte number) {
        return transaction -> {
            Objects.requireNonNull(transaction.bucket(BUCKET))
                    .put(new byte[] {number}, new byte[] {1});
            if (number == 3) {
                throw new IllegalArgumentException("no");
            }
        };
    }

    private static long txid(Database database) {
        try (ReadTransaction reader = database.beginRead()) {
            return reader.id();
        }
    }
}
