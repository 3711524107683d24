package dev.plinth.mvcc.backend;

import dev.plinth.mvcc.reclaim.Epochs;
import dev.plinth.pagestore.Bucket;
import dev.plinth.pagestore.ByteView;
import dev.plinth.pagestore.Cursor;
import dev.plinth.pagestore.WriteTransaction;
import java.util.Arrays;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * All buckets but {@code key}: their changes that no flush has moved yet, over what the page store
 * holds. With the backend's apply lock held, but for {@link #flushed}.
 */
final class SmallBuckets {
    private final Epochs epochs;
    private final Generations generations;
    private Overlay overlay = new Overlay();
    private volatile @Nullable Overlay flushing;

    SmallBuckets(Epochs epochs, Generations generations) {
        this.epochs = epochs;
        this.generations = generations;
    }

    /** The value of a key, or null. */
    byte @Nullable [] get(SchemaBucket bucket, byte[] key) {
        byte[] changed = overlay.get(bucket, key);
        Overlay older = flushing;
        if (changed == null && older != null) {
            changed = older.get(bucket, key);
        }
        if (changed != null) {
            return Overlay.isDeleted(changed) ? null : changed;
        }
        int ticket = epochs.pin();
        try {
            ByteView view = new ByteView();
            return generations.newest().bucket(bucket).get(key, view) ? view.toByteArray() : null;
        } finally {
            epochs.unpin(ticket);
        }
    }

    /** All entries by key. */
    Map<byte[], byte[]> content(SchemaBucket bucket) {
        Map<byte[], byte[]> content = new TreeMap<>(Arrays::compareUnsigned);
        Overlay older = flushing;
        int ticket = epochs.pin();
        try {
            Cursor cursor = generations.newest().bucket(bucket).cursor();
            ByteView value = new ByteView();
            for (boolean more = cursor.first(); more; more = cursor.next()) {
                cursor.value(value);
                content.put(cursor.keyBytes(), value.toByteArray());
            }
        } finally {
            epochs.unpin(ticket);
        }
        if (older != null) {
            older.applyTo(bucket, content);
        }
        overlay.applyTo(bucket, content);
        return content;
    }

    void put(SchemaBucket bucket, byte[] key, byte[] value) {
        // An empty value must not be mistaken for the mark of a deletion.
        overlay.put(bucket, key, value.length == 0 ? new byte[0] : value);
    }

    void delete(SchemaBucket bucket, byte[] key) {
        overlay.put(bucket, key, Overlay.DELETED);
    }

    boolean isChanged() {
        return overlay.operations() > 0;
    }

    /** Ends the present changes, which a flush takes; they stay visible until {@link #flushed}. */
    Overlay seal() {
        Overlay sealed = overlay;
        flushing = sealed;
        overlay = new Overlay();
        return sealed;
    }

    /** The sealed changes are in the newest generation. The flushing thread. */
    void flushed() {
        flushing = null;
    }

    /** Carries out sealed changes. */
    static void write(WriteTransaction write, Overlay changes) {
        changes.changes()
                .forEach((bucket, map) -> {
                    Bucket target = Backend.bucket(write, bucket);
                    map.forEach((key, value) -> {
                        if (Overlay.isDeleted(value)) {
                            target.delete(key);
                        } else {
                            target.put(key, value);
                        }
                    });
                });
    }
}
