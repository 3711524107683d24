package dev.plinth.server.consensus;

import dev.plinth.raft.Entry;
import dev.plinth.raft.HardState;
import dev.plinth.raft.SnapshotMetadata;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/**
 * A log that forgets what was not synced, as a disk does when power is lost, and fails when it is
 * told to.
 */
final class MemoryLog implements EntryLog {
    private final List<Entry> written = new ArrayList<>();
    private List<Entry> durable = List.of();
    private HardState writtenState = HardState.EMPTY;
    private HardState durableState = HardState.EMPTY;
    private final List<SnapshotMetadata> snapshots = new ArrayList<>();
    private boolean isFailing;
    private int syncs;
    private Runnable duringSync = () -> {};
    private long releasedTo;

    void failFromNowOn() {
        isFailing = true;
    }

    /** The next sync does not end before this has run. */
    void duringNextSync(Runnable work) {
        duringSync = work;
    }

    List<Entry> durableEntries() {
        return durable;
    }

    HardState durableState() {
        return durableState;
    }

    long durableIndex() {
        return durable.isEmpty() ? 0 : durable.getLast().index();
    }

    List<SnapshotMetadata> snapshots() {
        return snapshots;
    }

    int syncs() {
        return syncs;
    }

    long releasedTo() {
        return releasedTo;
    }

    @Override
    public void append(List<Entry> entries) {
        for (Entry entry : entries) {
            while (!written.isEmpty() && written.getLast().index() >= entry.index()) {
                written.removeLast();
            }
            written.add(entry);
        }
    }

    @Override
    public void saveState(HardState state) {
        writtenState = state;
    }

    @Override
    public void saveSnapshot(SnapshotMetadata snapshot) {
        snapshots.add(snapshot);
    }

    @Override
    public void sync() throws IOException {
        if (isFailing) {
            throw new IOException("input/output error");
        }
        syncs++;
        Runnable meanwhile = duringSync;
        duringSync = () -> {};
        meanwhile.run();
        durable = List.copyOf(written);
        durableState = writtenState;
    }

    @Override
    public void releaseTo(long index) {
        releasedTo = index;
    }

    @Override
    public void close() {}
}
