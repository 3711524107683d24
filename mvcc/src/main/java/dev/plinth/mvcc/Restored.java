package dev.plinth.mvcc;

import dev.plinth.mvcc.backend.Backend;
import dev.plinth.mvcc.backend.MetaKeys;
import dev.plinth.mvcc.backend.SchemaBucket;
import dev.plinth.mvcc.codec.KeyValueView;
import dev.plinth.mvcc.codec.RevisionKey;
import dev.plinth.mvcc.index.IndexLoader;
import dev.plinth.mvcc.index.KeyIndex;
import dev.plinth.mvcc.lease.Lessor;
import dev.plinth.pagestore.Bucket;
import dev.plinth.pagestore.ByteView;
import dev.plinth.pagestore.Cursor;
import dev.plinth.pagestore.ReadTransaction;
import java.util.Arrays;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;

/**
 * What a database says about the store: one pass over the key bucket builds the index.
 *
 * @param compactRevision of the last finished compaction; -1 for none
 * @param scheduledCompactRevision of the last accepted compaction; -1 for none
 */
record Restored(Published published, long compactRevision, long scheduledCompactRevision) {

    static Restored from(Backend backend, Lessor lessor, int bytesMax) {
        long finished = compactionMark(backend, MetaKeys.finishedCompactRevision());
        long scheduled = compactionMark(backend, MetaKeys.scheduledCompactRevision());
        KeyIndex index = new KeyIndex(backend.epochs());
        Map<byte[], Long> leases = new TreeMap<>(Arrays::compareUnsigned);
        long last;
        try (ReadTransaction read = backend.flushedRead();
                IndexLoader loader = new IndexLoader(index, bytesMax)) {
            last = readRevisions(read, loader, leases);
            loader.finish();
        } catch (RuntimeException e) {
            index.close();
            throw e;
        }
        leases.forEach((key, lease) -> lessor.attachRestored(lease, key));
        // A crash in the middle of a compaction may have taken the newest revisions, when those
        // were tombstones: the mark of the compaction keeps the revision from going backwards.
        long current = Math.max(Math.max(1, last), Math.max(finished, scheduled));
        int root = index.publish();
        index.published(backend.epochs().advance());
        return new Restored(new Published(backend, index, root, current), finished, scheduled);
    }

    private static long compactionMark(Backend backend, byte[] name) {
        byte[] value = backend.get(SchemaBucket.META, name);
        return value == null ? -1 : RevisionKey.mainOf(value);
    }

    /** Returns the main revision of the last entry; 0 for none. */
    private static long readRevisions(
            ReadTransaction read, IndexLoader loader, Map<byte[], Long> leases) {
        Bucket bucket = Objects.requireNonNull(read.bucket(SchemaBucket.KEY.nameBytes()));
        Cursor cursor = bucket.cursor();
        ByteView key = new ByteView();
        ByteView value = new ByteView();
        KeyValueView pair = new KeyValueView();
        long last = 0;
        for (boolean more = cursor.first(); more; more = cursor.next()) {
            cursor.key(key);
            cursor.value(value);
            RevisionKey.check(key.segment(), key.offset(), key.length());
            last = RevisionKey.main(key.segment(), key.offset());
            int sub = RevisionKey.sub(key.segment(), key.offset());
            boolean tombstone = RevisionKey.isTombstone(key.segment(), key.offset(), key.length());
            pair.wrap(value.segment(), value.offset(), value.length());
            if (pair.keyLength() == 0) {
                throw new StoreCorruptedException(
                        "bucket key, revision %d.%d: a pair without a key".formatted(last, sub));
            }
            loader.add(
                    pair.segment(),
                    pair.keyOffset(),
                    pair.keyLength(),
                    last,
                    sub,
                    tombstone,
                    pair.create(),
                    pair.version());
            if (tombstone || pair.lease() == 0) {
                if (!leases.isEmpty()) {
                    leases.remove(pair.key());
                }
            } else {
                leases.put(pair.key(), pair.lease());
            }
        }
        return last;
    }
}
