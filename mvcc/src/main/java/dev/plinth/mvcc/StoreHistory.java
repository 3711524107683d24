package dev.plinth.mvcc;

import dev.plinth.mvcc.backend.Backend;
import dev.plinth.mvcc.backend.Generation;
import dev.plinth.mvcc.backend.SchemaBucket;
import dev.plinth.mvcc.buffer.RevisionSegment;
import dev.plinth.mvcc.codec.KeyValueView;
import dev.plinth.mvcc.codec.RevisionKey;
import dev.plinth.mvcc.watch.History;
import dev.plinth.mvcc.watch.WatchEvent;
import dev.plinth.pagestore.ByteView;
import dev.plinth.pagestore.Cursor;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;

/** Reads changes in order of revision: from the page store, then from the write buffer. */
final class StoreHistory implements History {
    private final KeyValueStore store;

    StoreHistory(KeyValueStore store) {
        this.store = store;
    }

    @Override
    public Slice read(
            long from, Predicate<byte[]> wanted, int eventsMax, long bytesMax, int scannedMax) {
        Backend backend = store.published().backend();
        int ticket = backend.epochs().pin();
        try {
            Published seen = store.published();
            RevisionSegment[] segments = backend.revisions().segments();
            Generation generation = backend.generation();
            long compacted = store.compactRevision();
            if (from < compacted || !KeyValueStore.isSame(seen.backend(), backend)) {
                return new Slice(List.of(), from - 1, compacted);
            }
            Collector collector =
                    new Collector(seen.revision(), wanted, eventsMax, bytesMax, scannedMax);
            long upTo = collector.read(from, segments, generation);
            return new Slice(collector.events, upTo, compacted);
        } finally {
            backend.epochs().unpin(ticket);
        }
    }

    private static final class Collector {
        private final List<WatchEvent> events = new ArrayList<>();
        private final KeyValueView pair = new KeyValueView();
        private final long current;
        private final Predicate<byte[]> wanted;
        private final int eventsMax;
        private final long bytesMax;
        private final int scannedMax;
        private long bytes;
        private int scanned;
        private long lastMain = -1;

        Collector(
                long current,
                Predicate<byte[]> wanted,
                int eventsMax,
                long bytesMax,
                int scannedMax) {
            this.current = current;
            this.wanted = wanted;
            this.eventsMax = eventsMax;
            this.bytesMax = bytesMax;
            this.scannedMax = scannedMax;
        }

        /** Returns the revision that is complete. */
        long read(long from, RevisionSegment[] segments, Generation generation) {
            if (!readStore(from, segments, generation) || !readBuffer(from, segments)) {
                return lastMain;
            }
            return current;
        }

        private boolean readStore(long from, RevisionSegment[] segments, Generation generation) {
            Cursor cursor = generation.bucket(SchemaBucket.KEY).cursor();
            ByteView key = new ByteView();
            ByteView value = new ByteView();
            byte[] start = RevisionKey.encode(from, 0, false);
            for (boolean more = cursor.seek(start); more; more = cursor.next()) {
                cursor.key(key);
                RevisionKey.check(key.segment(), key.offset(), key.length());
                long main = RevisionKey.main(key.segment(), key.offset());
                int sub = RevisionKey.sub(key.segment(), key.offset());
                boolean buffered = segments.length > 0 && segments[0].reaches(main, sub);
                if (main > current || buffered) {
                    return true;
                }
                if (isFull(main)) {
                    return false;
                }
                cursor.value(value);
                boolean tombstone =
                        RevisionKey.isTombstone(key.segment(), key.offset(), key.length());
                add(main, tombstone, value.segment(), value.offset(), value.length());
            }
            return true;
        }

        private boolean readBuffer(long from, RevisionSegment[] segments) {
            for (RevisionSegment segment : segments) {
                int end = segment.entriesUpTo(current);
                for (int entry = segment.entryFrom(from); entry < end; entry++) {
                    long main = segment.main(entry);
                    if (isFull(main)) {
                        return false;
                    }
                    add(
                            main,
                            segment.isTombstone(entry),
                            segment.memory(),
                            segment.offset(entry),
                            segment.length(entry));
                }
            }
            return true;
        }

        /** Whether enough was read and {@code main} would be a new revision. */
        private boolean isFull(long main) {
            return main != lastMain
                    && (events.size() >= eventsMax || bytes >= bytesMax || scanned >= scannedMax);
        }

        private void add(long main, boolean tombstone, MemorySegment memory, long at, int length) {
            lastMain = main;
            scanned++;
            pair.wrap(memory, at, length);
            byte[] key = pair.key();
            if (!wanted.test(key)) {
                return;
            }
            events.add(
                    tombstone
                            ? WatchEvent.delete(key, main)
                            : WatchEvent.put(key, pair.create(), main, memory, at, length));
            bytes += length;
        }
    }
}
