package dev.plinth.raft;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** The storage's answers at its edges. */
class MemoryStorageTest {
    private static MemoryStorage filled(long from, long to) {
        MemoryStorage storage = new MemoryStorage();
        try {
            storage.applySnapshot(snapshot(from - 1));
        } catch (StorageException e) {
            throw new AssertionError(e);
        }
        storage.append(entries(from, to, 1));
        return storage;
    }

    private static Snapshot snapshot(long index) {
        return new Snapshot(
                null, new SnapshotMetadata(ConfState.of(List.of(1L), List.of()), index, 1));
    }

    private static List<Entry> entries(long from, long to, long term) {
        List<Entry> entries = new ArrayList<>();
        for (long i = from; i <= to; i++) {
            entries.add(Entry.of(term, i, EntryType.NORMAL, Bytes.utf8("x")));
        }
        return entries;
    }

    private interface Call {
        void run() throws StorageException;
    }

    private static void assertRefused(Call call, StorageException.Reason reason) {
        assertThatThrownBy(call::run)
                .isInstanceOfSatisfying(
                        StorageException.class, e -> assertThat(e.reason()).isEqualTo(reason))
                .hasMessage(reason.toString());
    }

    private static void assertFatal(Call call, String text) {
        assertThatThrownBy(call::run).isInstanceOf(RaftFatalError.class).hasMessage(text);
    }

    @Test
    void termsAndEntriesOutsideTheLogAreRefused() throws StorageException {
        MemoryStorage storage = filled(4, 6);
        assertThat(storage.firstIndex()).isEqualTo(4);
        assertThat(storage.lastIndex()).isEqualTo(6);
        assertThat(storage.term(3)).isEqualTo(1);
        assertRefused(() -> storage.term(2), StorageException.Reason.COMPACTED);
        assertRefused(() -> storage.term(7), StorageException.Reason.UNAVAILABLE);
        assertRefused(() -> storage.entries(3, 5, 0), StorageException.Reason.COMPACTED);
        assertFatal(() -> storage.entries(4, 8, 0), "entries' hi(8) is out of bound lastindex(6)");
        assertThat(storage.entries(4, 7, 0)).hasSize(1);
        assertThat(storage.entries(4, 7, 14)).hasSize(2);
        assertThat(storage.entries(4, 7, RaftConfig.NO_LIMIT)).hasSize(3);
        MemoryStorage empty = new MemoryStorage();
        assertRefused(() -> empty.entries(1, 1, 0), StorageException.Reason.UNAVAILABLE);
    }

    @Test
    void appendOverlapsTruncatesOrExtends() throws StorageException {
        MemoryStorage storage = filled(4, 6);
        List<Entry> before = storage.entries(4, 7, RaftConfig.NO_LIMIT);
        List<Entry> copy = List.copyOf(before);
        storage.append(entries(1, 2, 9));
        assertThat(storage.lastIndex()).isEqualTo(6);
        storage.append(entries(2, 5, 2));
        assertThat(storage.lastIndex()).isEqualTo(5);
        assertThat(storage.term(4)).isEqualTo(2);
        storage.append(List.of());
        storage.append(entries(6, 300, 2));
        assertThat(storage.lastIndex()).isEqualTo(300);
        assertThat(before).isEqualTo(copy);
        assertFatal(
                () -> storage.append(entries(302, 303, 2)),
                "missing log entry [last: 300, append at: 302]");
    }

    @Test
    void compactionDropsAPrefix() throws StorageException {
        MemoryStorage storage = filled(1, 200);
        storage.compact(150);
        assertThat(storage.firstIndex()).isEqualTo(151);
        assertThat(storage.term(150)).isEqualTo(1);
        assertThat(storage.entries(151, 201, RaftConfig.NO_LIMIT)).hasSize(50);
        assertRefused(() -> storage.compact(150), StorageException.Reason.COMPACTED);
        assertFatal(() -> storage.compact(201), "compact 201 is out of bound lastindex(200)");
        storage.compact(200);
        assertThat(storage.lastIndex()).isEqualTo(200);
        storage.append(entries(201, 202, 3));
        assertThat(storage.term(202)).isEqualTo(3);
    }

    @Test
    void snapshotsOnlyMoveOn() throws StorageException {
        MemoryStorage storage = filled(4, 6);
        assertRefused(
                () -> storage.createSnapshot(3, null, null),
                StorageException.Reason.SNAPSHOT_OUT_OF_DATE);
        assertFatal(
                () -> storage.createSnapshot(7, null, null),
                "snapshot 7 is out of bound lastindex(6)");
        Snapshot kept = storage.createSnapshot(5, null, Bytes.utf8("s"));
        assertThat(kept.metadata().confState().voters()).containsExactly(1L);
        ConfState next = ConfState.of(List.of(1L, 2L), List.of(3L));
        assertThat(storage.createSnapshot(6, next, null).metadata().confState()).isEqualTo(next);
        assertThat(storage.initialState().confState()).isEqualTo(next);
        assertRefused(
                () -> storage.applySnapshot(snapshot(6)),
                StorageException.Reason.SNAPSHOT_OUT_OF_DATE);
        storage.applySnapshot(snapshot(9));
        assertThat(storage.firstIndex()).isEqualTo(10);
        assertThat(storage.snapshot().isEmpty()).isFalse();
    }

    @Test
    void bytesAreCountedWhereverEntriesComeAndGo() throws StorageException {
        MemoryStorage storage = filled(1, 300);
        Random random = new Random(1);
        for (int i = 0; i < 500; i++) {
            long first = storage.firstIndex();
            long last = storage.lastIndex();
            long at = first + random.nextLong(last - first + 1);
            if (random.nextBoolean() && last - first > 200) {
                storage.compact(at);
            } else {
                storage.append(entries(at, at + 1 + random.nextInt(150), 1 + i));
            }
            List<Entry> all =
                    storage.entries(
                            storage.firstIndex(), storage.lastIndex() + 1, RaftConfig.NO_LIMIT);
            long bytes = all.stream().mapToLong(Entry::encodedSize).sum();
            assertThat(storage.bytes()).isEqualTo(bytes);
            long bound = random.nextLong(bytes + 100);
            long upTo = storage.excessUpTo(bound);
            assertThat(bytesAfter(all, upTo)).isLessThanOrEqualTo(bound);
            if (upTo >= storage.firstIndex()) {
                assertThat(bytesAfter(all, upTo - 1)).isGreaterThan(bound);
            }
        }
    }

    private static long bytesAfter(List<Entry> entries, long index) {
        return entries.stream()
                .filter(entry -> entry.index() > index)
                .mapToLong(Entry::encodedSize)
                .sum();
    }
}
