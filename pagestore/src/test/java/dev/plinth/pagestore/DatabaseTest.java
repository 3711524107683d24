package dev.plinth.pagestore;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.plinth.pagestore.check.CheckOptions;
import dev.plinth.walio.io.Clock;
import dev.plinth.walio.io.Errno;
import dev.plinth.walio.io.LinuxDisk;
import dev.plinth.walio.io.sim.CallKind;
import dev.plinth.walio.io.sim.SimulatedDisk;
import java.io.ByteArrayOutputStream;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.channels.Channels;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The behaviour that callers rely on, one fact at a time. */
class DatabaseTest {
    private static final byte[] BUCKET = bytes("bucket");

    @TempDir Path directory;

    private final LinuxDisk disk = new LinuxDisk();

    private Path path() {
        return directory.resolve("db");
    }

    private static byte[] bytes(String text) {
        return text.getBytes(UTF_8);
    }

    private Database open(Options options) {
        return Database.open(disk, path(), options);
    }

    private static void put(Database database, String key, String value) {
        database.update(transaction ->
                transaction.createBucketIfMissing(BUCKET).put(bytes(key), bytes(value)));
    }

    private static String get(Transaction transaction, String key) {
        MemorySegment value =
                Objects.requireNonNull(Objects.requireNonNull(transaction.bucket(BUCKET)))
                        .get(bytes(key));
        return value == null ? "" : new String(value.toArray(ValueLayout.JAVA_BYTE), UTF_8);
    }

    @Test
    void readerKeepsItsVersionAcrossCommitsAndGrowth() {
        try (Database database = open(Options.defaults())) {
            put(database, "k", "old");
            try (ReadTransaction reader = database.beginRead()) {
                MemorySegment slice =
                        Objects.requireNonNull(
                                Objects.requireNonNull(reader.bucket(BUCKET)).get(bytes("k")));
                for (int i = 0; i < 50; i++) {
                    put(database, "k", "new " + i);
                    put(database, "big" + i, "x".repeat(20_000));
                }
                assertThat(get(reader, "k")).isEqualTo("old");
                assertThat(slice.toArray(ValueLayout.JAVA_BYTE)).isEqualTo(bytes("old"));
            }
            try (ReadTransaction reader = database.beginRead()) {
                assertThat(get(reader, "k")).isEqualTo("new 49");
            }
        }
    }

    @Test
    void sliceThrowsAfterItsTransactionHasEnded() {
        try (Database database = open(Options.defaults())) {
            put(database, "k", "v");
            ReadTransaction reader = database.beginRead();
            Bucket bucket = Objects.requireNonNull(reader.bucket(BUCKET));
            MemorySegment slice = Objects.requireNonNull(bucket.get(bytes("k")));
            reader.close();
            assertThatThrownBy(() -> slice.get(ValueLayout.JAVA_BYTE, 0))
                    .isInstanceOf(IllegalStateException.class);
            assertThatThrownBy(() -> bucket.get(bytes("k")))
                    .isInstanceOf(DatabaseException.TransactionClosed.class);
        }
    }

    @Test
    void viewShowsTheValue() {
        try (Database database = open(Options.defaults())) {
            put(database, "key", "value");
            database.view(reader -> {
                ByteView view = new ByteView();
                Bucket bucket = Objects.requireNonNull(reader.bucket(BUCKET));
                assertThat(bucket.get(bytes("key"), view)).isTrue();
                assertThat(view.toByteArray()).isEqualTo(bytes("value"));
                assertThat(view.contentEquals(bytes("value"))).isTrue();
                assertThat(bucket.get(bytes("other"), view)).isFalse();
                return view;
            });
        }
    }

    @Test
    void failedSyncClosesForWritingAndLeavesReadingAlone() {
        SimulatedDisk simulated = new SimulatedDisk();
        simulated.makeDurableDirectory(Path.of("/d"));
        try (Database database = Database.open(simulated, Path.of("/d/db"), Options.defaults())) {
            put(database, "k", "old");
            simulated.faults().fail(CallKind.SYNC, 1, Errno.EIO);
            assertThatThrownBy(() -> put(database, "k", "new"))
                    .isInstanceOf(DatabaseException.Failed.class);
            assertThatThrownBy(database::beginWrite).isInstanceOf(DatabaseException.Failed.class);
            try (ReadTransaction reader = database.beginRead()) {
                assertThat(get(reader, "k")).isEqualTo("old");
            }
        }
    }

