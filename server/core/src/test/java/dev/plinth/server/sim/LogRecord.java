package dev.plinth.server.sim;

import dev.plinth.raft.Entry;
import dev.plinth.raft.HardState;
import dev.plinth.raft.SnapshotMetadata;
import dev.plinth.server.consensus.EntryLog;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * What one member's log has been given over all of its lives, and what of it a sync has covered.
 * Knows more than the member: entries stay here when the log lets go of them.
 */
final class LogRecord {
    private static final class Kept {
        final Entry entry;
        final long seenNanos;
        boolean isDurable;

        Kept(Entry entry, long seenNanos, boolean isDurable) {
            this.entry = entry;
            this.seenNanos = seenNanos;
            this.isDurable = isDurable;
        }
    }

    private final Timeline time;
    private final TreeMap<Long, Kept> kept = new TreeMap<>();
    private final List<Kept> unsynced = new ArrayList<>();
    private long unsyncedSnapshot;
    private long durableSnapshot;

    LogRecord(Timeline time) {
        this.time = time;
    }

    /** When the entry at an index came. */
    long seenNanos(long index) {
        Kept found = kept.get(index);
        return found == null ? Long.MAX_VALUE : found.seenNanos;
    }

    /** The entry at an index as this member has it; null when it came by a snapshot. */
    @Nullable Entry entry(long index) {
        Kept found = kept.get(index);
        return found == null ? null : found.entry;
    }

    /** Whether a power loss now would leave the entry, or a snapshot that has its effects. */
    boolean isDurable(Entry entry) {
        if (entry.index() <= durableSnapshot) {
            return true;
        }
        Kept found = kept.get(entry.index());
        return found != null && found.isDurable && found.entry.term() == entry.term();
    }

    /** The member has started, found this in its log, and synced what it read. */
    void found(List<Entry> entries) {
        unsynced.clear();
        unsyncedSnapshot = 0;
        if (entries.isEmpty()) {
            return;
        }
        TreeMap<Long, Kept> before = new TreeMap<>(kept.tailMap(entries.getFirst().index(), true));
        kept.tailMap(entries.getFirst().index(), true).clear();
        for (Entry entry : entries) {
            Kept old = before.get(entry.index());
            long seen = old == null ? time.now() : old.seenNanos;
            kept.put(entry.index(), new Kept(entry, seen, true));
        }
    }

    /** The log as the member sees it, watched. */
    EntryLog view(EntryLog log, Runnable beforeSync) {
        return new EntryLog() {
            @Override
            public void append(List<Entry> entries) throws IOException {
                log.append(entries);
                kept.tailMap(entries.getFirst().index(), true).clear();
                for (Entry entry : entries) {
                    Kept added = new Kept(entry, time.now(), false);
                    kept.put(entry.index(), added);
                    unsynced.add(added);
                }
            }

            @Override
            public void saveState(HardState state) throws IOException {
                log.saveState(state);
            }

            @Override
            public void saveSnapshot(SnapshotMetadata snapshot) throws IOException {
                log.saveSnapshot(snapshot);
                unsyncedSnapshot = Math.max(unsyncedSnapshot, snapshot.index());
            }

            @Override
            public void sync() throws IOException {
                beforeSync.run();
                log.sync();
                unsynced.forEach(entry -> entry.isDurable = true);
                unsynced.clear();
                if (unsyncedSnapshot > durableSnapshot) {
                    durableSnapshot = unsyncedSnapshot;
                    // A leader's snapshot replaces entries that may never have been committed.
                    kept.headMap(durableSnapshot, true).clear();
                }
            }

            @Override
            public void releaseTo(long index) throws IOException {
                log.releaseTo(index);
            }

            @Override
            public void close() throws IOException {
                log.close();
            }
        };
    }
}
