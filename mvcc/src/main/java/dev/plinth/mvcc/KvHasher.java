package dev.plinth.mvcc;

import static java.nio.charset.StandardCharsets.US_ASCII;

import dev.plinth.mvcc.backend.SchemaBucket;
import dev.plinth.mvcc.codec.Crc32c;
import dev.plinth.mvcc.codec.KeyValueView;
import dev.plinth.mvcc.codec.RevisionKey;
import dev.plinth.mvcc.index.IndexReader;
import dev.plinth.mvcc.index.KeyIndex;
import dev.plinth.mvcc.reclaim.Epochs;
import dev.plinth.pagestore.Bucket;
import dev.plinth.pagestore.ByteView;
import dev.plinth.pagestore.Cursor;
import dev.plinth.pagestore.ReadTransaction;
import java.util.Objects;

/**
 * HashKV by scanning the key bucket.
 *
 * <p>Which revisions at or below the compaction revision count is asked of the index, entry by
 * entry, instead of collecting a set of all of them first. The answer for a revision does not
 * change with later writes, only with a compaction, so the index is pinned for a thousand entries
 * at a time, and if a compaction was accepted meanwhile the scan starts again.
 */
final class KvHasher {
    private static final int ENTRIES_PER_PIN = 1000;

    private final KeyValueStore store;
    private final CompactionHashes cached;
    private final KeyValueView pair = new KeyValueView();

    KvHasher(KeyValueStore store, CompactionHashes cached) {
        this.store = store;
        this.cached = cached;
    }

    HashResult hash(long revision) {
        while (true) {
            long current = store.currentRevision();
            // The reference keeps an entry for 0 after a compaction to 0 and then answers it for
            // "current" for ever; a defect that is not reproduced.
            HashResult known = revision == 0 ? null : cached.find(revision, current);
            if (known != null) {
                return known;
            }
            long compacted = store.compactRevision();
            if (revision > 0 && revision < compacted) {
                throw MvccException.Reason.COMPACTED.exception();
            }
            if (revision > current) {
                throw MvccException.Reason.FUTURE_REVISION.exception();
            }
            long at = revision <= 0 ? current : revision;
            long hash = scan(at, compacted);
            if (store.compactRevision() == compacted) {
                return new HashResult(hash, compacted, at, current);
            }
        }
    }

    private long scan(long at, long compacted) {
        Crc32c crc = new Crc32c();
        crc.update("key".getBytes(US_ASCII));
        Published published = store.published();
        Epochs epochs = published.backend().epochs();
        try (ReadTransaction read = published.backend().flushedRead()) {
            Bucket bucket = Objects.requireNonNull(read.bucket(SchemaBucket.KEY.nameBytes()));
            Cursor cursor = bucket.cursor();
            boolean more = cursor.first();
            while (more) {
                int ticket = epochs.pin();
                try {
                    more = scanSome(cursor, store.published(), at, compacted, crc);
                } finally {
                    epochs.unpin(ticket);
                }
            }
        }
        return crc.value();
    }

    private boolean scanSome(Cursor cursor, Published pinned, long at, long compacted, Crc32c crc) {
        IndexReader index = pinned.index().newReader();
        ByteView key = new ByteView();
        ByteView value = new ByteView();
        boolean keepsAnything = compacted >= 0 && KeyIndex.keepsAnything(index, pinned.root(), at);
        for (int i = 0; i < ENTRIES_PER_PIN; i++) {
            cursor.key(key);
            cursor.value(value);
            RevisionKey.check(key.segment(), key.offset(), key.length());
            long main = RevisionKey.main(key.segment(), key.offset());
            if (main > at) {
                return false;
            }
            if (main > compacted
                    || isKept(index, pinned, key, value, at, compacted, keepsAnything)) {
                crc.update(key.segment(), key.offset(), key.length());
                crc.update(value.segment(), value.offset(), value.length());
            }
            if (!cursor.next()) {
                return false;
            }
        }
        return true;
    }

    /** For a revision at or below the compaction revision. */
    private boolean isKept(
            IndexReader index,
            Published pinned,
            ByteView key,
            ByteView value,
            long at,
            long compacted,
            boolean keepsAnything) {
        long main = RevisionKey.main(key.segment(), key.offset());
        int sub = RevisionKey.sub(key.segment(), key.offset());
        boolean tombstone = RevisionKey.isTombstone(key.segment(), key.offset(), key.length());
        if (main == compacted && tombstone) {
            return false;
        }
        if (!keepsAnything) {
            return true;
        }
        pair.wrap(value.segment(), value.offset(), value.length());
        return index.keeps(pinned.root(), pair.key(), main, sub, at);
    }
}