    @Test
    void growthBeyondTheMaximumIsRefusedAndUndone() {
        Options options = Options.defaults().withMaxSizeBytes(1 << 20);
        try (Database database = open(options)) {
            put(database, "k", "v");
            assertThatThrownBy(() -> put(database, "big", "x".repeat(2 << 20)))
                    .isInstanceOf(DatabaseException.Full.class);
            put(database, "k", "w");
            try (ReadTransaction reader = database.beginRead()) {
                assertThat(get(reader, "k")).isEqualTo("w");
                List<String> findings = new ArrayList<>();
                reader.check(CheckOptions.wholeFile(), finding -> findings.add(finding.text()));
                assertThat(findings).isEmpty();
            }
        }
    }

    @Test
    void lockedFileTimesOutAndIsNoticed() {
        AtomicLong now = new AtomicLong();
        Clock clock =
                new Clock() {
                    @Override
                    public long monotonicNanos() {
                        return now.get();
                    }

                    @Override
                    public long wallMillis() {
                        return 0;
                    }
                };
        List<Long> noticed = new ArrayList<>();
        LockWait wait =
                new LockWait(
                        20_000_000_000L,
                        10_000_000_000L,
                        () -> noticed.add(now.get()),
                        clock,
                        now::addAndGet);
        try (Database database = open(Options.defaults())) {
            assertThat(database.pageSize()).isEqualTo(4096);
            assertThatThrownBy(() -> open(Options.defaults().withLockWait(wait)))
                    .isInstanceOf(DatabaseException.LockTimeout.class);
        }
        assertThat(noticed).containsExactly(10_000_000_000L);
        assertThat(now.get()).isLessThanOrEqualTo(20_000_000_000L);
    }

    @Test
    void readOnlyDatabasesShareTheFileAndRefuseWrites() {
        open(Options.defaults()).close();
        Options readOnly = Options.defaults().withReadOnly(true);
        try (Database one = open(readOnly);
                Database two = open(readOnly)) {
            assertThat(one.path()).isEqualTo(two.path());
            assertThatThrownBy(one::beginWrite).isInstanceOf(DatabaseException.ReadOnly.class);
        }
    }

    @Test
    void hotBackupIsTheStateOfItsReader() throws Exception {
        try (Database database = open(Options.defaults())) {
            put(database, "k", "old");
            Path copy = directory.resolve("copy");
            try (ReadTransaction reader = database.beginRead()) {
                put(database, "k", "new");
                ByteArrayOutputStream stream = new ByteArrayOutputStream();
                reader.writeTo(Channels.newChannel(stream));
                assertThat(stream.size()).isEqualTo((int) reader.sizeBytes());
                reader.writeTo(disk, copy);
                assertThat(Files.readAllBytes(copy)).isEqualTo(stream.toByteArray());
            }
            try (Database restored = Database.open(disk, copy, Options.defaults())) {
                put(restored, "other", "x");
                try (ReadTransaction reader = restored.beginRead()) {
                    assertThat(get(reader, "k")).isEqualTo("old");
                }
            }
        }
    }

    @Test
    void compactionKeepsAllAndNothingElse() {
        try (Database database = open(Options.defaults())) {
            for (int i = 0; i < 300; i++) {
                put(database, "key" + i, "x".repeat(500));
            }
            database.update(transaction -> {
                Bucket bucket = transaction.createBucketIfMissing(BUCKET);
                bucket.setSequence(42);
                bucket.createBucket(bytes("nested")).put(bytes("a"), bytes("b"));
                for (int i = 0; i < 290; i++) {
                    bucket.delete(bytes("key" + i));
                }
            });
        }
        Path target = directory.resolve("compacted");
        Compaction.copy(disk, path(), target, Options.defaults(), 1000);
        try (Database database = Database.open(disk, target, Options.defaults());
                ReadTransaction reader = database.beginRead()) {
            Bucket bucket = Objects.requireNonNull(reader.bucket(BUCKET));
            assertThat(bucket.sequence()).isEqualTo(42);
            assertThat(bucket.stats().keys()).isEqualTo(12);
            assertThat(get(reader, "key295")).isEqualTo("x".repeat(500));
            assertThat(reader.sizeBytes()).isLessThan(20 * 4096);
        }
    }

