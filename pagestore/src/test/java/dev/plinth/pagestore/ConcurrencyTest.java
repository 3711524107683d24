package dev.plinth.pagestore;

import static org.assertj.core.api.Assertions.assertThat;

import dev.plinth.pagestore.check.CheckOptions;
import dev.plinth.walio.io.LinuxDisk;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Readers beside the writer, across growth of file and mapping, and beside checkpoints. Each commit
 * writes its number under all keys, so a reader that sees two numbers in one transaction, or one
 * below a number that it saw before, has caught the store mixing states or reusing pages.
 */
class ConcurrencyTest {
    private static final byte[] BUCKET = {'b'};
    private static final int KEYS = 40;
    private static final int READERS = 4;
    private static final int COMMITS = Integer.getInteger("plinth.commits", 400);

    @TempDir Path directory;

    private final AtomicBoolean writing = new AtomicBoolean(true);

    @ParameterizedTest
    @EnumSource(
            value = Durability.class,
            names = {"AT_CHECKPOINT", "NEVER"})
    @Timeout(value = 120, unit = TimeUnit.SECONDS)
    void readersSeeOneStateEach(Durability durability) throws Exception {
        Options options =
                Options.defaults()
                        .withFreelist(FreelistKind.BITMAP)
                        .withPersistFreelist(durability == Durability.NEVER)
                        .withDurability(durability);
        try (Database database = Database.open(new LinuxDisk(), directory.resolve("db"), options);
                ExecutorService threads = Executors.newFixedThreadPool(READERS + 1)) {
            write(database, 1);
            List<Future<Long>> readers = new ArrayList<>();
            for (int i = 0; i < READERS; i++) {
                boolean patient = i % 2 == 0;
                readers.add(threads.submit((Callable<Long>) () -> read(database, patient)));
            }
            Future<?> checkpoints = threads.submit(() -> checkpoint(database));
            try {
                for (int commit = 2; commit <= COMMITS; commit++) {
                    write(database, commit);
                }
            } finally {
                writing.set(false);
            }
            for (Future<Long> reader : readers) {
                assertThat(outcome(reader)).isPositive();
            }
            checkpoints.get();
            try (ReadTransaction transaction = database.beginRead()) {
                List<String> findings = new ArrayList<>();
                transaction.check(
                        CheckOptions.wholeFile(), finding -> findings.add(finding.text()));
                assertThat(findings).isEmpty();
            }
        }
    }

    private static long outcome(Future<Long> reader) throws Exception {
        try {
            return reader.get();
        } catch (ExecutionException e) {
            throw new AssertionError(e.getCause());
        }
    }

    private void checkpoint(Database database) {
        while (writing.get()) {
            database.checkpoint();
        }
    }

    private static void write(Database database, int number) {
        database.update(transaction -> {
            Bucket bucket = transaction.createBucketIfMissing(BUCKET);
            // Values of changing length move pages about; new keys make the file grow.
            byte[] value = new byte[40 + number * 13 % 900];
            ByteBuffer.wrap(value).putInt(0, number);
            for (int key = 0; key < KEYS; key++) {
                bucket.put(new byte[] {'k', (byte) key}, value);
            }
            bucket.put(
                    ByteBuffer.allocate(5).put((byte) 'x').putInt(number).array(),
                    new byte[10_000]);
        });
    }

    private long read(Database database, boolean patient) {
        long transactions = 0;
        int last = 0;
        while (writing.get() || transactions == 0) {
            try (ReadTransaction transaction = database.beginRead()) {
                int seen = numberIn(transaction);
                assertThat(seen).isGreaterThanOrEqualTo(last);
                last = seen;
                for (int again = 0; patient && again < 20; again++) {
                    assertThat(numberIn(transaction)).isEqualTo(seen);
                }
                transactions++;
            }
        }
        return transactions;
    }

    private static int numberIn(ReadTransaction transaction) {
        Bucket bucket = Objects.requireNonNull(transaction.bucket(BUCKET));
        int number = -1;
        for (int key = 0; key < KEYS; key++) {
            MemorySegment value = Objects.requireNonNull(bucket.get(new byte[] {'k', (byte) key}));
            int found = Integer.reverseBytes(value.get(ValueLayout.JAVA_INT_UNALIGNED, 0));
            if (number >= 0 && found != number) {
                throw new AssertionError("one transaction shows " + number + " and " + found);
            }
            number = found;
        }
        return number;
    }
}
