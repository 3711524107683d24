package dev.plinth.walio;

import static org.assertj.core.api.Assertions.assertThat;

import dev.plinth.walio.frame.Frame;
import dev.plinth.walio.frame.FrameBuffer;
import dev.plinth.walio.frame.Varint;
import dev.plinth.walio.io.sim.PowerLossException;
import dev.plinth.walio.io.sim.SimulatedDisk;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;

/**
 * One history with a few power losses, drawn from a seed: batches, commits, overwrites by new
 * leaders, snapshot marks, releases and purges, clean restarts and killed processes.
 */
final class CrashRun {
    private static final Path WAL = Path.of("/member/wal");
    private static final byte[] METADATA = {8, 42, 16, 43};
    private static final int CRASHES_PER_RUN = 4;

    /** A record that was appended. */
    private sealed interface Appended {
        record Entry(LogEntry entry) implements Appended {}

        record State(byte[] bytes) implements Appended {}

        record Mark(SnapshotMark mark) implements Appended {}
    }

    /** What a reader has to find: the records' meaning. */
    private static final class Model {
        final List<LogEntry> entries = new ArrayList<>();
        byte[] state = {};
        SnapshotMark mark = SnapshotMark.START;

        Model copy() {
            Model copy = new Model();
            copy.entries.addAll(entries);
            copy.state = state;
            copy.mark = mark;
            return copy;
        }

        void apply(Appended record) {
            switch (record) {
                case Appended.Entry(LogEntry entry) -> {
                    entries.removeIf(old -> old.index() >= entry.index());
                    entries.add(entry);
                }
                case Appended.State(byte[] bytes) -> state = bytes;
                case Appended.Mark(SnapshotMark m) -> mark = m;
            }
        }

        boolean matches(Replay found) {
            List<LogEntry> expected =
                    entries.stream().filter(e -> e.index() > found.snapshot().index()).toList();
            if (expected.size() != found.entries().size()) {
                return false;
            }
            for (int i = 0; i < expected.size(); i++) {
                if (!Arrays.equals(expected.get(i).bytes(), found.entries().get(i).bytes())) {
                    return false;
                }
            }
            return Arrays.equals(state, found.state().map(LogState::bytes).orElse(new byte[0]));
        }
    }

    private final SplittableRandom random;
    private final TestClock clock = new TestClock();
    private final WalOptions options;
    private SimulatedDisk disk = new SimulatedDisk();

    private Model acknowledged = new Model();
    private final List<Appended> pending = new ArrayList<>();
    private boolean isCreated;
    private long term = 1;
    private long commit;
    private long lastIndex;
    private int crashes;
    private int cuts;
    private int unacknowledgedFound;

    CrashRun(long seed) {
        random = new SplittableRandom(seed);
        WritePath[] paths = WritePath.values();
        options =
                WalOptions.defaults()
                        .withSegmentBytes(4096L * (4 + random.nextInt(12)))
                        .withBufferBytes(4096 * (2 + random.nextInt(6)))
                        .withBackgroundFiller(false)
                        .withZeroAhead(random.nextInt(5) != 0)
                        .withWritePath(paths[random.nextInt(paths.length)])
                        .withObserver(
                                new WalObserver() {
                                    @Override
                                    public void cut(Path segment) {
                                        cuts++;
                                    }
                                });
        disk.makeDurableDirectory(Path.of("/member"));
    }

    int crashes() {
        return crashes;
    }

    int cuts() {
        return cuts;
    }

    int unacknowledgedRecordsFound() {
        return unacknowledgedFound;
    }

