package dev.plinth.mvcc.watch;

import dev.plinth.mvcc.KeyValueStore;
import dev.plinth.mvcc.MvccException;
import dev.plinth.mvcc.RangeQuery;
import dev.plinth.mvcc.RangeResult;
import dev.plinth.mvcc.ReadView;
import dev.plinth.mvcc.codec.EventEncoder;
import java.lang.foreign.MemorySegment;
import org.jspecify.annotations.Nullable;

/**
 * One change as watchers see it, encoded once as {@code mvccpb.Event} and shared. Immutable but for
 * the previous pair, which is looked up when the first watcher asks.
 */
public final class WatchEvent {
    private final byte[] key;
    private final boolean delete;
    private final long createRevision;
    private final long modRevision;
    private final byte[] encoded;

    /** Two threads may both look it up; both find the same. */
    private volatile byte @Nullable [] encodedWithPrevious;

    private WatchEvent(
            byte[] key, boolean delete, long createRevision, long modRevision, byte[] encoded) {
        this.key = key;
        this.delete = delete;
        this.createRevision = createRevision;
        this.modRevision = modRevision;
        this.encoded = encoded;
    }

    /** A put whose stored pair lies at {@code at}; it is copied. */
    public static WatchEvent put(
            byte[] key,
            long createRevision,
            long modRevision,
            MemorySegment memory,
            long at,
            int length) {
        return new WatchEvent(
                key, false, createRevision, modRevision, EventEncoder.put(memory, at, length));
    }

    /** A deletion. */
    public static WatchEvent delete(byte[] key, long modRevision) {
        return new WatchEvent(key, true, 0, modRevision, EventEncoder.delete(key, modRevision));
    }

    /** The key; shared, not to be changed. */
    public byte[] key() {
        return key;
    }

    public boolean isDelete() {
        return delete;
    }

    public long modRevision() {
        return modRevision;
    }

    /** Canonical {@code mvccpb.Event} without {@code prev_kv}; shared, not to be changed. */
    public byte[] encoded() {
        return encoded;
    }

    /**
     * The same with {@code prev_kv}: the pair before this revision, left out for creations and when
     * it has been compacted. Looked up once; any thread but the apply thread.
     */
    public byte[] encodedWithPrevious(KeyValueStore store) {
        if (createRevision == modRevision) {
            return encoded;
        }
        byte[] known = encodedWithPrevious;
        if (known == null) {
            known = lookUpPrevious(store);
            encodedWithPrevious = known;
        }
        return known;
    }

    private byte[] lookUpPrevious(KeyValueStore store) {
        try (ReadView view = store.read()) {
            RangeResult found = view.range(RangeQuery.of(key, null, 0, modRevision - 1));
            return found.size() == 0
                    ? encoded
                    : EventEncoder.withPrevious(
                            encoded, found.memory(0), found.encodedOffset(0), found.encodedSize(0));
        } catch (MvccException compacted) {
            return encoded;
        }
    }
}
