package dev.plinth.raft;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/**
 * Random histories of the log, its unstable part and the memory storage against a plain list of
 * entries. The seed of a failing history is part of its message.
 */
class LogModelTest {
    private static final int HISTORIES = 1_500;
    private static final int STEPS = 60;

    /** The log as everyone understands it: entries from 1 on, of which a prefix is gone. */
    private static final class History {
        final SplittableRandom random;
        final MemoryStorage storage = new MemoryStorage();
        final NodeLog out = new NodeLog(RaftLogger.NONE);
        final RaftLog log = new RaftLog(storage, RaftConfig.NO_LIMIT, out);
        final List<Entry> model = new ArrayList<>();
        final List<List<Entry>> views = new ArrayList<>();
        final List<List<Entry>> copies = new ArrayList<>();
        long term = 1;
        long compacted;

        History(long seed) {
            random = new SplittableRandom(seed);
        }

        long last() {
            return model.size();
        }

        long termAt(long index) {
            return index == 0 ? 0 : model.get((int) index - 1).term();
        }

        void step() throws StorageException {
            switch (random.nextInt(8)) {
                case 0, 1 -> appendAsLeader();
                case 2, 3 -> appendAsFollower();
                case 4 -> store();
                case 5 -> log.commitTo(between(log.committed(), last()));
                case 6 -> apply();
                default -> compact();
            }
            check();
        }

        private long between(long lo, long hi) {
            return lo + (hi > lo ? random.nextLong(hi - lo + 1) : 0);
        }

        private List<Entry> entries(long from, int count) {
            List<Entry> entries = new ArrayList<>();
            for (int i = 0; i < count; i++) {
                byte[] data = new byte[random.nextInt(20)];
                entries.add(Entry.of(term, from + i, EntryType.NORMAL, Bytes.wrap(data)));
            }
            return entries;
        }

        private void appendAsLeader() {
            List<Entry> entries = entries(last() + 1, random.nextInt(5));
            log.append(entries);
            model.addAll(entries);
        }

        /**
         * A leader of a newer term overwrites a tail; some of what it sends may be here already.
         */
        private void appendAsFollower() {
            long prev = between(log.committed(), last());
            long overlap = between(0, last() - prev);
            List<Entry> sent = new ArrayList<>(model.subList((int) prev, (int) (prev + overlap)));
            boolean conflict = random.nextBoolean();
            term += conflict ? 1 : 0;
            int added = random.nextInt(4);
            if (prev + overlap == last() || conflict) {
                sent.addAll(entries(prev + overlap + 1, added));
            }
            long commit = between(log.committed(), prev + sent.size());
            assertThat(log.maybeAppend(prev, termAt(prev), sent, commit)).isTrue();
            if (prev + overlap < prev + sent.size()) {
                model.subList((int) (prev + overlap), model.size()).clear();
                model.addAll(sent.subList((int) overlap, sent.size()));
            }
            assertThat(log.maybeAppend(prev, termAt(prev) + 100, sent, commit)).isFalse();
        }

        /**
         * Hands out, and stores some time: the confirmation may be late and of what was overwritten
         * since.
         */
        private void store() {
            List<Entry> next = log.unstable().nextEntries();
            if (next.isEmpty()) {
                return;
            }
            views.add(next);
            copies.add(List.copyOf(next));
            log.unstable().acceptInProgress();
            storage.append(next);
            Entry end = next.getLast();
            if (random.nextInt(4) != 0) {
                log.stableTo(end.index(), end.term());
            }
            log.stableTo(end.index(), end.term() + 50);
            log.stableTo(end.index() + 1_000, end.term());
        }

        private void apply() {
            List<Entry> next = log.nextCommitted(random.nextBoolean());
            if (!next.isEmpty()) {
                assertThat(next.get(0).index()).isEqualTo(log.applying() + 1);
                assertThat(next)
                        .isEqualTo(
                                model.subList(
                                        (int) log.applying(), (int) log.applying() + next.size()));
                log.acceptApplying(next.getLast().index(), EntryList.encodedSize(next), true);
            }
            log.appliedTo(between(log.applied(), log.applying()), 0);
        }

        private void compact() throws StorageException {
            long upTo = Math.min(log.applied(), log.unstable().offset() - 1);
            if (upTo > compacted) {
                compacted = between(compacted + 1, upTo);
                storage.compact(compacted);
            }
        }

        private void check() throws StorageException {
            assertThat(log.lastIndex()).isEqualTo(last());
            assertThat(log.lastTerm()).isEqualTo(termAt(last()));
            assertThat(log.firstIndex()).isEqualTo(compacted + 1);
            assertThat(log.applied()).isLessThanOrEqualTo(log.applying());
            assertThat(log.applying()).isLessThanOrEqualTo(log.committed());
            for (long i = compacted; i <= last(); i++) {
                assertThat(log.term(i)).isEqualTo(termAt(i));
                assertThat(log.matchTerm(i, termAt(i) + 1)).isFalse();
            }
            checkSlices();
            checkConflictSearch();
            // What was handed out before has not changed.
            assertThat(views).isEqualTo(copies);
        }

        private void checkSlices() throws StorageException {
            long lo = between(compacted + 1, last() + 1);
            long hi = between(lo, last() + 1);
            List<Entry> expected = model.subList((int) lo - 1, (int) hi - 1);
            assertThat(log.slice(lo, hi, RaftConfig.NO_LIMIT)).isEqualTo(expected);
            long limit = random.nextLong(80);
            List<Entry> limited = log.slice(lo, hi, limit);
            assertThat(limited).isEqualTo(expected.subList(0, limited.size()));
            if (lo < hi) {
                assertThat(limited).isNotEmpty();
                assertThat(limited.size() == 1 || EntryList.encodedSize(limited) <= limit).isTrue();
                // No entry that would fit and lies in the same part is left out.
                boolean oneMoreFits =
                        limited.size() < expected.size()
                                && EntryList.encodedSize(expected.subList(0, limited.size() + 1))
                                        <= limit;
                assertThat(oneMoreFits).isFalse();
            }
        }

