package dev.plinth.mvcc.backend;

import dev.plinth.mvcc.StoreCorruptedException;
import dev.plinth.pagestore.Bucket;
import dev.plinth.pagestore.ReadTransaction;
import java.util.EnumMap;
import java.util.Map;
import java.util.Objects;

/** What the page store holds since a flush: one read transaction shared by all readers. */
public final class Generation {
    private final ReadTransaction transaction;
    private final Map<SchemaBucket, Bucket> buckets = new EnumMap<>(SchemaBucket.class);

    Generation(ReadTransaction transaction) {
        this.transaction = transaction;
        for (SchemaBucket bucket : SchemaBucket.values()) {
            Bucket found = transaction.bucket(bucket.nameBytes());
            if (found == null) {
                transaction.close();
                throw new StoreCorruptedException("bucket " + bucket.bucketName() + " is missing");
            }
            buckets.put(bucket, found);
        }
    }

    /** A bucket of this generation; any thread. */
    public Bucket bucket(SchemaBucket bucket) {
        return Objects.requireNonNull(buckets.get(bucket));
    }

    ReadTransaction transaction() {
        return transaction;
    }

    void close() {
        transaction.close();
    }
}