    void run() {
        try {
            while (crashes < CRASHES_PER_RUN) {
                disk.faults().losePowerAtCall(random.nextInt(1 + random.nextInt(120)));
                liveUntilPowerLoss();
                crashes++;
                // The machine lost power, or the process was killed in the middle of a call: then
                // all
                // that was written is there, synced or not, until the next power loss.
                boolean isKilled = random.nextInt(4) == 0;
                disk = isKilled ? disk.kill() : disk.crash(random.nextLong());
            }
            start().close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void liveUntilPowerLoss() throws IOException {
        WriteAheadLog log = null;
        try {
            log = start();
            while (true) {
                log = step(log);
            }
        } catch (PowerLossException e) {
            close(log);
        } catch (IOException e) {
            // The log wraps what has fenced it.
            if (!hasPowerLoss(e)) {
                throw e;
            }
            close(log);
        }
    }

    private static boolean hasPowerLoss(Throwable e) {
        for (Throwable at = e; at != null; at = at.getCause()) {
            if (at instanceof PowerLossException) {
                return true;
            }
        }
        return false;
    }

    /** Gives the memory back; the disk is dead. */
    private static void close(@Nullable WriteAheadLog log) throws IOException {
        if (log != null) {
            try {
                log.close();
            } catch (PowerLossException e) {
                assertThat(e).isNotNull();
            } catch (WalFencedException e) {
                assertThat(hasPowerLoss(e)).isTrue();
            }
        }
    }

    private WriteAheadLog start() throws IOException {
        if (WriteAheadLog.exists(disk, WAL)) {
            return verifyAndAdopt(open());
        }
        assertThat(isCreated).as("the log is gone").isFalse();
        WriteAheadLog log = WriteAheadLog.create(disk, clock, WAL, METADATA, options);
        isCreated = true;
        return log;
    }

    private WriteAheadLog open() throws IOException {
        List<SnapshotMark> marks = SnapshotMarks.valid(disk, WAL);
        SnapshotMark from = marks.isEmpty() ? SnapshotMark.START : marks.getLast();
        assertThat(from.index())
                .as("an acknowledged mark is gone")
                .isGreaterThanOrEqualTo(acknowledged.mark.index());
        return WriteAheadLog.open(disk, clock, WAL, from, 0, options);
    }

    /** What is found is what was acknowledged and a beginning of what was not, record by record. */
    private WriteAheadLog verifyAndAdopt(WriteAheadLog log) {
        isCreated = true;
        Replay found = log.replay();
        assertThat(log.metadata()).isEqualTo(METADATA);
        Model candidate = acknowledged.copy();
        boolean matches = candidate.matches(found);
        Model adopted = matches ? candidate.copy() : null;
        int adoptedCount = 0;
        for (int i = 0; i < pending.size(); i++) {
            candidate.apply(pending.get(i));
            if (candidate.matches(found)) {
                adopted = candidate.copy();
                adoptedCount = i + 1;
            }
        }
        if (adopted == null) {
            throw new AssertionError(
                    "found "
                            + describe(found.entries())
                            + " behind "
                            + found.snapshot().index()
                            + "; acknowledged "
                            + describe(acknowledged.entries)
                            + ", not yet "
                            + pending);
        }
        unacknowledgedFound += adoptedCount;
        acknowledged = adopted;
        acknowledged.mark = found.snapshot();
        pending.clear();
        lastIndex = found.lastIndex();
        commit = Math.max(found.state().map(LogState::commit).orElse(0L), found.snapshot().index());
        term = Math.max(term, found.state().map(LogState::term).orElse(1L));
        return log;
    }

    private static String describe(List<LogEntry> entries) {
        return entries.stream()
                .skip(Math.max(0, entries.size() - 12))
                .map(e -> e.index() + "/" + e.term() + "(" + e.bytes().length + ")")
                .toList()
                .toString();
    }

    private WriteAheadLog step(WriteAheadLog log) throws IOException {
        switch (random.nextInt(20)) {
            case 0 -> {
                log.close();
                acknowledge();
                return verifyAndAdopt(open());
            }
            case 1 -> {
                // The process is killed: what it had written is there, what it had buffered is not.
                SimulatedDisk next = disk.kill();
                close(log);
                disk = next;
                disk.faults().losePowerAtCall(random.nextInt(60));
                return verifyAndAdopt(open());
            }
            case 2 -> {
                appendMark(log);
                commit(log);
            }
            case 3 -> {
                log.releaseTo(acknowledged.mark.index());
                log.purge(1 + random.nextInt(3));
            }
            default -> {
                appendBatch(log);
                if (random.nextInt(4) != 0) {
                    commit(log);
                }
            }
        }
        return log;
    }

    private void appendBatch(WriteAheadLog log) throws IOException {
        if (random.nextInt(12) == 0 && lastIndex > commit) {
            term++;
            lastIndex = commit + random.nextLong(lastIndex - commit);
        }
        int count = random.nextInt(6);
        for (int i = 0; i < count; i++) {
            byte[] payload = new byte[payloadSize(log)];
            random.nextBytes(payload);
            if (random.nextInt(4) == 0) {
                // Runs of zeros, as they look like unwritten space.
                Arrays.fill(payload, payload.length / 3, payload.length, (byte) 0);
            }
            byte[] bytes = TestRecords.entry(term, ++lastIndex, payload);
            pending.add(new Appended.Entry(new LogEntry(lastIndex, term, 0, bytes)));
            log.appendEntry(lastIndex, bytes, 0, bytes.length);
        }
        if (count == 0 || random.nextBoolean()) {
            commit = commit + random.nextLong(lastIndex - commit + 1);
            byte[] state = TestRecords.state(term, 1, commit);
            pending.add(new Appended.State(state));
            log.appendState(state);
        }
    }

    private int payloadSize(WriteAheadLog log) {
        return switch (random.nextInt(12)) {
            case 10, 11 -> payloadUpToBlockBorder(log);
            case 0 -> random.nextInt(12_000);
            case 1, 2 -> random.nextInt(3_000);
            default -> random.nextInt(300);
        };
    }

    /** The log then ends where the next block begins: nothing of its own zeros follows. */
    private int payloadUpToBlockBorder(WriteAheadLog log) {
        int room = (int) (FrameBuffer.BLOCK - log.position() % FrameBuffer.BLOCK);
        for (int payload = Math.max(0, room - 60); payload < room; payload++) {
            int entry = TestRecords.entry(term, lastIndex + 1, new byte[payload]).length;
            int record = 2 + 1 + 5 + 1 + Varint.size(entry) + entry;
            if (Frame.WORD_BYTES + record + Frame.padding(record) == room) {
                return payload;
            }
        }
        return 0;
    }

    private void appendMark(WriteAheadLog log) throws IOException {
        if (commit > acknowledged.mark.index()) {
            long index = commit;
            long markTerm = termOf(index);
            SnapshotMark mark = new SnapshotMark(index, markTerm, new byte[] {8, 1});
            pending.add(new Appended.Mark(mark));
            log.appendSnapshot(mark);
        }
    }

    private long termOf(long index) {
        Model all = acknowledged.copy();
        pending.forEach(all::apply);
        return all.entries.stream()
                .filter(e -> e.index() == index)
                .mapToLong(LogEntry::term)
                .findFirst()
                .orElse(acknowledged.mark.term());
    }

    private void commit(WriteAheadLog log) throws IOException {
        log.commit();
        acknowledge();
    }

    private void acknowledge() {
        pending.forEach(acknowledged::apply);
        pending.clear();
    }
}
