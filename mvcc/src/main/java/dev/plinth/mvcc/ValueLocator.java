package dev.plinth.mvcc;

import dev.plinth.mvcc.backend.Generation;
import dev.plinth.mvcc.backend.SchemaBucket;
import dev.plinth.mvcc.buffer.RevisionSegment;
import dev.plinth.mvcc.codec.RevisionKey;
import dev.plinth.pagestore.ByteView;
import java.lang.foreign.MemorySegment;

/**
 * Finds the stored pair of a revision: recent ones by number in the write buffer, older ones in the
 * page store. A flyweight for one thread; nothing is allocated per look-up.
 */
final class ValueLocator {
    private final byte[] searchKey = new byte[RevisionKey.PUT_BYTES];
    private final ByteView view = new ByteView();
    private final RevisionSegment[] segments;
    private final Generation generation;

    MemorySegment memory = MemorySegment.NULL;
    long offset;
    int length;

    /** The segments must have been loaded before the generation, both while pinned. */
    ValueLocator(RevisionSegment[] segments, Generation generation) {
        this.segments = segments;
        this.generation = generation;
    }

    /**
     * Points to the pair of a put.
     *
     * @throws StoreCorruptedException the database lacks a revision that the index knows
     */
    void locate(long main, int sub) {
        for (int i = segments.length - 1; i >= 0; i--) {
            RevisionSegment segment = segments[i];
            if (segment.reaches(main, sub)) {
                int entry = segment.entry(main, sub);
                memory = segment.memory();
                offset = segment.offset(entry);
                length = segment.length(entry);
                return;
            }
        }
        RevisionKey.write(searchKey, main, sub);
        if (!generation.bucket(SchemaBucket.KEY).get(searchKey, view)) {
            throw new StoreCorruptedException(
                    "bucket key lacks revision %d.%d, which the index knows".formatted(main, sub));
        }
        memory = view.segment();
        offset = view.offset();
        length = view.length();
    }
}