        private void checkConflictSearch() {
            long index = random.nextLong(last() + 4);
            long wanted = random.nextLong(term + 2);
            long found = log.findConflictByTerm(index, wanted);
            assertThat(found).isLessThanOrEqualTo(index);
            for (long i = Math.min(index, last()); i > found && i > compacted; i--) {
                if (index <= last()) {
                    assertThat(termAt(i)).isGreaterThan(wanted);
                }
            }
        }
    }

    @Test
    void randomHistoriesAgreeWithAPlainList() throws StorageException {
        for (long seed = 1; seed <= HISTORIES; seed++) {
            History history = new History(seed);
            try {
                for (int i = 0; i < STEPS; i++) {
                    history.step();
                }
            } catch (AssertionError | RuntimeException e) {
                throw new AssertionError("history of seed " + seed, e);
            }
        }
    }

    @Test
    void drainedLogKeepsFewEntriesAlive() {
        UnstableLog unstable = new UnstableLog(1, new NodeLog(RaftLogger.NONE));
        for (long index = 1; index <= 10_000; index += 100) {
            List<Entry> batch = new ArrayList<>();
            for (long i = index; i < index + 100; i++) {
                batch.add(Entry.of(1, i, EntryType.NORMAL, null));
            }
            unstable.truncateAndAppend(batch);
            unstable.stableTo(index + 79, 1);
            assertThat(unstable.offset()).isEqualTo(index + 80);
            assertThat(unstable.slice(index + 80, index + 100)).isEqualTo(batch.subList(80, 100));
            unstable.stableTo(index + 99, 1);
            assertThat(unstable.hasEntries()).isFalse();
        }
    }

    @Test
    void snapshotTakesThePlaceOfEverything() throws StorageException {
        MemoryStorage storage = new MemoryStorage();
        RaftLog log = new RaftLog(storage, RaftConfig.NO_LIMIT, new NodeLog(RaftLogger.NONE));
        log.append(List.of(Entry.of(1, 1, EntryType.NORMAL, null)));
        Snapshot snapshot = new Snapshot(null, new SnapshotMetadata(ConfState.EMPTY, 10, 3));
        log.restore(snapshot);
        assertThat(log.firstIndex()).isEqualTo(11);
        assertThat(log.lastIndex()).isEqualTo(10);
        assertThat(log.term(10)).isEqualTo(3);
        assertThat(log.snapshot()).isSameAs(snapshot);
        assertThat(log.committed()).isEqualTo(10);
        assertThat(log.hasNextCommitted(true)).isFalse();
        assertThatThrownBy(() -> log.term(9)).isInstanceOf(StorageException.class);
        log.stableTo(10, 3);
        assertThat(log.unstable().hasSnapshot()).isTrue();
        log.append(List.of(Entry.of(4, 11, EntryType.NORMAL, null)));
        log.unstable().acceptInProgress();
        assertThat(log.nextUnstableSnapshot()).isNull();
        log.unstable().stableSnapshotTo(9);
        assertThat(log.unstable().hasSnapshot()).isTrue();
        log.unstable().stableSnapshotTo(10);
        storage.applySnapshot(snapshot);
        assertThat(log.unstable().hasSnapshot()).isFalse();
        assertThat(log.lastIndex()).isEqualTo(11);
        log.appliedTo(10, 0);
    }

    @Test
    void brokenContractsAreFatal() throws StorageException {
        MemoryStorage storage = new MemoryStorage();
        RaftLog log = new RaftLog(storage, RaftConfig.NO_LIMIT, new NodeLog(RaftLogger.NONE));
        log.append(
                List.of(
                        Entry.of(1, 1, EntryType.NORMAL, null),
                        Entry.of(1, 2, EntryType.NORMAL, null)));
        log.commitTo(2);
        List<Entry> over = List.of(Entry.of(2, 2, EntryType.NORMAL, null));
        assertFatal(() -> log.append(over), "after(1) is out of range [committed(2)]");
        assertFatal(
                () -> log.maybeAppend(1, 1, over, 0),
                "entry 2 conflict with committed entry [committed(2)]");
        assertFatal(
                () -> log.commitTo(3),
                "tocommit(3) is out of range [lastIndex(2)]. Was the raft log corrupted,"
                        + " truncated, or lost?");
        assertFatal(
                () -> log.appliedTo(3, 0),
                "applied(3) is out of range [prevApplied(0), committed(2)]");
        assertFatal(
                () -> log.acceptApplying(3, 0, true),
                "applying(3) is out of range [prevApplying(0), committed(2)]");
        assertFatal(() -> log.slice(2, 1, 0), "invalid slice 2 > 1");
        assertFatal(() -> log.slice(1, 4, 0), "slice[1,4) out of bound [1,2]");
        assertFatal(() -> log.unstable().slice(2, 1), "invalid unstable.slice 2 > 1");
        assertFatal(() -> log.unstable().slice(1, 4), "unstable.slice[1,4) out of bound [1,3]");
        assertThat(log.slice(1, 1, 0)).isEmpty();
        assertThat(log.entries(3, 0)).isEmpty();
    }

    private interface Call {
        void run() throws StorageException;
    }

    private static void assertFatal(Call call, String text) {
        assertThatThrownBy(call::run).isInstanceOf(RaftFatalError.class).hasMessage(text);
    }
}
