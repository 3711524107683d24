package dev.plinth.jmh.pagestore;

import dev.plinth.pagestore.Bucket;
import dev.plinth.pagestore.ByteView;
import dev.plinth.pagestore.Cursor;
import dev.plinth.pagestore.Database;
import dev.plinth.pagestore.Durability;
import dev.plinth.pagestore.Options;
import dev.plinth.pagestore.ReadTransaction;
import dev.plinth.walio.io.Disk;
import dev.plinth.walio.io.LinuxDisk;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Objects;
import java.util.function.LongSupplier;

/** Our store. */
final class PlinthStore implements Store {
    static final byte[] BUCKET = "bench".getBytes(StandardCharsets.US_ASCII);

    private final Disk disk;
    private final Path path;
    private final Options options;
    private Database database;

    PlinthStore(Path directory, Options options) {
        this(new LinuxDisk(), directory, options);
    }

    PlinthStore(Disk disk, Path directory, Options options) {
        this.disk = disk;
        this.path = directory.resolve("plinth.db");
        this.options = options;
        this.database = Database.open(disk, path, options);
    }

    /** What etcd opens its file with. */
    static Options etcdLike() {
        return Options.etcd().withPopulate(false);
    }

    Database database() {
        return database;
    }

    @Override
    public void put(int count, double fill, LongSupplier keys, byte[] value) {
        byte[] key = new byte[Workload.KEY_BYTES];
        database.update(transaction -> {
            Bucket bucket = transaction.createBucketIfMissing(BUCKET);
            bucket.setFillPercent(fill);
            for (int i = 0; i < count; i++) {
                Workload.key(keys.getAsLong(), key);
                bucket.put(key, value);
            }
        });
    }

    @Override
    public void durable(boolean durable) {
        // Else the first commit that waits for the device would wait for all that was written
        // before.
        database.sync();
        database.close();
        Durability mode = durable ? Durability.EVERY_COMMIT : Durability.NEVER;
        database = Database.open(disk, path, options.withDurability(mode));
    }

    @Override
    public long gets(int count) {
        byte[] key = new byte[Workload.KEY_BYTES];
        ByteView view = new ByteView();
        long sum = 0;
        try (ReadTransaction transaction = database.beginRead()) {
            Bucket bucket = Objects.requireNonNull(transaction.bucket(BUCKET));
            for (int i = 0; i < count; i++) {
                Workload.key(Workload.randomKey(i), key);
                if (bucket.get(key, view)) {
                    sum += view.length();
                }
            }
        }
        return sum;
    }

    @Override
    public long scan() {
        long count = 0;
        long sum = 0;
        ByteView view = new ByteView();
        try (ReadTransaction transaction = database.beginRead()) {
            Cursor cursor = Objects.requireNonNull(transaction.bucket(BUCKET)).cursor();
            for (boolean more = cursor.first(); more; more = cursor.next()) {
                cursor.value(view);
                sum += view.length();
                count++;
            }
        }
        return Store.requireRead(count, sum);
    }

    @Override
    public void close() {
        database.close();
    }
}
