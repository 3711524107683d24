package dev.plinth.mvcc.backend;

import java.util.Arrays;
import java.util.EnumMap;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** Changes of the small buckets that are not in the page store yet. Guarded by the apply lock. */
final class Overlay {
    /** Stands for a deletion; compared by identity. */
    static final byte[] DELETED = {};

    private final Map<SchemaBucket, NavigableMap<byte[], byte[]>> changes =
            new EnumMap<>(SchemaBucket.class);
    private int operations;

    void put(SchemaBucket bucket, byte[] key, byte[] value) {
        changes.computeIfAbsent(bucket, b -> new TreeMap<>(Arrays::compareUnsigned))
                .put(key, value);
        operations++;
    }

    /** The value, {@link #DELETED}, or null when the key was not changed. */
    byte @Nullable [] get(SchemaBucket bucket, byte[] key) {
        NavigableMap<byte[], byte[]> map = changes.get(bucket);
        return map == null ? null : map.get(key);
    }

    Map<SchemaBucket, NavigableMap<byte[], byte[]>> changes() {
        return changes;
    }

    /** Puts the changes of a bucket over its content. */
    void applyTo(SchemaBucket bucket, Map<byte[], byte[]> content) {
        NavigableMap<byte[], byte[]> map = changes.get(bucket);
        if (map != null) {
            map.forEach((key, value) -> {
                if (isDeleted(value)) {
                    content.remove(key);
                } else {
                    content.put(key, value);
                }
            });
        }
    }

    @SuppressWarnings("ReferenceEquality")
    static boolean isDeleted(byte[] value) {
        return value == DELETED;
    }

    int operations() {
        return operations;
    }
}
