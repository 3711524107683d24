package dev.plinth.pagestore.model;

import dev.plinth.pagestore.Bucket;
import dev.plinth.pagestore.Cursor;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** What a bucket must hold. A value is a byte array or another model bucket. */
public final class ModelBucket {
    final TreeMap<byte[], Object> entries = new TreeMap<>(Arrays::compareUnsigned);
    long sequence;

    /** A deep copy. */
    public ModelBucket copy() {
        ModelBucket copy = new ModelBucket();
        copy.sequence = sequence;
        entries.forEach((key, value) ->
                copy.entries.put(key, value instanceof ModelBucket inner ? inner.copy() : value));
        return copy;
    }

    @Nullable ModelBucket bucket(byte[] name) {
        return entries.get(name) instanceof ModelBucket inner ? inner : null;
    }

    /**
     * Compares with a bucket of a database, forwards, backwards and key by key.
     *
     * @return the first difference, or null
     */
    public @Nullable String differenceTo(Bucket bucket) {
        if (bucket.sequence() != sequence) {
            return "sequence " + bucket.sequence() + " instead of " + sequence;
        }
        String forwards = walk(bucket, true);
        return forwards != null ? forwards : walk(bucket, false);
    }

    private @Nullable String walk(Bucket bucket, boolean forwards) {
        Cursor cursor = bucket.cursor();
        boolean more = forwards ? cursor.first() : cursor.last();
        for (Map.Entry<byte[], Object> entry :
                (forwards ? entries : entries.descendingMap()).entrySet()) {
            if (!more) {
                return "ends before key " + text(entry.getKey());
            }
            if (!Arrays.equals(cursor.keyBytes(), entry.getKey())) {
                return "key " + text(cursor.keyBytes()) + " instead of " + text(entry.getKey());
            }
            String difference = compareValue(bucket, cursor, entry, forwards);
            if (difference != null) {
                return "at " + text(entry.getKey()) + ": " + difference;
            }
            more = forwards ? cursor.next() : cursor.previous();
        }
        return more ? "surplus key " + text(cursor.keyBytes()) : null;
    }

    private static @Nullable String compareValue(
            Bucket bucket, Cursor cursor, Map.Entry<byte[], Object> entry, boolean deep) {
        if (entry.getValue() instanceof ModelBucket inner) {
            Bucket child = bucket.bucket(entry.getKey());
            if (!cursor.isBucket() || child == null) {
                return "not a bucket";
            }
            return deep ? inner.differenceTo(child) : null;
        }
        if (cursor.isBucket()) {
            return "a bucket";
        }
        byte[] value = cursor.value().toArray(ValueLayout.JAVA_BYTE);
        byte[] expected = (byte[]) entry.getValue();
        if (!Arrays.equals(value, expected)) {
            return "value of " + value.length + " bytes instead of " + expected.length;
        }
        var got = bucket.get(entry.getKey());
        return got != null && Arrays.equals(got.toArray(ValueLayout.JAVA_BYTE), expected)
                ? null
                : "get does not find it";
    }

    static String text(byte[] key) {
        return key.length > 20
                ? new String(key, 0, 20, java.nio.charset.StandardCharsets.US_ASCII) + "..."
                : new String(key, java.nio.charset.StandardCharsets.US_ASCII);
    }
}
