package dev.plinth.pagestore;

import dev.plinth.walio.io.Disk;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.function.LongConsumer;

/**
 * Copies a database into another one, key by key in order, into full pages: what is left out is the
 * free space. Nested buckets and sequences are kept. The source is only read.
 */
public final class Compaction {
    private static final long TOLD_BYTES = 1 << 20;

    private final Database target;
    private final long transactionBytesMax;
    private final LongConsumer progress;
    private long copiedBytes;
    private long toldBytes;
    private WriteTransaction transaction;
    private long transactionBytes;

    private Compaction(Database target, long transactionBytesMax, LongConsumer progress) {
        this.target = target;
        this.progress = progress;
        this.transactionBytesMax = transactionBytesMax;
        this.transaction = target.beginWrite();
    }

    /**
     * Copies all of {@code source} into {@code target}.
     *
     * @param transactionBytesMax bytes of keys and values after which the copy commits; 0 for one
     *     transaction
     */
    public static void copy(Database source, Database target, long transactionBytesMax) {
        copy(source, target, transactionBytesMax, _ -> {});
    }

    /**
     * The same, told of.
     *
     * @param progress gets the bytes of keys and values copied so far, each mebibyte and at the end
     */
    public static void copy(
            Database source, Database target, long transactionBytesMax, LongConsumer progress) {
        try (ReadTransaction reading = source.beginRead()) {
            Compaction compaction = new Compaction(target, transactionBytesMax, progress);
            try {
                compaction.bucket(List.of(), reading.root());
                compaction.transaction.commit();
                progress.accept(compaction.copiedBytes);
            } finally {
                compaction.transaction.close();
            }
        }
    }

    /** Copies a file into another one, which is made if it is missing. */
    public static void copy(
            Disk disk, Path source, Path target, Options targetOptions, long transactionBytesMax) {
        Options reading = Options.defaults().withReadOnly(true);
        try (Database from = Database.open(disk, source, reading);
                Database to =
                        Database.open(disk, target, targetOptions.withPageSize(from.pageSize()))) {
            copy(from, to, transactionBytesMax);
        }
    }

    private void bucket(List<byte[]> path, Bucket source) {
        Cursor cursor = source.cursor();
        ByteView value = new ByteView();
        Bucket into = open(path);
        for (boolean more = cursor.first(); more; more = cursor.next()) {
            byte[] key = cursor.keyBytes();
            if (cursor.isBucket()) {
                Bucket nested = Objects.requireNonNull(source.bucket(key));
                account(key.length);
                open(path).createBucket(key).setSequence(nested.sequence());
                List<byte[]> inner = new ArrayList<>(path);
                inner.add(key);
                bucket(inner, nested);
                into = open(path);
            } else {
                cursor.value(value);
                if (account((long) key.length + value.length())) {
                    into = open(path);
                }
                into.put(key, value.segment().asSlice(value.offset(), value.length()));
            }
        }
    }

    /** Begins a new transaction when the present one would get too large; true if it did. */
    private boolean account(long bytes) {
        boolean full = transactionBytesMax != 0 && transactionBytes + bytes > transactionBytesMax;
        if (full) {
            transaction.commit();
            transaction = target.beginWrite();
            transactionBytes = 0;
        }
        transactionBytes += bytes;
        copiedBytes += bytes;
        if (copiedBytes - toldBytes >= TOLD_BYTES) {
            toldBytes = copiedBytes;
            progress.accept(copiedBytes);
        }
        return full;
    }

    private Bucket open(List<byte[]> path) {
        Bucket bucket = transaction.root();
        for (byte[] name : path) {
            bucket = Objects.requireNonNull(bucket.bucket(name));
        }
        bucket.setFillPercent(1.0);
        return bucket;
    }
}
