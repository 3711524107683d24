package dev.plinth.mvcc;

import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Hashes made while compacting, which members compare with each other. The ten newest by revision;
 * in memory only.
 */
final class CompactionHashes {
    private static final int COUNT_MAX = 10;

    private record Entry(long hash, long previousCompactRevision) {}

    private final TreeMap<Long, Entry> entries = new TreeMap<>();

    synchronized void add(long revision, long previousCompactRevision, long hash) {
        entries.put(revision, new Entry(hash, previousCompactRevision));
        if (entries.size() > COUNT_MAX) {
            entries.pollFirstEntry();
        }
    }

    /** The hash made by the compaction at exactly this revision. */
    synchronized @Nullable HashResult find(long revision, long currentRevision) {
        Entry entry = entries.get(revision);
        return entry == null
                ? null
                : new HashResult(
                        entry.hash, entry.previousCompactRevision, revision, currentRevision);
    }

    synchronized List<HashResult> newestFirst(long currentRevision) {
        return entries.descendingMap().entrySet().stream()
                .map((Map.Entry<Long, Entry> e) -> toResult(e, currentRevision))
                .toList();
    }

    synchronized void clear() {
        entries.clear();
    }

    private static HashResult toResult(Map.Entry<Long, Entry> entry, long currentRevision) {
        return new HashResult(
                entry.getValue().hash,
                entry.getValue().previousCompactRevision,
                entry.getKey(),
                currentRevision);
    }
}
