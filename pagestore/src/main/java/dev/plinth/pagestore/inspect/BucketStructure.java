package dev.plinth.pagestore.inspect;

import dev.plinth.pagestore.Bucket;
import dev.plinth.pagestore.Cursor;
import dev.plinth.pagestore.ReadTransaction;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

/**
 * The buckets of a database and how many keys each has.
 *
 * @param name bytes of the name; {@code root} for the bucket of all
 * @param keys keys that are not buckets
 * @param buckets sub-buckets in key order
 */
@SuppressWarnings("ArrayRecordComponent") // names are shown, not compared
public record BucketStructure(byte[] name, long keys, List<BucketStructure> buckets) {
    /** Walks all buckets of a state. */
    public static BucketStructure of(ReadTransaction transaction) {
        return of("root".getBytes(StandardCharsets.UTF_8), transaction.root());
    }

    private static BucketStructure of(byte[] name, Bucket bucket) {
        long keys = 0;
        List<BucketStructure> buckets = new ArrayList<>();
        Cursor cursor = bucket.cursor();
        for (boolean more = cursor.first(); more; more = cursor.next()) {
            if (cursor.isBucket()) {
                byte[] child = cursor.keyBytes();
                buckets.add(of(child, Objects.requireNonNull(bucket.bucket(child))));
            } else {
                keys++;
            }
        }
        return new BucketStructure(name, keys, buckets);
    }
}
