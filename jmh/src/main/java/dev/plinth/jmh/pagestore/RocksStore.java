package dev.plinth.jmh.pagestore;

import java.nio.file.Path;
import java.util.function.LongSupplier;
import org.rocksdb.Options;
import org.rocksdb.RocksDB;
import org.rocksdb.RocksDBException;
import org.rocksdb.RocksIterator;
import org.rocksdb.WriteBatch;
import org.rocksdb.WriteOptions;

/** RocksDB with its defaults: a log that is synced, and a tree of sorted files. */
final class RocksStore implements Store {
    private final Options options = new Options().setCreateIfMissing(true);
    private final WriteOptions writeOptions = new WriteOptions().setSync(true);
    private final RocksDB database;

    RocksStore(Path directory) {
        RocksDB.loadLibrary();
        try {
            this.database = RocksDB.open(options, directory.resolve("rocksdb").toString());
        } catch (RocksDBException e) {
            throw new IllegalStateException(e);
        }
    }

    @Override
    public void put(int count, double fill, LongSupplier keys, byte[] value) {
        byte[] key = new byte[Workload.KEY_BYTES];
        try (WriteBatch batch = new WriteBatch()) {
            for (int i = 0; i < count; i++) {
                Workload.key(keys.getAsLong(), key);
                batch.put(key, value);
            }
            database.write(writeOptions, batch);
        } catch (RocksDBException e) {
            throw new IllegalStateException(e);
        }
    }

    @Override
    public void durable(boolean durable) {
        writeOptions.setSync(durable);
    }

    @Override
    public long gets(int count) {
        byte[] key = new byte[Workload.KEY_BYTES];
        byte[] value = new byte[Workload.VALUE_BYTES];
        long sum = 0;
        try {
            for (int i = 0; i < count; i++) {
                Workload.key(Workload.randomKey(i), key);
                sum += Math.max(0, database.get(key, value));
            }
        } catch (RocksDBException e) {
            throw new IllegalStateException(e);
        }
        return sum;
    }

    @Override
    public long scan() {
        long count = 0;
        long sum = 0;
        try (RocksIterator iterator = database.newIterator()) {
            for (iterator.seekToFirst(); iterator.isValid(); iterator.next()) {
                sum += iterator.value().length;
                count++;
            }
        }
        return Store.requireRead(count, sum);
    }

    @Override
    public void close() {
        database.close();
        writeOptions.close();
        options.close();
    }
}