    @Test
    void onlineShrinkReturnsToTheSizeOfWhatIsLeft() {
        Options options =
                Options.defaults()
                        .withFreelist(FreelistKind.BITMAP)
                        .withDurability(Durability.NEVER)
                        .withAllocationStepBytes(1 << 20);
        try (Database database = open(options)) {
            database.update(transaction -> {
                Bucket bucket = transaction.createBucketIfMissing(BUCKET);
                for (int i = 0; i < 40_000; i++) {
                    bucket.put(bytes(String.format("%06d", i)), new byte[500]);
                }
            });
            database.update(transaction -> {
                Bucket bucket = transaction.createBucketIfMissing(BUCKET);
                for (int i = 0; i < 40_000; i++) {
                    if (i % 200 < 160) {
                        bucket.delete(bytes(String.format("%06d", i)));
                    }
                }
            });
            put(database, "other", "x");
            OnlineShrink shrink = new OnlineShrink(database);
            OnlineShrink.Step step = shrink.step(50);
            int steps = 1;
            for (; !step.finished(); steps++) {
                assertThat(step.movedPages()).isLessThan(100);
                put(database, "other", "y" + steps);
                step = shrink.step(50);
                assertThat(steps).isLessThan(500);
            }
            put(database, "other", "z");
            put(database, "other", "zz");
            step = shrink.step(50);
            assertThat(steps).isGreaterThan(10);
            try (ReadTransaction reader = database.beginRead()) {
                Bucket bucket = Objects.requireNonNull(reader.bucket(BUCKET));
                long live = bucket.stats().leafBytes() + bucket.stats().branchBytes();
                assertThat(step.fileBytes()).isLessThan(live * 13 / 10 + (1 << 20));
                assertThat(bucket.stats().keys()).isEqualTo(8001);
                List<String> findings = new ArrayList<>();
                reader.check(CheckOptions.wholeFile(), finding -> findings.add(finding.text()));
                assertThat(findings).isEmpty();
            }
        }
    }

    /** As a compaction of etcd's history leaves them: of each leaf a part, and none of it empty. */
    @Test
    void onlineShrinkJoinsLeavesThatAreHalfEmpty() {
        Options options =
                Options.defaults()
                        .withFreelist(FreelistKind.BITMAP)
                        .withDurability(Durability.NEVER)
                        .withAllocationStepBytes(1 << 20);
        try (Database database = open(options)) {
            database.update(transaction -> {
                Bucket bucket = transaction.createBucketIfMissing(BUCKET);
                bucket.setFillPercent(0.9);
                for (int i = 0; i < 20_000; i++) {
                    bucket.put(bytes(String.format("%06d", i)), new byte[300]);
                }
            });
            long full = leafPages(database);
            database.update(transaction -> {
                Bucket bucket = transaction.createBucketIfMissing(BUCKET);
                for (int i = 0; i < 20_000; i++) {
                    if (i % 2 == 0) {
                        bucket.delete(bytes(String.format("%06d", i)));
                    }
                }
            });
            assertThat(leafPages(database)).isGreaterThan(full * 9 / 10);
            OnlineShrink shrink = new OnlineShrink(database);
            int steps = 1;
            while (!shrink.step(50).finished()) {
                put(database, "other", "y" + steps);
                assertThat(++steps).isLessThan(500);
            }
            assertThat(leafPages(database)).isLessThan(full * 6 / 10);
            try (ReadTransaction reader = database.beginRead()) {
                Bucket bucket = Objects.requireNonNull(reader.bucket(BUCKET));
                assertThat(bucket.stats().keys()).isEqualTo(10_001);
                assertThat(Objects.requireNonNull(bucket.get(bytes("000777"))).byteSize())
                        .isEqualTo(300);
                assertThat(reader.sizeBytes()).isLessThan(full * 4096 * 8 / 10);
                List<String> findings = new ArrayList<>();
                reader.check(CheckOptions.wholeFile(), finding -> findings.add(finding.text()));
                assertThat(findings).isEmpty();
            }
        }
    }

    private static long leafPages(Database database) {
        try (ReadTransaction reader = database.beginRead()) {
            return Objects.requireNonNull(reader.bucket(BUCKET)).stats().leafPages();
        }
    }

    @Test
    void checkpointMakesTheCurrentStateDurable() {
        SimulatedDisk simulated = new SimulatedDisk();
        simulated.makeDurableDirectory(Path.of("/d"));
        Options options = Options.etcd().withInitialMapBytes(0).withPopulate(false);
        try (Database database =
                Database.open(
                        simulated,
                        Path.of("/d/db"),
                        options.withDurability(Durability.AT_CHECKPOINT))) {
            put(database, "k", "1");
            put(database, "k", "2");
            Checkpoint checkpoint = database.checkpoint();
            assertThat(checkpoint.advanced()).isTrue();
            assertThat(database.checkpoint().advanced()).isFalse();
            put(database, "k", "3");
            try (ReadTransaction now = database.beginRead();
                    ReadTransaction durable = database.beginDurableRead()) {
                assertThat(get(now, "k")).isEqualTo("3");
                assertThat(get(durable, "k")).isEqualTo("2");
                assertThat(durable.id()).isEqualTo(checkpoint.txid());
            }
        }
    }
}
