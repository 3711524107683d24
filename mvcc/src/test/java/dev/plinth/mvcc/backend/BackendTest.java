package dev.plinth.mvcc.backend;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.plinth.mvcc.RangeQuery;
import dev.plinth.mvcc.ReadView;
import dev.plinth.mvcc.TestMember;
import dev.plinth.mvcc.WriteView;
import dev.plinth.pagestore.Database;
import dev.plinth.pagestore.ReadTransaction;
import dev.plinth.walio.io.LinuxDisk;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class BackendTest {
    @TempDir private Path directory = Path.of("");

    private static byte[] bytes(String text) {
        return text.getBytes(UTF_8);
    }

    private Path file() {
        return directory.resolve("db");
    }

    private static void put(TestMember member, String key) {
        member.put(bytes(key), bytes("v"), 0);
    }

    @Test
    void aNewFileHasAllBuckets() {
        try (TestMember member = new TestMember(file());
                ReadTransaction read = member.backend().flushedRead()) {
            for (SchemaBucket bucket : SchemaBucket.values()) {
                assertThat(read.bucket(bucket.nameBytes())).isNotNull();
            }
        }
    }

    @Test
    void smallBucketsShowUnflushedChangesOverFlushedOnes() {
        try (TestMember member = new TestMember(file())) {
            Backend backend = member.backend();
            member.apply(s -> {
                backend.put(SchemaBucket.AUTH_USERS, bytes("a"), bytes("1"));
                backend.put(SchemaBucket.AUTH_USERS, bytes("b"), bytes("2"));
                backend.put(SchemaBucket.ALARM, bytes("x"), new byte[0]);
                return s;
            });
            backend.flush();
            member.apply(s -> {
                backend.delete(SchemaBucket.AUTH_USERS, bytes("a"));
                backend.put(SchemaBucket.AUTH_USERS, bytes("c"), bytes("3"));
                return s;
            });
            List<String> seen = new ArrayList<>();
            backend.forEach(
                    SchemaBucket.AUTH_USERS,
                    (k, v) -> seen.add(new String(k, UTF_8) + new String(v, UTF_8)));
            assertThat(seen).containsExactly("b2", "c3");
            assertThat(backend.get(SchemaBucket.AUTH_USERS, bytes("a"))).isNull();
            assertThat(backend.get(SchemaBucket.ALARM, bytes("x"))).isEmpty();
            assertThat(backend.get(SchemaBucket.ALARM, bytes("y"))).isNull();
        }
    }

    @Test
    void changesNeedAnEntryAndAFlushMustNotBeInOne() {
        try (TestMember member = new TestMember(file())) {
            Backend backend = member.backend();
            assertThatThrownBy(() -> backend.put(SchemaBucket.AUTH, bytes("a"), bytes("1")))
                    .isInstanceOf(IllegalStateException.class);
            assertThatThrownBy(() -> member.apply(s -> backend.flush()))
                    .isInstanceOf(IllegalStateException.class);
            assertThatThrownBy(() -> backend.beginEntry(backend.consistentIndex(), 1))
                    .isInstanceOf(IllegalStateException.class);
        }
    }

    /** A crash at any time leaves data and consistent index of the same entry. */
    @Test
    void dataAndConsistentIndexAreInTheSameCheckpoint() throws IOException {
        try (TestMember member = new TestMember(file())) {
            for (int i = 0; i < 5; i++) {
                put(member, "k" + i);
            }
            member.backend().forceCommit();
            assertThat(member.backend().durableConsistentIndex()).isEqualTo(5);
            for (int i = 5; i < 9; i++) {
                put(member, "k" + i);
            }
            member.backend().flush();
            put(member, "k9");
            assertThat(member.backend().durableConsistentIndex()).isEqualTo(5);
            assertThat(member.backend().consistentIndex()).isEqualTo(10);
            Path copy = directory.resolve("crashed");
            Files.copy(file(), copy);
            try (TestMember crashed = new TestMember(copy)) {
                assertThat(crashed.backend().consistentIndex()).isEqualTo(5);
                assertThat(crashed.store().currentRevision()).isEqualTo(6);
            }
        }
        try (TestMember restarted = new TestMember(file())) {
            assertThat(restarted.backend().consistentIndex()).isEqualTo(10);
            assertThat(restarted.backend().consistentTerm()).isEqualTo(1);
            assertThat(restarted.store().currentRevision()).isEqualTo(11);
        }
    }

    @Test
    void theCommitterFlushesByTimeAndCountAndMakesCheckpointsByTime() {
        try (TestMember member = new TestMember(file())) {
            Backend backend = member.backend();
            Committer committer = backend.committer();
            List<Long> checkpoints = new ArrayList<>();
            backend.onCheckpoint(checkpoints::add);
            long second = 1_000_000_000L;
            assertThat(committer.doWork(0)).isZero();
            put(member, "a");
            assertThat(committer.doWork(second)).isZero();
            assertThat(committer.doWork(second + second / 10)).isPositive();
            assertThat(backend.bufferedBytes()).isZero();
            assertThat(checkpoints).isEmpty();
            member.apply(s -> {
                try (WriteView txn = s.write()) {
                    for (int i = 0; i < 10_000; i++) {
                        txn.put(bytes("k" + i), bytes("v"), 0);
                    }
                }
                return s;
            });
            assertThat(committer.doWork(2 * second)).isGreaterThanOrEqualTo(10_000);
            assertThat(committer.doWork(6 * second)).isEqualTo(1);
            assertThat(checkpoints).containsExactly(2L);
            assertThat(backend.durableConsistentIndex()).isEqualTo(2);
            assertThat(committer.doWork(60 * second)).isZero();
        }
    }

    @Test
    void aSnapshotIsADatabaseOfItsMoment() throws IOException {
        Path copy = directory.resolve("snapshot");
        long hash;
        try (TestMember member = new TestMember(file())) {
            for (int i = 0; i < 500; i++) {
                put(member, "k" + i % 70);
            }
            hash = member.store().hash();
            try (BackendSnapshot snapshot = member.backend().snapshot();
                    FileChannel out =
                            FileChannel.open(
                                    copy,
                                    StandardOpenOption.CREATE_NEW,
                                    StandardOpenOption.WRITE)) {
                put(member, "later");
                member.backend().forceCommit();
                snapshot.writeTo(out);
                assertThat(out.size()).isEqualTo(snapshot.sizeBytes());
            }
        }
        try (TestMember restored = new TestMember(copy)) {
            assertThat(restored.store().hash()).isEqualTo(hash);
            assertThat(restored.store().currentRevision()).isEqualTo(501);
            put(restored, "goes on");
        }
    }

    @Test
    void defragmentationShrinksTheFileWhileViewsAndWritesGoOn() throws IOException {
        try (TestMember member = new TestMember(file())) {
            for (int i = 0; i < 200; i++) {
                member.put(bytes("k" + i % 20), new byte[20_000], 0);
            }
            member.compact(member.store().currentRevision());
            put(member, "small");
            long hashKv = member.store().hashKv(0).hash();
            Backend backend = member.backend();
            long before = backend.sizeBytes();
            long fileBefore = Files.size(file());
            try (ReadView view = member.store().read();
                    BackendSnapshot snapshot = backend.snapshot()) {
                assertThat(backend.defragment()).isTrue();
                put(member, "after");
                assertThat(view.range(RangeQuery.ofKey(bytes("k3"))).value(0)).hasSize(20_000);
                assertThat(snapshot.sizeBytes()).isEqualTo(before);
            }
            assertThat(backend.defragment()).isTrue();
            assertThat(backend.sizeBytes()).isLessThan(before / 2);
            assertThat(backend.sizeBytes()).isLessThan(backend.sizeInUseBytes() * 13 / 10);
            assertThat(Files.size(file())).isLessThan(fileBefore / 2);
            assertThat(backend.durableConsistentIndex()).isEqualTo(backend.consistentIndex());
            assertThat(member.store().hashKv(202).hash()).isEqualTo(hashKv);
        }
        try (TestMember restarted = new TestMember(file())) {
            assertThat(restarted.store().currentRevision()).isEqualTo(203);
            try (ReadView view = restarted.store().read()) {
                assertThat(view.range(RangeQuery.count(new byte[1], new byte[0], 0)).count())
                        .isEqualTo(22);
            }
        }
    }

    @Test
    void aClosedBackendSaysThatItsDefragmentationDidNotEnd() {
        TestMember member = new TestMember(file());
        put(member, "k");
        member.close();
        assertThat(member.backend().defragment()).isFalse();
    }

    @Test
    void sizesAreThoseOfThePages() {
        try (TestMember member = new TestMember(file())) {
            long empty = member.backend().sizeBytes();
            assertThat(empty).isBetween(12L << 10, 64L << 10);
            member.put(bytes("large"), new byte[1 << 20], 0);
            member.backend().flush();
            assertThat(member.backend().sizeBytes()).isGreaterThan(1 << 20);
            assertThat(member.backend().sizeInUseBytes())
                    .isLessThanOrEqualTo(member.backend().sizeBytes());
        }
    }

    @Test
    void versionsAreToldAndMigratedBothWays() throws StorageVersion.MigrationException {
        try (TestMember member = new TestMember(file())) {
            Backend backend = member.backend();
            assertThat(StorageVersion.detect(backend)).isEmpty();
            assertThatThrownBy(() ->
                            StorageVersion.migrate(
                                    backend, StorageVersion.V3_7, StorageVersion.V3_5))
                    .hasMessageContaining("missing term information");
            put(member, "a");
            assertThat(StorageVersion.detect(backend)).contains(StorageVersion.V3_5);
            StorageVersion.migrate(backend, StorageVersion.V3_7, StorageVersion.V3_5);
            assertThat(new String(required(backend), US_ASCII)).isEqualTo("3.7.0");
            assertThat(StorageVersion.detect(backend)).contains(StorageVersion.V3_7);
            assertThatThrownBy(() ->
                            StorageVersion.migrate(
                                    backend, StorageVersion.V3_5, StorageVersion.V3_6))
                    .hasMessage(
                            "cannot downgrade storage, WAL contains newer entries, as the target"
                                    + " version (3.5.0) is lower than the version (3.6.0)"
                                    + " detected from WAL logs");
            assertThatThrownBy(() ->
                            StorageVersion.migrate(
                                    backend, new StorageVersion(3, 8), StorageVersion.V3_5))
                    .hasMessage("version \"3.8.0\" is not supported");
            assertThatThrownBy(() ->
                            StorageVersion.migrate(
                                    backend, new StorageVersion(4, 0), StorageVersion.V3_5))
                    .hasMessage("changing major storage version is not supported");
            StorageVersion.migrate(backend, StorageVersion.V3_5, StorageVersion.V3_5);
            assertThat(backend.get(SchemaBucket.META, MetaKeys.storageVersion())).isNull();
        }
    }

    private static byte[] required(Backend backend) {
        byte[] value = backend.get(SchemaBucket.META, MetaKeys.storageVersion());
        assertThat(value).isNotNull();
        return value == null ? new byte[0] : value;
    }

    @Test
    void aMetaValueOfTheWrongLengthIsRefusedByName() {
        Database database =
                Database.open(
                        new LinuxDisk(),
                        file(),
                        Backend.databaseOptions().withInitialMapBytes(1 << 20).withPopulate(false));
        try (database) {
            try (var write = database.beginWrite()) {
                for (SchemaBucket bucket : SchemaBucket.values()) {
                    write.createBucketIfMissing(bucket.nameBytes());
                }
                write.createBucketIfMissing(SchemaBucket.META.nameBytes())
                        .put(MetaKeys.consistentIndex(), new byte[3]);
                write.commit();
            }
            assertThatThrownBy(() -> Backend.open(database, BackendOptions.DEFAULT))
                    .hasMessageContaining("consistent_index")
                    .hasMessageContaining("found 3");
        }
    }
}
